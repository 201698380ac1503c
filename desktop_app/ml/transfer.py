"""Bring one large file from the hub to this disk: resumable, verified, and never a half file under its own name."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import logging
import os
import shutil
import time
import urllib.error
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.ml.hub import Checksum, RemoteFile, open_from, plain_network_errors

_log = logging.getLogger(__name__)

_CHUNK = 1 << 18
"""Bytes per write: a pause takes effect within one, some tens of milliseconds on a slow line."""

# Left free on the disk: the library, on the same disk as a rule, must still be able to grow.
SPARE_BYTES = 256 << 20

# The free space is looked at again after so much, since other programs write too.
_BYTES_BETWEEN_LOOKS = 32 << 20

# A cut line is taken up again so often without any progress between; then the person is told.
_MOST_FRUITLESS_TRIES = 4

_CUT = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)

# EFBIG: a file-size limit; EDQUOT: the person's quota, which Windows does not have.
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

PART_SUFFIX = ".part"


def free_bytes(folder: Path) -> int:
    """Free space on the disk of a folder."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class TransferWatch:
    """How a transfer is followed and stopped."""

    stopped: Callable[[], bool]
    """True once the person paused or cancelled."""
    arrived: Callable[[int], None]
    """Called with how many bytes of the file are here."""
    checking: Callable[[], None]
    free_bytes: Callable[[Path], int] = free_bytes
    seconds_between_tries: float = 1.0


def part_of(remote: RemoteFile, target: Path) -> Path:
    """The unfinished file: its name holds the checksum, so that two versions of a file are never joined."""
    version = remote.checksum.hexdigest[:16] if remote.checksum else str(remote.size)
    return target.with_name(f"{target.name}.{version}{PART_SUFFIX}")


def fetch(remote: RemoteFile, target: Path, watch: TransferWatch) -> None:
    """Bring a file here, going on from what is here already. Blocks until it stands complete and verified at `target`.

    Raises Cancelled when stopped (what came is kept for the next try), UserFacingError when the line stays cut, the disk
    is full, or what came is not what the hub has (then it is deleted).
    """
    part = part_of(remote, target)
    with plain_disk_errors():
        part.touch()
        if part.stat().st_size > remote.size:
            part.unlink()
            part.touch()
        require_space(target.parent, needed=remote.size - part.stat().st_size, watch=watch)
        _receive_all(remote, part, watch)
        watch.checking()
        _verify(remote, part, watch)
        part.replace(target)


def require_space(folder: Path, *, needed: int, watch: TransferWatch) -> None:
    """Raise UserFacingError when the disk has no room for so many more bytes and something to spare."""
    free = watch.free_bytes(folder)
    if free < needed + SPARE_BYTES:
        raise UserFacingError(
            f"The disk has too little room: {(needed + SPARE_BYTES) / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free.",
            "Free some space, then go on with the download.",
        )


def _receive_all(remote: RemoteFile, part: Path, watch: TransferWatch) -> None:
    tries = 0
    while (before := part.stat().st_size) < remote.size:
        try:
            _receive(remote, part, watch)
        except urllib.error.HTTPError:
            with plain_network_errors():
                raise
        except _CUT as error:
            tries = tries + 1 if part.stat().st_size == before else 0
            _log.info("The line was cut at %d of %d bytes (%s)", part.stat().st_size, remote.size, error)
            if tries >= _MOST_FRUITLESS_TRIES:
                with plain_network_errors():
                    raise
        _wait(watch, tries)


def _receive(remote: RemoteFile, part: Path, watch: TransferWatch) -> None:
    """Take in what one connection yields."""
    start = part.stat().st_size
    with open_from(remote.url, start=start) as answer, part.open("r+b") as file:
        # 206 is the part asked for; 200 is the whole file again, from a server that knows no ranges.
        start = start if answer.status == HTTPStatus.PARTIAL_CONTENT else 0
        file.seek(start)
        file.truncate()
        looked_at = here = start
        while here < remote.size:
            if watch.stopped():
                raise Cancelled
            chunk = _read_some(answer, at_most=min(_CHUNK, remote.size - here))
            file.write(chunk)
            here += len(chunk)
            watch.arrived(here)
            if here - looked_at >= _BYTES_BETWEEN_LOOKS:
                looked_at = here
                file.flush()
                require_space(part.parent, needed=remote.size - here, watch=watch)


def _read_some(answer: http.client.HTTPResponse, *, at_most: int) -> bytes:
    """What has arrived, at least a byte. Any fault of the line is a ConnectionError, so that no disk is blamed for it."""
    try:
        chunk = answer.read1(at_most)
    except OSError as error:
        raise ConnectionError(str(error)) from error
    if not chunk:
        raise ConnectionError("the line ended early")
    return chunk


def _wait(watch: TransferWatch, tries: int) -> None:
    """A moment longer after each fruitless try; ends at once when stopped."""
    until = time.monotonic() + watch.seconds_between_tries * tries
    while time.monotonic() < until:
        if watch.stopped():
            raise Cancelled
        time.sleep(min(0.05, watch.seconds_between_tries))


def _verify(remote: RemoteFile, part: Path, watch: TransferWatch) -> None:
    if remote.checksum is None or _hexdigest(part, remote.checksum, watch) == remote.checksum.hexdigest:
        return
    part.unlink()
    raise UserFacingError("The download arrived damaged: its checksum is wrong.", "Start the download again.")


def _hexdigest(path: Path, checksum: Checksum, watch: TransferWatch) -> str:
    digest = hashlib.sha256()
    if checksum.algorithm == "git-sha1":
        # Git's identity of a blob; it guards against a damaged transfer, not against an attacker.
        digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if watch.stopped():
                raise Cancelled
            digest.update(chunk)
    return digest.hexdigest()


@contextlib.contextmanager
def plain_disk_errors() -> Iterator[None]:
    """Raise what the disk refuses (full, read-only) as UserFacingError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise UserFacingError("The disk is full.", "Free some space, then go on with the download.") from error
        raise UserFacingError(
            f"The models folder cannot be written to ({os.strerror(error.errno or 0)}).",
            "Check the drive and its permissions.",
        ) from error
