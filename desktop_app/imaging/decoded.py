"""What comes out of a file: a photo or video for the library, or a picture to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import ContentHash, FileStamp, Metadata
from desktop_app.imaging.geometry import Box

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame of a video, as a model wants it."""

    second: float
    """From the video's start."""
    pixels: Pixels
    """[size, size, 3], sRGB, as the PixelSpec asks."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPhoto:
    """Everything that indexing wants of one file, from one reading of it."""

    stamp: FileStamp
    content_hash: ContentHash
    file_format: str
    """A name of `formats.SUPPORTED`, by content."""
    width: int
    """Pixels, upright."""
    height: int
    metadata: Metadata
    thumbnail: bytes
    """JPEG, sRGB, upright, longest side at most `THUMBNAIL_SIDE`, never enlarged. A video's is its poster."""
    pixels: Pixels
    """[size, size, 3], sRGB, as the PixelSpec asks. A video's are its poster's."""
    duration_seconds: float | None = None
    """Of a video; None for a picture."""
    moments: tuple[Moment, ...] = ()
    """Of a video, in order, at least one; empty for a picture."""
    motion: bool = False
    """A picture with a few seconds of video inside the same file."""


@dataclass(frozen=True, slots=True)
class RgbPicture:
    """A picture ready to show: 8-bit sRGB, rows from the top, no padding between them."""

    width: int
    height: int
    data: bytes
    """width * height * 3 bytes: red, green, blue."""


@dataclass(frozen=True, slots=True, eq=False)
class CloseWindow:
    """A part of a picture, as large as a model wants it."""

    box: Box
    """Left, top, right, bottom, as parts of the upright picture's width and height."""
    level: int
    """How closely it looks, 0 being the least."""
    pixels: Pixels
    """[size, size, 3], sRGB."""


@dataclass(frozen=True, slots=True, eq=False)
class CloseLook:
    """All of a picture, upright, in windows; those of one level together cover it."""

    windows: tuple[CloseWindow, ...]
    aspect: float
    """Width by height."""
