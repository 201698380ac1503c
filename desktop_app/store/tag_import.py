"""Taking in another library's tags as one edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from desktop_app.base.paths import from_stored_name
from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import PERSONAL_GROUP, TagDraft, TagId, TagSource, TagState
from desktop_app.domain.tag_exchange import TaggedPhoto
from desktop_app.store.assignments import decide
from desktop_app.store.edit_log import record_edit
from desktop_app.store.filters import LISTED
from desktop_app.store.reader import Reader
from desktop_app.store.tag_edits import insert_tag, put_aliases
from desktop_app.store.tag_names import is_below, tag_id_of
from desktop_app.store.writer import WriteSession


def import_tags(
    session: WriteSession,
    drafts: Sequence[TagDraft],
    decisions: Mapping[tuple[str, TagState], Sequence[PhotoId]],
    *,
    title: str,
) -> tuple[Edited, int]:
    """Make the tags that are not there, complete those that are, and take over the person's decisions.

    Returns the edit and how many tags were made. What the person decided here before stays where the two differ.
    """
    made = 0

    def work() -> None:
        nonlocal made
        for draft in drafts:
            made += _take_in(session, draft)
        for draft in drafts:
            _place(session, draft)
        for (name, state), photos in decisions.items():
            tag_id = tag_id_of(session, name)
            if tag_id is None:
                tag_id, made = insert_tag(session, TagDraft(name, looked_for=False), PERSONAL_GROUP, None), made + 1
            decide(session, tag_id, _undecided(session, tag_id, photos), state=state)

    return record_edit(session, EditKind.IMPORT, work, tag=title), made


def _take_in(session: WriteSession, draft: TagDraft) -> int:
    """Make a tag, or give the one there is the words and the look that it lacks; return how many were made."""
    found = tag_id_of(session, draft.name)
    tag_id = insert_tag(session, draft, draft.group or PERSONAL_GROUP, None) if found is None else found
    put_aliases(session, tag_id, [word for word in draft.aliases if tag_id_of(session, word) is None])
    if found is not None:
        session.connection.execute(
            """
            UPDATE tags SET colour = COALESCE(colour, ?), threshold = COALESCE(threshold, ?),
                sensitive = max(sensitive, ?) WHERE id = ?
            """,
            [draft.colour, draft.threshold, draft.sensitive, found],
        )
    return int(found is None)


def _place(session: WriteSession, draft: TagDraft) -> None:
    """Put a tag that stands nowhere yet under its parent, unless that would close a circle."""
    tag_id = tag_id_of(session, draft.name)
    parent = None if draft.parent is None else tag_id_of(session, draft.parent)
    if tag_id is not None and parent is not None and not is_below(session, parent, tag_id):
        session.connection.execute("UPDATE tags SET parent_id = ? WHERE id = ? AND parent_id IS NULL", [parent, tag_id])


def _undecided(session: WriteSession, tag_id: TagId, photos: Iterable[PhotoId]) -> list[PhotoId]:
    decided = {
        row[0]
        for row in session.connection.execute(
            "SELECT content_id FROM tag_assignments WHERE tag_id = ? AND decision IS NOT NULL", [tag_id]
        )
    }
    return [photo for photo in photos if photo not in decided]


def exported_assignments(reader: Reader) -> list[tuple[TagId, TaggedPhoto]]:
    """Every tag of every photo, with one file of it, by photo."""
    rows = reader.rows(
        f"""
        SELECT a.tag_id, t.name, a.state, a.source, a.probability, c.hash, r.path AS root, f.relative_path
        FROM tag_assignments a JOIN tags t ON t.id = a.tag_id JOIN contents c ON c.id = a.content_id
        JOIN files f ON f.id = (SELECT g.id FROM files g WHERE g.content_id = c.id ORDER BY g.missing_since IS NOT NULL, g.id LIMIT 1)
        JOIN roots r ON r.id = f.root_id WHERE {LISTED} ORDER BY r.path, f.relative_path, t.name COLLATE NOCASE
        """
    )
    return [
        (
            TagId(row["tag_id"]),
            TaggedPhoto(
                f"{from_stored_name(row['root'])}/{from_stored_name(row['relative_path'])}",
                row["hash"],
                row["name"],
                TagState(row["state"]),
                TagSource(row["source"]),
                row["probability"],
            ),
        )
        for row in rows
    ]


def photos_by_hash(reader: Reader) -> dict[str, PhotoId]:
    """Every photo by its content hash."""
    return {row["hash"]: PhotoId(row["id"]) for row in reader.rows("SELECT id, hash FROM contents")}
