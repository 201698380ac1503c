"""Deleting photos: into the system's trash, from where the person can take them back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from send2trash import send2trash

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import FileKey
from desktop_app.domain.photo import PhotoId, PhotoLocation
from desktop_app.imaging.sidecars import own_sidecars
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.presence import Presence
from desktop_app.store.files import drop_files
from desktop_app.store.photos import locations_of
from desktop_app.store.stacks import bursts_of, pairs_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of an order to delete."""

    trashed: tuple[Path, ...]
    refused: tuple[tuple[Path, str], ...]
    """Files that stay, and why."""
    changes: LibraryChanges


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """The files that an order to delete would move, for asking before."""

    photos: int
    """How many the person chose."""
    places: tuple[PhotoLocation, ...]
    """Their files; with those of the other halves of pairs and live photos, which are shown as one photo."""
    rest_of_bursts: tuple[PhotoLocation, ...] = ()
    """The files of the other pictures of bursts that are shown by a chosen one. Moved only when the person says so, too."""


class Deleting:
    """Moves files to the trash. What the person said of a photo is kept for when it comes back from there."""

    def __init__(self, store: LibraryStore, presence: Presence, *, trash: Callable[[Path], None] = send2trash) -> None:
        self._store = store
        self._presence = presence
        self._trash = trash

    def files_of(self, photo_ids: Sequence[PhotoId]) -> list[PhotoLocation]:
        """Every file of these photos that is there: what deleting them would move."""
        away = self._presence.away()
        found = (place for photo in photo_ids for place in locations_of(self._store.reader, photo, away=away))
        return [place for place in found if not place.missing and not place.offline]

    def plan(self, photo_ids: Sequence[PhotoId], *, as_one: bool = True) -> DeletionPlan:
        """What deleting these photos would move. `as_one`: stacks are shown as one photo; else each chosen photo is itself."""
        if not as_one:
            return DeletionPlan(len(photo_ids), tuple(self.files_of(photo_ids)))
        chosen = pairs_of(self._store.reader, photo_ids)
        rest = [photo for photo in bursts_of(self._store.reader, photo_ids) if photo not in set(chosen)]
        return DeletionPlan(len(photo_ids), tuple(self.files_of(chosen)), tuple(self.files_of(rest)))

    def delete(self, places: Sequence[PhotoLocation]) -> Deleted:
        """Move these files, and the sidecars that are theirs alone, to the trash; one that cannot be moved stays where it
        is, and in the library.

        Raises UserFacingError when none could be moved.
        """
        trashed: list[PhotoLocation] = []
        refused: list[tuple[Path, str]] = []
        for place in places:
            try:
                self._trash(place.path)
            except OSError as error:
                _log.warning("%s cannot be moved to the trash: %s", place.path, error)
                refused.append((place.path, error.strerror or str(error)))
            else:
                trashed.append(place)
                self._trash_sidecars(place.path)
        if refused and not trashed:
            raise UserFacingError(
                f"{refused[0][0].name} cannot be moved to the trash ({refused[0][1]}).",
                "The drive may have no trash; you can delete the file in the file manager.",
            )
        keys = [FileKey(place.root_id, place.relative_path) for place in trashed]
        changes = self._store.change(lambda session: drop_files(session, keys)) if keys else LibraryChanges()
        return Deleted(tuple(place.path for place in trashed), tuple(refused), changes)

    def _trash_sidecars(self, photo: Path) -> None:
        for sidecar in own_sidecars(photo):
            try:
                self._trash(sidecar)
            except OSError as error:
                _log.warning("%s stays behind without its photo: %s", sidecar, error)
