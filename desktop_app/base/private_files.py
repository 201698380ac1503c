"""Files that only their owner may read: a library tells much about a person."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def make_private(path: Path) -> None:
    """Make sure that a file is there and that only its owner can read it; others made from it (SQLite's) inherit that.

    On file systems without owners, and on Windows, where a person's folders are closed to others, it only makes the file.
    A file that is there is never opened: closing it again would drop every lock that this process holds on it through
    SQLite (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600))
    except FileExistsError:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            with contextlib.suppress(PermissionError):  # somebody else's file that we may write: theirs to decide
                path.chmod(0o600)
