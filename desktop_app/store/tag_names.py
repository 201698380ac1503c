"""Which words are taken by which tags: names and aliases share one space, so that a typed word means one tag."""

from __future__ import annotations

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.tag import TagId
from desktop_app.store.writer import WriteSession


def tag_id_of(session: WriteSession, word: str) -> TagId | None:
    """The tag of that name or with that alias, in any case."""
    row = session.connection.execute(
        "SELECT id FROM tags WHERE name = ? UNION ALL SELECT tag_id FROM tag_aliases WHERE alias = ?", [word, word]
    ).fetchone()
    return None if row is None else TagId(row[0])


def name_of(session: WriteSession, tag_id: TagId) -> str:
    """A tag's name. Raises UserFacingError when it is no longer there."""
    row = session.connection.execute("SELECT name FROM tags WHERE id = ?", [tag_id]).fetchone()
    if row is None:
        raise UserFacingError("This tag is no longer there.", "Undo its deletion, or choose another.")
    name: str = row[0]
    return name


def parent_of(session: WriteSession, tag_id: TagId) -> TagId | None:
    """The tag that stands above another."""
    row = session.connection.execute("SELECT parent_id FROM tags WHERE id = ?", [tag_id]).fetchone()
    return None if row is None or row[0] is None else TagId(row[0])


def is_below(session: WriteSession, tag_id: TagId, above: TagId) -> bool:
    """True when a tag is `above` itself or stands somewhere below it."""
    at: TagId | None = tag_id
    while at is not None:
        if at == above:
            return True
        at = parent_of(session, at)
    return False


def must_be_free(session: WriteSession, word: str, *, of: TagId | None = None) -> None:
    """Raises UserFacingError when a word is the name or an alias of another tag than `of`."""
    owner = tag_id_of(session, word)
    if owner is not None and owner != of:
        name = name_of(session, owner)
        known = (
            f"There is a tag “{name}” already."
            if name.casefold() == word.casefold()
            else (f"“{word}” is already another word for “{name}”.")
        )
        raise UserFacingError(known, "Merge the two, or choose another word.")
