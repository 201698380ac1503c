"""The way in: a photo for the library, pixels for a model, or a picture to look at.

All may be called from many threads at once, hold no file open afterwards, and raise PhotoSkipped and nothing else for
anything that is wrong with a file. Formats whose decoders may hang or crash are read in a process of their own, and so
are pictures that need so much memory that this process should not have to grow for them.
"""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from desktop_app.base.memory import give_back
from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import ContentHash
from desktop_app.imaging import decode_here
from desktop_app.imaging import decoder_messages as messages
from desktop_app.imaging.decode_here import THUMBNAIL_SIDE
from desktop_app.imaging.decoded import CloseLook, CloseWindow, DecodedPhoto, Moment, Pixels, RgbPicture
from desktop_app.imaging.decoder_pool import DecoderPool
from desktop_app.imaging.formats import APART
from desktop_app.imaging.limits import READING_BYTES, SHARED_WORKING_BYTES, BeyondShare, MemoryBudget, SmallShare
from desktop_app.imaging.opening import reading

__all__ = ["THUMBNAIL_SIDE", "CloseLook", "CloseWindow", "DecodedPhoto", "Moment", "RgbPicture"]

# One of each for the process, like the memory they share out: callers do not know of each other.
_memory = MemoryBudget(SHARED_WORKING_BYTES)
_viewing = SmallShare(_memory)
_reading = SmallShare(MemoryBudget(READING_BYTES))
_processes = DecoderPool(most=min(4, max(1, (os.cpu_count() or 2) - 1)), memory=_memory)
atexit.register(_processes.close)


def decode_photo(path: Path, spec: PixelSpec, *, content_hash: ContentHash | None = None) -> DecodedPhoto:
    """Read a photo for the library. `content_hash` spares a second look at bytes that were hashed already.

    Transparent parts are white. Raises PhotoSkipped, also when the file changes while it is read.
    """
    with reading(path) as file:
        if file.file_format not in APART:
            with suppress(BeyondShare):
                return decode_here.photo_from(file, spec, content_hash=content_hash, memory=_reading)
        words = {"for": "photo", "spec": messages.spec_words(spec), "content_hash": content_hash}
        return _processes.ask(path, words, messages.photo_of)


def decode_pixels(path: Path, spec: PixelSpec) -> Pixels:
    """[size, size, 3] sRGB pixels of a picture that need not be in the library. Raises PhotoSkipped."""
    with reading(path) as file:
        if file.file_format not in APART:
            with suppress(BeyondShare):
                return decode_here.pixels_from(file, spec, memory=_reading)
        return _processes.ask(path, {"for": "pixels", "spec": messages.spec_words(spec)}, messages.pixels_of)


def decode_moments(path: Path, spec: PixelSpec) -> tuple[Moment, ...]:
    """Frames from all along a video, at least one. Raises PhotoSkipped, also for what is no video."""
    return _processes.ask(path, {"for": "moments", "spec": messages.spec_words(spec)}, messages.moments_of)


def decode_closely(path: Path, spec: PixelSpec, *, second: float | None = None) -> CloseLook:
    """A whole picture in overlapping windows as large as a model wants them, some closer. Raises PhotoSkipped.

    Of a video, the frame at a second, or else its poster.
    """
    with reading(path) as file:
        if file.file_format not in APART:
            with suppress(BeyondShare):
                return decode_here.close_look_from(file, spec, memory=_viewing)
        words = {"for": "close look", "spec": messages.spec_words(spec), "second": second}
        return _processes.ask(path, words, messages.close_look_of)


def decode_view(path: Path, *, max_side: int, second: float | None = None) -> RgbPicture:
    """A picture to look at: upright, transparent parts white, longest side at most `max_side`, never enlarged.

    One of more than `limits.MAX_RGB_PIXELS` comes smaller than asked. A video's is its frame at a second, or
    its poster. Raises PhotoSkipped.
    """
    with reading(path) as file:
        if file.file_format not in APART:
            with suppress(BeyondShare):
                return decode_here.view_from(file, max_side=max_side, memory=_viewing)
        words: dict[str, Any] = {"for": "view", "max_side": max_side, "second": second}
        return _processes.ask(path, words, messages.view_of)


def rest() -> None:
    """There is nothing to decode for a while: give memory back."""
    _processes.trim()
    give_back()


def close() -> None:
    """End the decoder processes. What they were reading is tried again later; a later call starts new ones."""
    _processes.close()
