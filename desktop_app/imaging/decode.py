"""The way in: a photo for the library, pixels for a model, or a picture to look at.

All three may be called from many threads at once, hold no file open afterwards, and raise PhotoSkipped and nothing else
for anything that is wrong with a file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import ContentHash, FileStamp, Metadata
from desktop_app.imaging.geometry import Box, Window, fit_within, look_closely, model_window
from desktop_app.imaging.identity import hash_stream
from desktop_app.imaging.opening import reading
from desktop_app.imaging.picture import VIEW_GAP, Picture, load_picture

THUMBNAIL_SIDE = 256
"""Longest side of a stored thumbnail, pixels."""

# 0.3 ms to encode where WebP takes 2.5 to 7 ms, at about 12 KB (DESIGN.md, figures).
_THUMBNAIL_QUALITY = 80

_RESAMPLING = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


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
    """JPEG, sRGB, upright, longest side at most `THUMBNAIL_SIDE`, never enlarged."""
    pixels: npt.NDArray[np.uint8]
    """[size, size, 3], sRGB, as the PixelSpec asks."""


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
    pixels: npt.NDArray[np.uint8]
    """[size, size, 3], sRGB."""


@dataclass(frozen=True, slots=True, eq=False)
class CloseLook:
    """All of a picture, upright, in windows; those of one level together cover it."""

    windows: tuple[CloseWindow, ...]
    aspect: float
    """Width by height."""


def decode_photo(path: Path, spec: PixelSpec, *, content_hash: ContentHash | None = None) -> DecodedPhoto:
    """Read a photo for the library. `content_hash` spares a second look at bytes that were hashed already.

    Transparent parts are white. Raises PhotoSkipped, also when the file changes while it is read.
    """
    with reading(path) as file:
        content_hash = content_hash or hash_stream(file.stream)
        picture = load_picture(file, lambda size: (model_window(size, spec), fit_within(size, THUMBNAIL_SIDE)))
        width, height = picture.size
        return DecodedPhoto(
            stamp=file.stamp,
            content_hash=content_hash,
            file_format=file.file_format,
            width=width,
            height=height,
            metadata=picture.metadata,
            thumbnail=_thumbnail(picture),
            pixels=_model_pixels(picture, spec),
        )


def decode_pixels(path: Path, spec: PixelSpec) -> npt.NDArray[np.uint8]:
    """[size, size, 3] sRGB pixels of a picture that need not be in the library. Raises PhotoSkipped."""
    with reading(path) as file:
        return _model_pixels(load_picture(file, lambda size: (model_window(size, spec),)), spec)


def decode_closely(path: Path, spec: PixelSpec) -> CloseLook:
    """A whole picture in overlapping windows as large as a model wants them, some closer. Raises PhotoSkipped."""
    with reading(path) as file:
        picture = load_picture(file, lambda size: [each for level in look_closely(size, spec.size) for each in level])
        levels = enumerate(look_closely(picture.size, spec.size))
        width, height = picture.size
        return CloseLook(
            tuple(_close_window(picture, window, level, spec=spec) for level, windows in levels for window in windows),
            width / height,
        )


def decode_view(path: Path, *, max_side: int) -> RgbPicture:
    """A picture to look at: upright, transparent parts white, longest side at most `max_side`, never enlarged.

    One of more than `limits.MAX_RGB_PIXELS` comes smaller than asked. Raises PhotoSkipped.
    """
    with reading(path) as file:
        picture = load_picture(file, lambda size: (fit_within(size, max_side),), gap=VIEW_GAP)
        side = min(max_side, max(picture.image.size))
        image = picture.render(fit_within(picture.size, side))
        return RgbPicture(image.width, image.height, image.tobytes())


def _close_window(picture: Picture, window: Window, level: int, *, spec: PixelSpec) -> CloseWindow:
    (width, height), (left, top, right, bottom) = picture.size, window.box
    pixels = np.array(picture.render(window, _RESAMPLING[spec.interpolation]))
    return CloseWindow((left / width, top / height, right / width, bottom / height), level, pixels)


def _thumbnail(picture: Picture) -> bytes:
    image = picture.render(fit_within(picture.size, THUMBNAIL_SIDE))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_THUMBNAIL_QUALITY)
    return target.getvalue()


def _model_pixels(picture: Picture, spec: PixelSpec) -> npt.NDArray[np.uint8]:
    window = model_window(picture.size, spec)
    image = picture.render(window, _RESAMPLING[spec.interpolation])
    if image.size == (spec.size, spec.size):
        return np.array(image)
    square = np.full((spec.size, spec.size, 3), spec.fill, np.uint8)
    left, top = (spec.size - image.width) // 2, (spec.size - image.height) // 2
    square[top : top + image.height, left : left + image.width] = np.asarray(image)
    return square
