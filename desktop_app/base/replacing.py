"""Replace a file so that whoever looks, at any moment and after any crash, finds the old one or the new one whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from pathlib import Path

TEMPORARY_SUFFIX = ".keepsight-new"
"""Ends the names of files that are being written; they begin with a dot."""

_LETTERS_KEPT = 40


def replace_file(path: Path, data: bytes) -> None:
    """Write a file, or a new one in the place of another, with its permissions and, where that is allowed, its owner.

    A link stays one: what it points to is replaced. Raises OSError, and then leaves everything as it was.
    """
    target = path.resolve()
    temporary = draft_beside(target)
    # Not `tempfile`: its files are for their owner alone, and a plain new one is for whom the system's mask says.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _take_over(target, temporary)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _settle(target.parent)


def draft_beside(target: Path) -> Path:
    """A free, hidden name in the folder of a file that is to be written, for what is not whole yet."""
    # A name may have 255 bytes, which are as few as 63 letters of some scripts.
    return target.with_name(f".{target.name[:_LETTERS_KEPT]}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")


def _take_over(old: Path, new: Path) -> None:
    """Permissions and owner of the old file, if there is one."""
    if not old.exists():
        return
    shutil.copymode(old, new)
    if sys.platform != "win32":
        status = old.stat()
        with contextlib.suppress(OSError):  # only its owner's own, or an administrator, may
            os.chown(new, status.st_uid, status.st_gid)


def _settle(folder: Path) -> None:
    """Have the new name survive a power cut. Not every file system can; then the system does it in its own time."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
