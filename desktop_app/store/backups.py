"""Copies of the library file, made while it is in use, and put back in one step."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from desktop_app.base.errors import LibraryDamagedError, UserFacingError
from desktop_app.base.private_files import make_private
from desktop_app.store.connection import connect_for_writing, plain_errors


def copy_library(source: Path, target: Path) -> None:
    """Copy what is committed, complete and consistent, whoever is writing meanwhile (sqlite.org/backup.html).

    The target appears whole or not at all, and is one file. Raises UserFacingError when it cannot be written.
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        with plain_errors(), closing(sqlite3.connect(source)) as library:
            partial.unlink(missing_ok=True)
            make_private(partial)
            with closing(sqlite3.connect(partial)) as copy:
                library.backup(copy)
                # Not WAL, as the library is: a backup has no second file beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
            # A damaged library must not push the sound backups out, day by day.
            check_library(partial)
        partial.replace(target)
    except OSError as error:
        raise UserFacingError(
            f"The backup {target} cannot be written ({os.strerror(error.errno or 0)}).", "Choose another place."
        ) from error
    finally:
        # Where there is none, or no folder that could hold it, what went wrong was said above.
        with suppress(OSError):
            partial.unlink()


def check_library(path: Path) -> None:
    """Raises UserFacingError when a file is no sound library."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            has_photos = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'contents'").fetchone()
    except sqlite3.Error:
        sound, has_photos = False, None
    if not sound or has_photos is None:
        raise LibraryDamagedError(f"{path} is not a sound copy of a library.", "Choose another backup.")


def photos_in(path: Path) -> int | None:
    """How many photos a copy of a library knows; None when it cannot be asked. Changes nothing, in its folder either."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return int(connection.execute("SELECT COUNT(DISTINCT content_id) FROM files").fetchone()[0])
    except sqlite3.Error:
        return None


def put_back(backup: Path, library: Path) -> Path | None:
    """Make a backup the library again. Returns where a damaged library file was put aside; None when it was sound.

    A sound one is overwritten in one transaction, so that another Keepsight that has it open goes on with the new content.
    """
    if library.exists() and not _is_usable(library):
        aside = _put_aside(library)
        copy_library(backup, library)
        return aside
    with plain_errors(), closing(sqlite3.connect(backup)) as source, closing(connect_for_writing(library)) as target:
        source.backup(target)
    return None


def _put_aside(library: Path) -> Path:
    """Give a damaged library file another name, and return that."""
    try:
        aside = library.with_name(f"{library.stem}-damaged-{time.strftime('%Y%m%d-%H%M%S')}{library.suffix}")
        library.replace(aside)
        # What was not yet taken into the file goes along: it must not be played into the backup, nor be lost for a rescue.
        log = library.with_name(f"{library.name}-wal")
        if log.exists():
            log.replace(aside.with_name(f"{aside.name}-wal"))
        library.with_name(f"{library.name}-shm").unlink(missing_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"The damaged library {library} cannot be put aside ({os.strerror(error.errno or 0)}).",
            "Close every Keepsight that has it open, see that you may write to its folder, and try again.",
        ) from error
    return aside


def _is_usable(library: Path) -> bool:
    try:
        check_library(library)
    except UserFacingError:
        return False
    return True
