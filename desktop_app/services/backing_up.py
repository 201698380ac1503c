"""Backups of the library file: one a day by itself, the last fourteen kept, put back in one step."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import LibraryPaths, absolute_path, is_file
from desktop_app.domain.health import Backup
from desktop_app.store.backups import check_library, copy_library, photos_in, put_back

_log = logging.getLogger(__name__)

KEPT = 14
_EVERY = timedelta(days=1)
_NAME = re.compile(r"^library-(\d{8}-\d{6})(?:-(\d+))?\.db$")
_FORMAT = "%Y%m%d-%H%M%S"

# After a start there is better to do than copying; and a program that is open for weeks looks again from time to time.
_FIRST_LOOK_SECONDS = 120.0
_LOOK_SECONDS = 1800.0


class BackingUp:
    """Makes, lists and keeps backups of one library. Thread-safe."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._paths = paths
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def backups(self) -> list[Backup]:
        """The backups there are, the newest first."""
        return backups_in(self._paths.backups)

    def backups_with_photos(self) -> list[Backup]:
        """The same, with how many photos each knows: some milliseconds for each."""
        return backups_with_photos(self._paths.backups)

    def back_up(self, target: Path | None = None) -> Backup:
        """Make a backup now: among the others, of which the oldest go, or at a place of the person's own."""
        with self._lock:
            if target is not None:
                return self._copy_to(absolute_path(target))
            made = self._copy_to(_made(self._paths.backups))
            for old in self.backups()[KEPT:]:
                old.path.unlink(missing_ok=True)
            return made

    def back_up_if_due(self) -> Backup | None:
        """Make today's backup unless it is made; None when it was not due."""
        newest = next(iter(self.backups()), None)
        # A backup from the future was made before the clock was put right: it must not stop all others.
        if newest is not None and timedelta(0) <= datetime.now(UTC) - newest.made_at < _EVERY:
            return None
        return self.back_up()

    def start(self) -> None:
        """Back up by itself from now on, once a day. Idempotent."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._work, name="keepsight-backup", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """No more by itself; one that is being made is finished. Idempotent."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        pause = _FIRST_LOOK_SECONDS
        while not self._stop.wait(pause):
            try:
                self.back_up_if_due()
            except (UserFacingError, OSError) as error:
                _log.warning("The daily backup failed: %s", error)
            pause = _LOOK_SECONDS

    def _copy_to(self, target: Path) -> Backup:
        if target.is_dir():
            target = _new_name(target)
        copy_library(self._paths.database, target)
        return _backup(target)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"The folder {folder} cannot be made ({os.strerror(error.errno or 0)}).", "Choose another place."
        ) from error
    return folder


def backups_in(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first; none when there is no such folder."""
    try:
        found = [path for path in folder.iterdir() if _NAME.match(path.name)]
    except OSError:
        return []
    return sorted(
        (_backup(path) for path in found), key=lambda backup: (backup.made_at, _turn(backup.path)), reverse=True
    )


def backups_with_photos(folder: Path) -> list[Backup]:
    """The backups in a folder, the newest first, with how many photos each knows."""
    return [replace(backup, photos=photos_in(backup.path)) for backup in backups_in(folder)]


def _new_name(folder: Path) -> Path:
    """A name for a backup made now that no other has: two may be made within one second."""
    name = f"library-{datetime.now(UTC):{_FORMAT}}"
    names = (folder / (f"{name}.db" if turn == 1 else f"{name}-{turn}.db") for turn in itertools.count(1))
    return next(path for path in names if not path.exists())


def _turn(path: Path) -> int:
    """Which of the backups of one second this is."""
    named = _NAME.match(path.name)
    return int(named[2] or 1) if named else 0


def restore_library(paths: LibraryPaths, backup: Path | None = None) -> tuple[Backup, Path | None]:
    """Put a backup in the library's place: the newest, or the one named. The library as it was is backed up first where
    that can be done. Returns the backup, and where a damaged library file was put aside, if it was.

    Raises UserFacingError when there is no backup or it is not sound.
    """
    if backup is None:
        newest = next(iter(backups_in(paths.backups)), None)
        if newest is None:
            raise UserFacingError(f"There is no backup in {paths.backups}.", "Name a backup file.")
        backup = newest.path
    chosen = absolute_path(backup)
    if not is_file(chosen):
        raise UserFacingError(f"There is no backup {chosen}.", "`keepsight backup --list` shows those there are.")
    check_library(chosen)
    if paths.database.exists():
        with contextlib.suppress(UserFacingError):  # a damaged one is put aside as it is
            copy_library(paths.database, _new_name(_made(paths.backups)))
    return _backup(chosen), put_back(chosen, paths.database)


def _backup(path: Path) -> Backup:
    named = _NAME.match(path.name)
    info = path.stat()
    made_at = datetime.fromtimestamp(info.st_mtime, UTC)
    if named is not None:
        made_at = datetime.strptime(named[1], _FORMAT).replace(tzinfo=UTC)
    return Backup(path, made_at, info.st_size)
