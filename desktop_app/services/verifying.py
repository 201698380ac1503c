"""Checking that the library is sound, and that the photos are still what they were."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.health import DatabaseHealth, FilesHealth, FileToCheck
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.identity import hash_file, stamp_of
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.presence import Presence
from desktop_app.store.checking import check_database, count_files_to_check, files_to_check, repair
from desktop_app.store.root_places import known_places


class Verifying:
    """Reads only, unless repair is asked for."""

    def __init__(self, store: LibraryStore, presence: Presence) -> None:
        self._store = store
        self._presence = presence

    def database(self) -> DatabaseHealth:
        """Check the library's own files."""
        return check_database(self._store.reader)

    def file_count(self) -> int:
        """How many files `files` would read, those on drives that are away counted too."""
        return count_files_to_check(self._store.reader)

    def files(
        self, *, progress: Callable[[int], None] = lambda _: None, cancelled: Callable[[], bool] = lambda: False
    ) -> FilesHealth:
        """Read every photo again and compare its bytes with what the library remembers. Takes as long as reading all takes."""
        places = known_places(self._store.reader)
        away = tuple(places[root_id].path for root_id in self._presence.look())
        outcomes: dict[str, list[Path]] = {"same": [], "corrupted": [], "changed": [], "unreadable": []}
        checked = 0
        for file in files_to_check(self._store.reader):
            if cancelled():
                break
            if any(file.path.is_relative_to(folder) for folder in away):
                continue
            checked += 1
            outcome = _outcome(file)
            if outcome != "same":
                outcomes[outcome].append(file.path)
            progress(checked)
        return FilesHealth(checked, *(tuple(outcomes[name]) for name in ("corrupted", "changed", "unreadable")))

    def repair(self) -> LibraryChanges:
        """Have the next indexing run make anew what is damaged."""
        return self._store.change(lambda session: repair(session, self._store.reader))


def _outcome(file: FileToCheck) -> str:
    try:
        before = stamp_of(file.path)
        if before != file.stamp:
            return "changed"
        if hash_file(file.path) == file.content_hash:
            return "same"
        return "corrupted" if stamp_of(file.path) == before else "changed"
    except PhotoSkipped:
        # Deleted since the last look is no fault of the disk.
        return "unreadable" if os.path.lexists(file.path) else "changed"
