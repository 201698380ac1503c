"""What a person says about tags. Every call is one transaction and returns what it changed."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import clean_tag_name
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.tags import accept_tag, add_tag, remove_tag


class Tagging:
    """The person's own decisions, which outrank every machine's."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def add(self, name: str, photo_ids: Sequence[PhotoId]) -> LibraryChanges:
        """Photos have this tag; it is made when new. Raises UserFacingError when the name is empty."""
        cleaned = _clean(name)
        return self._store.change(lambda session: add_tag(session, cleaned, photo_ids))

    def remove(self, name: str, photo_ids: Sequence[PhotoId]) -> LibraryChanges:
        """Photos do not have this tag; remembered, so that no machine puts it back."""
        cleaned = _clean(name)
        return self._store.change(lambda session: remove_tag(session, cleaned, photo_ids))

    def accept(self, name: str, photo_ids: Sequence[PhotoId]) -> LibraryChanges:
        """What was suggested is true."""
        cleaned = _clean(name)
        return self._store.change(lambda session: accept_tag(session, cleaned, photo_ids))


def _clean(name: str) -> str:
    try:
        return clean_tag_name(name)
    except ValueError as error:
        raise UserFacingError("A tag needs a name.") from error
