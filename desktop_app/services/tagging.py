"""What a person says about photos' tags. Every call is one edit: it says how many photos it touched and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import clean_tag_name
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.stacks import with_pairs
from desktop_app.store.tag_decisions import (
    accept_suggestions,
    accept_tag,
    add_tag,
    forget_decisions,
    reject_tag,
    remove_tag,
)
from desktop_app.store.writer import WriteSession


class Tagging:
    """The person's own decisions, which outrank every machine's. What is said of a RAW + JPEG pair or a live photo, which are
    shown as one photo, is said of both halves.
    """

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def add(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """Photos have this tag; it is made when new. Raises UserFacingError when the name is empty."""
        return self._edit(add_tag, name, photo_ids)

    def remove(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """Photos do not have this tag; remembered, so that no machine puts it back."""
        return self._edit(remove_tag, name, photo_ids)

    def accept(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """What was suggested is true."""
        return self._edit(accept_tag, name, photo_ids)

    def accept_suggestions(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """What was suggested is true, of those of these photos that it was suggested for."""
        return self._edit(accept_suggestions, name, photo_ids)

    def reject(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """What was suggested is not true."""
        return self._edit(reject_tag, name, photo_ids)

    def forget(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """Take decisions back: what the file and the machine say counts again."""
        return self._edit(forget_decisions, name, photo_ids)

    def _edit(
        self,
        edit: Callable[[WriteSession, str, Collection[PhotoId]], Edited],
        name: str,
        photo_ids: Collection[PhotoId],
    ) -> Edited:
        cleaned = cleaned_name(name)
        return self._store.edit(lambda session: edit(session, cleaned, with_pairs(session, photo_ids)))


def cleaned_name(name: str) -> str:
    """A tag's name as it is stored. Raises UserFacingError when nothing is left of it."""
    try:
        return clean_tag_name(name)
    except ValueError as error:
        raise UserFacingError("A tag needs a name.") from error
