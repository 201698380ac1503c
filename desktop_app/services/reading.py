"""Read files ahead of the model, on a few threads, in order, with a bound on what is held in memory."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.indexing import FoundFile
from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import ContentHash, FileStamp
from desktop_app.imaging.decode import DecodedPhoto, decode_photo
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.identity import hash_file, stamp_of

_log = logging.getLogger(__name__)

# A file that changes under the reader is read again, and soon left to a later scan: whoever writes may take long.
_TRIES = 3
_PAUSE_SECONDS = 0.3

_BEING_WRITTEN = "Another program is still writing this file"
_OUR_FAULT = "Keepsight failed to read it. The log file has the details."


@dataclass(frozen=True, slots=True)
class Decoded:
    """New content, decoded."""

    found: FoundFile
    photo: DecodedPhoto


@dataclass(frozen=True, slots=True)
class AlreadyKnown:
    """Content that the library has, embedded: only its place is news."""

    found: FoundFile
    stamp: FileStamp
    content_hash: ContentHash


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No photo came out of this file."""

    found: FoundFile
    reason: str
    is_photo: bool
    transient: bool


Reading = Decoded | AlreadyKnown | Unreadable


def read_file(found: FoundFile, *, is_known: Callable[[ContentHash], bool], spec: Callable[[], PixelSpec]) -> Reading:
    """Hash a file and, unless its bytes are known already, decode it. Never raises for what is in the file."""
    path = Path(found.path)
    try:
        for _ in range(_TRIES):
            stamp = stamp_of(path)
            content_hash = hash_file(path)
            if not is_known(content_hash):
                photo = decode_photo(path, spec(), content_hash=content_hash)
                if photo.stamp == stamp:
                    return Decoded(found, photo)
            elif stamp_of(path) == stamp:
                return AlreadyKnown(found, stamp, content_hash)
            # It changed while it was read: the hash is of other bytes than those there now.
            time.sleep(_PAUSE_SECONDS)
        return Unreadable(found, _BEING_WRITTEN, is_photo=True, transient=True)
    except PhotoSkipped as skip:
        return Unreadable(found, skip.reason, is_photo=skip.is_photo, transient=skip.transient)
    except UserFacingError:
        # The model or the library cannot be used: that is not this file's fault, and ends the run.
        raise
    except Exception:  # noqa: BLE001 - one file must never end a run; the log keeps the bug
        _log.exception("Reading %s failed", path)
        return Unreadable(found, _OUR_FAULT, is_photo=True, transient=False)


def decode_threads() -> int:
    """Decoding runs beside the model, which keeps its own cores; more than eight readers only crowd the disk."""
    return min(8, max(1, (os.cpu_count() or 2) - 1))


def read_ahead(
    found: Iterable[FoundFile],
    read: Callable[[FoundFile], Reading],
    *,
    pool: Executor,
    window: int,
    stopped: Callable[[], bool],
) -> Iterator[Reading]:
    """Yield what was read, in the order found, with at most `window` files in flight. Ends early when stopped."""
    in_flight: deque[Future[Reading]] = deque()
    try:
        for file in found:
            if stopped():
                return
            in_flight.append(pool.submit(read, file))
            # Hand on whatever is ready at once; wait only when the window is full.
            while in_flight and (len(in_flight) >= window or in_flight[0].done()):
                yield in_flight.popleft().result()
        while in_flight and not stopped():
            yield in_flight.popleft().result()
    finally:
        for future in in_flight:
            future.cancel()
