"""Defining and reshaping tags, each as one edit that can be undone. Names come in cleaned (`domain.tag.clean_tag_name`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.model import ModelId
from desktop_app.domain.tag import PERSONAL_GROUP, TagDraft, TagId
from desktop_app.store.assignments import Opinion, put_opinions_of_tag
from desktop_app.store.edit_log import record_edit
from desktop_app.store.tag_names import is_below, must_be_free, name_of, parent_of, tag_id_of
from desktop_app.store.writer import WriteSession


@dataclass(frozen=True, slots=True)
class Scores:
    """What one model says of a tag in the whole library, to be stored with the edit that asked for it."""

    model_id: ModelId
    opinions: Sequence[Opinion]


def define_tag(session: WriteSession, draft: TagDraft, *, scores: Scores | None = None) -> Edited:
    """Make a tag. Raises UserFacingError when one of its words is taken or the parent is not known."""
    for word in (draft.name, *draft.aliases):
        must_be_free(session, word)
    parent = None if draft.parent is None else _known(session, draft.parent)
    group = draft.group or (_group_of(session, parent) if parent else PERSONAL_GROUP)

    def work() -> int:
        tag_id = insert_tag(session, draft, group, parent)
        put_aliases(session, tag_id, draft.aliases)
        return _put_scores(session, tag_id, scores)

    return record_edit(session, EditKind.DEFINE, work, tag=draft.name)


def delete_tag(session: WriteSession, tag_id: TagId) -> Edited:
    """Delete a tag with all that was said about it; tags below it move up to where it stood."""
    name, parent = name_of(session, tag_id), parent_of(session, tag_id)
    photos = photos_with(session, tag_id)

    def work() -> int:
        session.connection.execute("UPDATE tags SET parent_id = ? WHERE parent_id = ?", [parent, tag_id])
        session.connection.execute("DELETE FROM tags WHERE id = ?", [tag_id])
        return photos

    return record_edit(session, EditKind.DELETE, work, tag=name)


def rename_tag(session: WriteSession, tag_id: TagId, name: str, *, keep_former: bool = False) -> Edited:
    """Another name for a tag; with `keep_former` the one it had still leads to it. Raises UserFacingError when it is taken."""
    must_be_free(session, name, of=tag_id)
    old = name_of(session, tag_id)

    def work() -> int:
        session.connection.execute("DELETE FROM tag_aliases WHERE alias = ?", [name])
        session.connection.execute("UPDATE tags SET name = ? WHERE id = ?", [name, tag_id])
        if keep_former:
            put_aliases(session, tag_id, [old])
        return photos_with(session, tag_id)

    return record_edit(session, EditKind.RENAME, work, tag=old, other=name)


def reparent_tag(session: WriteSession, tag_id: TagId, parent_id: TagId | None, *, group: str | None = None) -> Edited:
    """Move a tag, with all below it, under another or (None) to the top of `group`, or of its own.

    Under another it takes on that one's group.

    Raises UserFacingError when it would stand below itself.
    """
    name = name_of(session, tag_id)
    other = name_of(session, parent_id) if parent_id is not None else group or ""
    _must_not_stand_below_itself(session, tag_id, parent_id, name)

    def work() -> int:
        # From now on its place is the person's: no file moves it.
        session.connection.execute("UPDATE tags SET parent_id = ?, from_person = 1 WHERE id = ?", [parent_id, tag_id])
        target = group if parent_id is None else _group_of(session, parent_id)
        if target is not None:
            _set_group_below(session, tag_id, target)
        return photos_with(session, tag_id)

    return record_edit(session, EditKind.REPARENT, work, tag=name, other=other)


def set_threshold(
    session: WriteSession, tag_id: TagId, threshold: float | None, *, scores: Scores | None = None
) -> Edited:
    """Give a tag a threshold of its own, or (None) the library's rule again; with what the machine then says."""

    def work() -> int:
        session.connection.execute("UPDATE tags SET threshold = ? WHERE id = ?", [threshold, tag_id])
        return _put_scores(session, tag_id, scores)

    return record_edit(session, EditKind.RETHRESHOLD, work, tag=name_of(session, tag_id))


@dataclass(frozen=True, slots=True)
class TagChange:
    """What to change of a tag; fields that are not named stay."""

    fields: dict[str, Any]
    """Columns of `tags`: colour, templates (JSON or None), looked_for, sensitive, group_name."""
    aliases: tuple[str, ...] | None = None
    """All aliases from now on; None: as they are."""


def redefine_tag(session: WriteSession, tag_id: TagId, change: TagChange, *, scores: Scores | None = None) -> Edited:
    """Change a tag's aliases, templates, colour and the like. Raises UserFacingError when a word is taken."""
    for word in change.aliases or ():
        must_be_free(session, word, of=tag_id)

    def work() -> int:
        for column, value in change.fields.items():
            if column == "group_name":
                _set_group_below(session, tag_id, value)
            else:
                session.connection.execute(f"UPDATE tags SET {column} = ? WHERE id = ?", [value, tag_id])
        if change.aliases is not None:
            _replace_aliases(session, tag_id, change.aliases)
        return _put_scores(session, tag_id, scores)

    return record_edit(session, EditKind.REDEFINE, work, tag=name_of(session, tag_id))


def change_tag(session: WriteSession, tag_id: TagId, draft: TagDraft, *, scores: Scores | None = None) -> Edited:
    """Make a tag what the draft says, all at once. Raises UserFacingError when a word is taken or the parent unfit.

    It touches the photos that have the tag when it is called otherwise or stands elsewhere from now on.
    """
    name = name_of(session, tag_id)
    for word in (draft.name, *draft.aliases):
        must_be_free(session, word, of=tag_id)
    parent = None if draft.parent is None else _known(session, draft.parent)
    _must_not_stand_below_itself(session, tag_id, parent, draft.name)
    group = _group_of(session, parent) if parent is not None else draft.group or _group_of(session, tag_id)
    renamed, moved = draft.name != name, parent != parent_of(session, tag_id)

    def work() -> int:
        having = photos_with(session, tag_id) if renamed or moved else 0
        session.connection.execute("DELETE FROM tag_aliases WHERE alias = ?", [draft.name])
        _update_tag(session, tag_id, draft, parent)
        _set_group_below(session, tag_id, group)
        _replace_aliases(session, tag_id, draft.aliases)
        return max(having, _put_scores(session, tag_id, scores))

    if renamed:
        return record_edit(session, EditKind.RENAME, work, tag=name, other=draft.name)
    if moved:
        return record_edit(session, EditKind.REPARENT, work, tag=name, other=draft.parent or "")
    return record_edit(session, EditKind.REDEFINE, work, tag=name)


def photos_with(session: WriteSession, tag_id: TagId) -> int:
    """How many photos have a tag, accepted or suggested."""
    row = session.connection.execute(
        "SELECT COUNT(*) FROM tag_assignments WHERE tag_id = ? AND state IN ('accepted', 'suggested')", [tag_id]
    ).fetchone()
    return int(row[0])


def templates_text(templates: Iterable[str] | None) -> str | None:
    """Prompt templates as they are stored."""
    return None if templates is None else json.dumps(list(templates), ensure_ascii=False)


def _known(session: WriteSession, word: str) -> TagId:
    found = tag_id_of(session, word)
    if found is None:
        raise UserFacingError(f"There is no tag “{word}”.", "Define it first, or choose another parent.")
    return found


def _must_not_stand_below_itself(session: WriteSession, tag_id: TagId, parent: TagId | None, name: str) -> None:
    if parent is not None and is_below(session, parent, tag_id):
        raise UserFacingError(f"“{name}” cannot stand below itself.", "Choose a tag that is not below it.")


def _group_of(session: WriteSession, tag_id: TagId) -> str:
    group: str = session.connection.execute("SELECT group_name FROM tags WHERE id = ?", [tag_id]).fetchone()[0]
    return group


def _set_group_below(session: WriteSession, tag_id: TagId, group: str) -> None:
    session.connection.execute(
        """
        WITH RECURSIVE below(id) AS (
            VALUES (?) UNION SELECT t.id FROM tags t JOIN below b ON t.parent_id = b.id)
        UPDATE tags SET group_name = ? WHERE id IN (SELECT id FROM below) AND group_name != ?
        """,
        [tag_id, group, group],
    )


def insert_tag(session: WriteSession, draft: TagDraft, group: str, parent: TagId | None) -> TagId:
    """Make the row of a tag of the person's own; its words must be free. To be called while an edit is recorded."""
    made = session.connection.execute(
        """
        INSERT INTO tags (name, group_name, parent_id, from_person, colour, threshold, templates, looked_for, sensitive)
        VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)
        """,
        [
            draft.name,
            group,
            parent,
            draft.colour,
            draft.threshold,
            templates_text(draft.templates),
            draft.looked_for,
            draft.sensitive,
        ],
    )
    return TagId(made.lastrowid or 0)


def _update_tag(session: WriteSession, tag_id: TagId, draft: TagDraft, parent: TagId | None) -> None:
    """Make a tag's row what the draft says. Where the person gives it another place, no file moves it from then on."""
    session.connection.execute(
        """
        UPDATE tags SET name = ?, from_person = from_person OR parent_id IS NOT ?, parent_id = ?, colour = ?,
            threshold = ?, templates = ?, looked_for = ?, sensitive = ? WHERE id = ?
        """,
        [
            draft.name,
            parent,
            parent,
            draft.colour,
            draft.threshold,
            templates_text(draft.templates),
            draft.looked_for,
            draft.sensitive,
            tag_id,
        ],
    )


def put_aliases(session: WriteSession, tag_id: TagId, aliases: Iterable[str]) -> None:
    """Further words for a tag, which must be free; its own name is none. To be called while an edit is recorded."""
    name = name_of(session, tag_id).casefold()
    session.connection.executemany(
        "INSERT INTO tag_aliases (alias, tag_id) VALUES (?, ?) ON CONFLICT (alias) DO NOTHING",
        [(alias, tag_id) for alias in aliases if alias.casefold() != name],
    )


def _replace_aliases(session: WriteSession, tag_id: TagId, aliases: Sequence[str]) -> None:
    wanted = {alias.casefold(): alias for alias in aliases}
    there = [row[0] for row in session.connection.execute("SELECT alias FROM tag_aliases WHERE tag_id = ?", [tag_id])]
    session.connection.executemany(
        "DELETE FROM tag_aliases WHERE alias = ?", [(alias,) for alias in there if alias not in wanted.values()]
    )
    put_aliases(session, tag_id, wanted.values())


def _put_scores(session: WriteSession, tag_id: TagId, scores: Scores | None) -> int:
    """Store what the machine now says of a tag; return of how many photos that is something else than before."""
    if scores is None:
        return 0
    return len(put_opinions_of_tag(session, tag_id, scores.opinions, model_id=scores.model_id).retagged)
