"""What a file is known by: its stamp, cheap to compare, and the hash of its content."""

from __future__ import annotations

import hashlib
from io import BufferedReader
from pathlib import Path

from desktop_app.domain.photo import ContentHash, FileStamp
from desktop_app.imaging.errors import PhotoSkipped

# 128 bits: among 10^9 photos the chance of any two colliding is below 10^-20.
_DIGEST_BYTES = 16


def stamp_of(path: Path) -> FileStamp:
    """Size and modification time of a file. Raises PhotoSkipped (transient) when it cannot be asked."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    return FileStamp(size=status.st_size, mtime_ns=status.st_mtime_ns)


def hash_file(path: Path) -> ContentHash:
    """BLAKE2b-128 (RFC 7693) of the file's bytes. Raises PhotoSkipped (transient) when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hash_stream(stream)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error


def hash_stream(stream: BufferedReader) -> ContentHash:
    """The content hash of everything from the stream's start; leaves the stream at its end. Raises OSError."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES))
    return ContentHash(digest.hexdigest())


def unreadable(error: OSError | ValueError) -> PhotoSkipped:
    """What a person should read when the system would not hand the file over: worth another try later.

    ValueError: a path with a NUL character, which no system takes.
    """
    match error:
        case FileNotFoundError():
            return PhotoSkipped("The file is no longer there", transient=True)
        case PermissionError():
            return PhotoSkipped("Keepsight is not allowed to read this file", transient=True)
        case IsADirectoryError():
            return PhotoSkipped("This is a folder, not a file", is_photo=False)
        case OSError(strerror=str(words)):
            return PhotoSkipped(f"The file could not be read: {words}", transient=True)
    return PhotoSkipped("The file could not be read", transient=True)
