"""Making one tag of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.tag import TagId
from desktop_app.store.edit_log import record_edit
from desktop_app.store.reader import Reader
from desktop_app.store.tag_edits import photos_with
from desktop_app.store.tag_names import is_below, name_of, parent_of
from desktop_app.store.writer import WriteSession

Ids = npt.NDArray[np.int64]

# Photos that the person gave either tag have the one that stays; the decision on the tag that stays counts before the
# other's where they differ, except that a tag once given is never lost. Its machine's word stays where it has one.
_MERGE_ASSIGNMENTS = """
    INSERT INTO tag_assignments (content_id, tag_id, decision, decided_at, in_file, machine_source, machine_state,
        probability, model_id, scored_at)
    SELECT content_id, ?, decision, decided_at, in_file, machine_source, machine_state, probability, model_id, scored_at
    FROM tag_assignments WHERE tag_id = ?
    ON CONFLICT (content_id, tag_id) DO UPDATE SET
        decision = CASE WHEN excluded.decision = 'accepted' THEN 'accepted' ELSE COALESCE(decision, excluded.decision) END,
        decided_at = CASE
            WHEN decision IS NULL OR (decision = 'rejected' AND excluded.decision = 'accepted') THEN excluded.decided_at
            ELSE decided_at END,
        in_file = max(in_file, excluded.in_file),
        machine_source = CASE WHEN machine_state IS NULL THEN excluded.machine_source ELSE machine_source END,
        machine_state = COALESCE(machine_state, excluded.machine_state),
        probability = CASE WHEN machine_state IS NULL THEN excluded.probability ELSE probability END,
        model_id = CASE WHEN machine_state IS NULL THEN excluded.model_id ELSE model_id END,
        scored_at = CASE WHEN machine_state IS NULL THEN excluded.scored_at ELSE scored_at END
"""


@dataclass(frozen=True, slots=True)
class MergedPhotos:
    """What photos would be settled for a merged tag, whatever a machine says of it."""

    given: Ids
    """By the person or the file."""
    rejected: Ids
    of_source: int
    """Photos that have the tag which is to go, accepted or suggested."""
    of_kept: int


def merged_photos(reader: Reader, source: TagId, into: TagId) -> MergedPhotos:
    """What `merge_tags` would make of two tags' photos."""
    rows = reader.rows(
        """
        SELECT MAX(decision IS 'accepted') AS accepted, MAX(decision IS 'rejected') AS rejected, MAX(in_file) AS in_file,
            MAX(tag_id = ?1 AND state != 'rejected') AS of_source, MAX(tag_id = ?2 AND state != 'rejected') AS of_kept,
            content_id
        FROM tag_assignments WHERE tag_id IN (?1, ?2) GROUP BY content_id
        """,
        [source, into],
    )
    given = [row["content_id"] for row in rows if row["accepted"] or (row["in_file"] and not row["rejected"])]
    rejected = [row["content_id"] for row in rows if row["rejected"] and not row["accepted"]]
    return MergedPhotos(
        np.array(given, np.int64),
        np.array(rejected, np.int64),
        sum(row["of_source"] for row in rows),
        sum(row["of_kept"] for row in rows),
    )


def merge_tags(session: WriteSession, source: TagId, into: TagId) -> Edited:
    """Make one tag of two: photos, aliases, tags below and the vocabulary's prompts of `source` go to `into`.

    The name of `source` becomes an alias. Raises UserFacingError for a tag and itself.
    """
    if source == into:
        raise UserFacingError("A tag cannot be merged with itself.", "Choose another tag.")
    name, other = name_of(session, source), name_of(session, into)

    def work() -> int:
        photos = photos_with(session, source)
        _merge(session, source, into, name=name)
        return photos

    return record_edit(session, EditKind.MERGE, work, tag=name, other=other)


def _merge(session: WriteSession, source: TagId, into: TagId, *, name: str) -> None:
    connection = session.connection
    if is_below(session, into, source):
        # What stays would otherwise hang below what goes.
        connection.execute("UPDATE tags SET parent_id = ? WHERE id = ?", [parent_of(session, source), into])
    connection.execute("UPDATE tags SET parent_id = ? WHERE parent_id = ?", [into, source])
    connection.execute("UPDATE tag_aliases SET tag_id = ? WHERE tag_id = ?", [into, source])
    connection.execute("UPDATE vocabulary_words SET tag_id = ? WHERE tag_id = ?", [into, source])
    connection.execute(_MERGE_ASSIGNMENTS, [into, source])
    connection.execute("DELETE FROM tags WHERE id = ?", [source])
    connection.execute("INSERT INTO tag_aliases (alias, tag_id) VALUES (?, ?)", [name, into])
