"""Opening SQLite files the one way Keepsight opens them, and turning the environment's errors into plain words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from desktop_app.base.errors import LibraryDamagedError, UserFacingError
from desktop_app.base.private_files import make_private
from desktop_app.domain.geography import distance_km

# Another Keepsight process (the command line beside the window) holds the write lock for one batch at most, well under
# a second; ten seconds tell a busy moment from a stuck one.
BUSY_TIMEOUT_MS = 10_000

_RESTORE = "Put the newest backup in its place: keepsight restore."

# Result codes (sqlite.org/rescode.html) that speak of the machine, not of a bug in Keepsight.
_ENVIRONMENT: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("The disk is full.", "Free some space and try again."),
    sqlite3.SQLITE_READONLY: (
        "The library cannot be written to.",
        "Check that its folder is not read-only, or choose another with --library.",
    ),
    sqlite3.SQLITE_IOERR: ("The disk failed to read or write the library.", "Check the drive and try again."),
    sqlite3.SQLITE_CANTOPEN: (
        "The library file cannot be opened.",
        "Check that its folder exists and that you may write to it.",
    ),
    sqlite3.SQLITE_CORRUPT: ("The library file is damaged.", _RESTORE),
    sqlite3.SQLITE_NOTADB: ("The library file is not a Keepsight library.", _RESTORE),
    sqlite3.SQLITE_BUSY: (
        "Another program keeps the library locked.",
        "Close other copies of Keepsight and try again.",
    ),
    sqlite3.SQLITE_PERM: ("You may not read or write the library.", "Check the permissions of its folder."),
}


_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@contextmanager
def plain_errors() -> Iterator[None]:
    """Raise SQLite's environment errors (disk full, read-only, damaged) as UserFacingError; bugs pass through as they are."""
    try:
        yield
    except sqlite3.Error as error:
        primary = primary_code(error)
        if primary not in _ENVIRONMENT:
            raise
        kind = LibraryDamagedError if primary in _DAMAGED else UserFacingError
        raise kind(*_ENVIRONMENT[primary]) from error


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """The write connection of a library or thumbnail file: WAL, foreign keys on. Makes the file when it is not there."""
    with plain_errors():
        # A file that cannot be made or opened is SQLite's to complain of, in words that are known here.
        with contextlib.suppress(OSError):
            make_private(path)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            _switch_to_wal(connection)
            # In WAL mode NORMAL keeps the file consistent at any power cut and loses at most the last transactions,
            # which the next scan does again (sqlite.org/pragma.html#pragma_synchronous).
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait its busy timeout when two programs switch a new file at once: this does."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code of an error; 0 where Python's module raised it by itself."""
    # Extended codes keep the primary one in their low byte.
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def connect_for_reading(path: Path, *, also: dict[str, Path] | None = None) -> sqlite3.Connection:
    """A read-only connection, with further files attached read-only under the given schema names."""
    with plain_errors():
        connection = sqlite3.connect(
            _read_only_uri(path), uri=True, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
        )
        try:
            # Not mapped: a drive that is pulled out would end the program (sqlite.org/mmap.html) where a read that fails is
            # an error like any other, each connection's pages would count as memory, and filters were not faster for it.
            connection.execute("PRAGMA mmap_size = 0")
            connection.create_function("distance_km", 4, distance_km, deterministic=True)
            for schema, attached in (also or {}).items():
                connection.execute(f"ATTACH ? AS {schema}", [_read_only_uri(attached)])
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _read_only_uri(path: Path) -> str:
    # As bytes: a folder's name need not be valid Unicode.
    return f"file:{quote(os.fsencode(path))}?mode=ro"
