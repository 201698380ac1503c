"""Which roots are there at present: a drive that is unplugged is away, and one that is mounted elsewhere is found again."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.paths import is_folder
from desktop_app.base.volumes import Mount, VolumePlace, folders_of, mounts, place_of
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import RootId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.root_places import KnownPlace, known_places, photos_in, put_places, sample_of_files

_log = logging.getLogger(__name__)

# How long an answer serves before somebody looks again. Shorter than anyone notices, long enough for a grid that asks
# again with every row.
_FRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at all roots found."""

    away: frozenset[RootId]
    at: float


class Presence:
    """Looks where the roots are and remembers their volumes. Thread-safe."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last: _Look | None = None

    def away(self) -> frozenset[RootId]:
        """The roots that are away, as of a moment ago."""
        last = self._last
        if last is not None and time.monotonic() - last.at < _FRESH_SECONDS:
            return last.away
        return self.look()

    def look(self) -> frozenset[RootId]:
        """Look now: follow drives that moved, and return the roots that are away. Their photos' listeners are told."""
        with self._lock:
            places, mounted = known_places(self._store.reader), mounts()
            found = {root_id: self._find(root_id, place, mounted) for root_id, place in places.items()}
            news = {root_id: now for root_id, now in found.items() if now is not None and now != places[root_id]}
            away = frozenset(root_id for root_id, now in found.items() if now is None)
            before, self._last = self._last, _Look(away, time.monotonic())
        if news:
            self._store.change(lambda session: put_places(session, news))
        self._tell(frozenset() if before is None else before.away, away)
        return away

    def _tell(self, before: frozenset[RootId], after: frozenset[RootId]) -> None:
        changed = before ^ after
        if changed:
            photos = frozenset(photo for root_id in changed for photo in photos_in(self._store.reader, root_id))
            self._store.changes.publish(LibraryChanges(updated=photos, roots_changed=True))

    def _find(self, root_id: RootId, known: KnownPlace, mounted: Sequence[Mount]) -> KnownPlace | None:
        """Where a root is now; None while it is away."""
        here = place_of(known.path, mounted) if is_folder(known.path) else None
        if is_folder(known.path) and (not known.volume or (here is not None and here.identity == known.volume)):
            return _known(known.path, here) if here is not None and here.identity else known
        elsewhere = folders_of(VolumePlace(known.volume, known.volume_path), mounted)
        for folder in elsewhere:
            if is_folder(folder) and self.holds(root_id, folder):
                _log.info("%s is mounted at %s now", known.path, folder)
                return _known(folder, place_of(folder, mounted))
        # Another drive under the same path: the same photos after a move to a new disk, or a stranger.
        if is_folder(known.path) and self.holds(root_id, known.path):
            return _known(known.path, here)
        return None

    def holds(self, root_id: RootId, folder: Path) -> bool:
        """Whether a folder has at least some of the files that a root should have."""
        sample = sample_of_files(self._store.reader, root_id)
        return not sample or any(os.path.lexists(folder / relative) for relative in sample)


def _known(path: Path, place: VolumePlace | None) -> KnownPlace:
    return KnownPlace(path, place.identity if place else "", place.path if place else "")
