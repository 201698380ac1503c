"""Albums: making, naming, filling. Every change is an edit that can be undone; the photos themselves are never touched."""

from __future__ import annotations

from collections.abc import Collection

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.album import Album
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.albums import add_to_album, albums, delete_album, make_album, remove_from_album, rename_album
from desktop_app.store.stacks import with_pairs


class Albums:
    """The person's albums, known by name in any case. A RAW + JPEG pair or a live photo, shown as one photo, is in an album with
    both halves.
    """

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def all(self) -> list[Album]:
        """All albums by name."""
        return albums(self._store.reader)

    def named(self, name: str) -> Album:
        """The album of that name. Raises UserFacingError when there is none."""
        wanted = " ".join(name.split()).casefold()
        for album in self.all():
            if album.name.casefold() == wanted:
                return album
        raise UserFacingError(f"There is no album “{name}”.", "`keepsight albums list` shows those there are.")

    def make(self, name: str) -> Edited:
        """Make an empty album. Raises UserFacingError when there is one of that name."""
        cleaned = _clean(name)
        self._must_be_free(cleaned)
        return self._store.edit(lambda session: make_album(session, cleaned))

    def rename(self, name: str, new_name: str) -> Edited:
        """Another name for an album. Raises UserFacingError when there is no such album, or the name is another's."""
        album, cleaned = self.named(name), _clean(new_name)
        if cleaned.casefold() != album.name.casefold():
            self._must_be_free(cleaned)
        return self._store.edit(lambda session: rename_album(session, album.name, cleaned))

    def delete(self, name: str) -> Edited:
        """Delete an album; its photos stay. Raises UserFacingError when there is none of that name."""
        album = self.named(name)
        return self._store.edit(lambda session: delete_album(session, album.name))

    def add(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """Put photos into an album, which is made when there is none of that name."""
        cleaned = _clean(name)
        return self._store.edit(lambda session: add_to_album(session, cleaned, with_pairs(session, photo_ids)))

    def remove(self, name: str, photo_ids: Collection[PhotoId]) -> Edited:
        """Take photos out of an album. Raises UserFacingError when there is none of that name."""
        album = self.named(name)
        return self._store.edit(lambda session: remove_from_album(session, album.name, with_pairs(session, photo_ids)))

    def _must_be_free(self, name: str) -> None:
        if any(album.name.casefold() == name.casefold() for album in self.all()):
            raise UserFacingError(f"There is an album “{name}” already.", "Choose another name.")


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise UserFacingError("An album needs a name.")
    return cleaned
