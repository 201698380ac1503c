"""Tags and their assignments. A person's decision outranks a machine's in every write here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from sqlite3 import Row

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import MachineTag
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Filter
from desktop_app.domain.tag import AssignedTag, Tag, TagCount, TagId, TagSource, TagState
from desktop_app.domain.vocabulary import Vocabulary
from desktop_app.store.filters import LISTED, where
from desktop_app.store.indexing import now_text, put_machine_tags
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

PERSONAL_GROUP = "My tags"


def all_tags(reader: Reader) -> list[Tag]:
    """Every tag there is, used or not, by name."""
    rows = reader.rows("SELECT id, name, group_name, parent_id FROM tags ORDER BY name COLLATE NOCASE")
    return [_tag(row) for row in rows]


def tag_named(reader: Reader, name: str) -> Tag | None:
    """The tag of that name, in any case."""
    row = reader.row("SELECT id, name, group_name, parent_id FROM tags WHERE name = ?", [name])
    return None if row is None else _tag(row)


def tag_counts(reader: Reader, filter_: Filter) -> list[TagCount]:
    """Tags that photos under the filter have, and the person's own tags even at zero; most frequent first."""
    clause = where(filter_)
    rows = reader.rows(
        f"""
        SELECT t.id, t.name, t.group_name, t.parent_id, COALESCE(n.photos, 0) AS photos FROM tags t LEFT JOIN (
            SELECT a.tag_id, COUNT(*) AS photos FROM tag_assignments a JOIN contents c ON c.id = a.content_id
            WHERE a.state != 'rejected' AND {LISTED} AND ({clause.sql}) GROUP BY a.tag_id
        ) n ON n.tag_id = t.id
        WHERE n.photos > 0 OR t.from_person = 1 ORDER BY photos DESC, t.name COLLATE NOCASE
        """,
        clause.values,
    )
    return [TagCount(_tag(row), row["photos"]) for row in rows]


def tags_of(reader: Reader, photo_id: PhotoId) -> tuple[AssignedTag, ...]:
    """A photo's accepted and suggested tags: the person's own first, then by falling probability."""
    rows = reader.rows(
        """
        SELECT t.id, t.name, t.group_name, t.parent_id, a.source, a.state, a.probability
        FROM tag_assignments a JOIN tags t ON t.id = a.tag_id WHERE a.content_id = ? AND a.state != 'rejected'
        ORDER BY a.source != 'person', a.probability DESC, t.name COLLATE NOCASE
        """,
        [photo_id],
    )
    return tuple(
        AssignedTag(_tag(row), TagSource(row["source"]), TagState(row["state"]), row["probability"]) for row in rows
    )


def _tag(row: Row) -> Tag:
    parent = row["parent_id"]
    return Tag(TagId(row["id"]), row["name"], row["group_name"], None if parent is None else TagId(parent))


def put_vocabulary(session: WriteSession, vocabulary: Vocabulary) -> dict[str, TagId]:
    """Make the tags of a vocabulary that are not there yet; return all their ids by name."""
    session.connection.executemany(
        "INSERT INTO tags (name, group_name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        [(tag.name, tag.group) for tag in vocabulary.tags],
    )
    rows = session.connection.execute("SELECT id, name FROM tags").fetchall()
    by_name = {row[1].casefold(): TagId(row[0]) for row in rows}
    ids = {tag.name: by_name[tag.name.casefold()] for tag in vocabulary.tags}
    session.connection.executemany(
        "UPDATE tags SET parent_id = ? WHERE id = ? AND parent_id IS NULL",
        [(ids[tag.parent], ids[tag.name]) for tag in vocabulary.tags if tag.parent],
    )
    return ids


def add_tag(session: WriteSession, name: str, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """The person says that photos have a tag; the tag is made when there is none of that name."""
    made = session.connection.execute(
        "INSERT INTO tags (name, group_name, from_person) VALUES (?, ?, 1) ON CONFLICT (name) DO NOTHING",
        [name, PERSONAL_GROUP],
    ).rowcount
    tag_id = _tag_id(session, name)
    ids = frozenset(photo_ids)
    _decide(session, tag_id, photo_ids=ids, state=TagState.ACCEPTED)
    return LibraryChanges(retagged=ids, tags_changed=made == 1)


def remove_tag(session: WriteSession, name: str, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """The person says that photos do not have a tag. It is remembered, so that no machine puts it back."""
    tag_id = _tag_id(session, name)
    ids = frozenset(photo_ids)
    if tag_id is None:
        return LibraryChanges()
    _decide(session, tag_id, photo_ids=ids, state=TagState.REJECTED)
    return LibraryChanges(retagged=ids)


def accept_tag(session: WriteSession, name: str, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """The person confirms what a machine suggested."""
    tag_id = _tag_id(session, name)
    ids = frozenset(photo_ids)
    if tag_id is None:
        return LibraryChanges()
    _decide(session, tag_id, photo_ids=ids, state=TagState.ACCEPTED)
    return LibraryChanges(retagged=ids)


def _tag_id(session: WriteSession, name: str) -> TagId | None:
    row = session.connection.execute("SELECT id FROM tags WHERE name = ?", [name]).fetchone()
    return None if row is None else TagId(row[0])


def _decide(session: WriteSession, tag_id: TagId | None, *, photo_ids: Iterable[PhotoId], state: TagState) -> None:
    session.connection.executemany(
        """
        INSERT INTO tag_assignments (content_id, tag_id, source, state, decided_at) VALUES (?, ?, 'person', ?, ?)
        ON CONFLICT (content_id, tag_id) DO UPDATE SET
            source = excluded.source, state = excluded.state, decided_at = excluded.decided_at
        """,
        [(photo_id, tag_id, state, now_text()) for photo_id in photo_ids],
    )


def retag(
    session: WriteSession, tags: Sequence[tuple[PhotoId, tuple[MachineTag, ...]]], *, model_id: ModelId
) -> LibraryChanges:
    """Replace the machine's tags of many photos, after the vocabulary or the model changed."""
    for photo_id, machine_tags in tags:
        put_machine_tags(session, photo_id, tags=machine_tags, model_id=model_id)
    return LibraryChanges(retagged=frozenset(photo_id for photo_id, _ in tags))
