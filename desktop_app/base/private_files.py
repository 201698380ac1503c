"""Files that only their owner may read: a library tells much about a person."""

from __future__ import annotations

import os
from pathlib import Path


def make_private(path: Path) -> None:
    """Make sure that a file is there and that only its owner can read it; others made from it (SQLite's) inherit that.

    On file systems without owners, and on Windows, where a person's folders are closed to others, it only makes the file.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if os.name == "posix" and os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    except PermissionError:
        pass  # somebody else's file that we may write: theirs to decide
    finally:
        os.close(descriptor)
