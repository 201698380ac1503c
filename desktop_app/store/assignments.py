"""Which photo has which tag, in the layers of `tag_schema`: each write sets one layer and leaves the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import MachineTag
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagId, TagSource, TagState
from desktop_app.store.clock import now_text
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a machine says of one photo for a given tag."""

    photo_id: PhotoId
    probability: float
    state: TagState
    """Accepted or suggested."""
    source: TagSource = TagSource.ZERO_SHOT


_PUT_OPINION = """
    INSERT INTO tag_assignments (content_id, tag_id, machine_source, machine_state, probability, model_id, scored_at)
    SELECT id, ?, ?, ?, ?, ?, ? FROM contents WHERE id = ?
    ON CONFLICT (content_id, tag_id) DO UPDATE SET machine_source = excluded.machine_source,
        machine_state = excluded.machine_state, probability = excluded.probability, model_id = excluded.model_id,
        scored_at = excluded.scored_at
    WHERE (machine_source, machine_state, probability, model_id)
        IS NOT (excluded.machine_source, excluded.machine_state, excluded.probability, excluded.model_id)
"""

_NO_OPINION = "machine_source = NULL, machine_state = NULL, probability = NULL, model_id = NULL, scored_at = NULL"


def put_machine_tags(
    session: WriteSession, photo_id: PhotoId, *, tags: Sequence[MachineTag], model_id: ModelId
) -> None:
    """Replace all that machines said of a photo. What the person decided and what the file says stays as it is."""
    here = (photo_id, json.dumps([tag.tag_id for tag in tags]))
    _drop_opinions(session, "content_id = ? AND tag_id NOT IN (SELECT value FROM json_each(?))", here)
    moment = now_text()
    session.connection.executemany(
        _PUT_OPINION,
        [(tag.tag_id, tag.source, tag.state, tag.probability, model_id, moment, photo_id) for tag in tags],
    )


def retag(
    session: WriteSession, tags: Sequence[tuple[PhotoId, tuple[MachineTag, ...]]], *, model_id: ModelId
) -> LibraryChanges:
    """Replace what machines said of many photos, after the tags' definitions or the model changed."""
    for photo_id, machine_tags in tags:
        put_machine_tags(session, photo_id, tags=machine_tags, model_id=model_id)
    return LibraryChanges(retagged=frozenset(photo_id for photo_id, _ in tags))


def put_opinions_of_tag(
    session: WriteSession, tag_id: TagId, opinions: Iterable[Opinion], *, model_id: ModelId
) -> LibraryChanges:
    """Replace all that machines said of one tag, in the whole library; `retagged` names photos whose state changed."""
    before = _machine_states(session, tag_id)
    held = list(opinions)
    here = (tag_id, json.dumps([opinion.photo_id for opinion in held]))
    _drop_opinions(session, "tag_id = ? AND content_id NOT IN (SELECT value FROM json_each(?))", here)
    moment = now_text()
    session.connection.executemany(
        _PUT_OPINION, [(tag_id, o.source, o.state, o.probability, model_id, moment, o.photo_id) for o in held]
    )
    after = _machine_states(session, tag_id)
    return LibraryChanges(retagged=frozenset(PhotoId(photo) for photo, _ in before ^ after))


def _machine_states(session: WriteSession, tag_id: TagId) -> frozenset[tuple[int, str]]:
    """Photos that have the tag by a machine's word alone, with its state."""
    rows = session.connection.execute(
        "SELECT content_id, state FROM tag_assignments WHERE tag_id = ? AND source IN ('zero-shot', 'learned')",
        [tag_id],
    )
    return frozenset((row[0], row[1]) for row in rows)


def _drop_opinions(session: WriteSession, which: str, values: tuple[int, str]) -> None:
    machines = f"{which} AND machine_state IS NOT NULL"
    session.connection.execute(
        f"DELETE FROM tag_assignments WHERE {machines} AND decision IS NULL AND NOT in_file", values
    )
    session.connection.execute(f"UPDATE tag_assignments SET {_NO_OPINION} WHERE {machines}", values)


def without_machine_tags(reader: Reader, photo_ids: Iterable[PhotoId]) -> list[PhotoId]:
    """Those of some photos of which no machine says that they have any tag."""
    rows = reader.rows(
        """
        SELECT p.value FROM json_each(?) p WHERE NOT EXISTS (
            SELECT 1 FROM tag_assignments a WHERE a.content_id = p.value AND a.machine_state IS NOT NULL)
        """,
        [json.dumps([int(photo_id) for photo_id in photo_ids])],
    )
    return [PhotoId(row[0]) for row in rows]


def put_file_tags(session: WriteSession, photo_id: PhotoId, tag_ids: Sequence[TagId]) -> LibraryChanges:
    """Replace what the photo's own file says (its keywords). What the person decided outranks it."""
    there = {
        TagId(row[0])
        for row in session.connection.execute(
            "SELECT tag_id FROM tag_assignments WHERE content_id = ? AND in_file = 1", [photo_id]
        )
    }
    wanted = set(tag_ids)
    session.connection.executemany(
        """
        INSERT INTO tag_assignments (content_id, tag_id, in_file) VALUES (?, ?, 1)
        ON CONFLICT (content_id, tag_id) DO UPDATE SET in_file = 1
        """,
        [(photo_id, tag_id) for tag_id in wanted - there],
    )
    session.connection.executemany(
        "UPDATE tag_assignments SET in_file = 0 WHERE content_id = ? AND tag_id = ?",
        [(photo_id, tag_id) for tag_id in there - wanted],
    )
    drop_empty(session)
    return LibraryChanges(retagged=frozenset([photo_id]) if wanted != there else frozenset())


def decide(session: WriteSession, tag_id: TagId, photo_ids: Iterable[PhotoId], *, state: TagState | None) -> None:
    """The person says whether photos have a tag (accepted or rejected), or takes the decision back (None).

    Photos of which they have said the same before are left alone.
    """
    if state is None:
        session.connection.execute(
            """
            UPDATE tag_assignments SET decision = NULL, decided_at = NULL
            WHERE tag_id = ? AND content_id IN (SELECT value FROM json_each(?)) AND decision IS NOT NULL
            """,
            [tag_id, json.dumps([int(photo_id) for photo_id in photo_ids])],
        )
        drop_empty(session)
        return
    moment = now_text()
    session.connection.execute(
        """
        INSERT INTO tag_assignments (tag_id, decision, decided_at, content_id)
        SELECT ?, ?, ?, c.id FROM json_each(?) p CROSS JOIN contents c ON c.id = p.value WHERE true
        ON CONFLICT (content_id, tag_id) DO UPDATE SET decision = excluded.decision, decided_at = excluded.decided_at
        WHERE decision IS NOT excluded.decision
        """,
        [tag_id, state, moment, json.dumps([int(photo_id) for photo_id in photo_ids])],
    )


def drop_empty(session: WriteSession) -> None:
    """Forget assignments of which nobody says anything any more."""
    session.connection.execute("DELETE FROM tag_assignments WHERE state IS NULL")


def hand_on_tag_decisions(session: WriteSession, *, old: PhotoId, new: PhotoId) -> None:
    """An edited file keeps what the person decided about it."""
    session.connection.execute(
        """
        INSERT INTO tag_assignments (content_id, tag_id, decision, decided_at)
        SELECT ?, tag_id, decision, decided_at FROM tag_assignments WHERE content_id = ? AND decision IS NOT NULL
        ON CONFLICT (content_id, tag_id) DO UPDATE SET decision = excluded.decision, decided_at = excluded.decided_at
        """,
        [new, old],
    )
