"""From whatever a file stores to 8-bit sRGB, which is what screens, thumbnails and models take."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from desktop_app.imaging.limits import BAND_BYTES

log = logging.getLogger(__name__)

BACKDROP = 255
"""Grey level behind transparent parts: white, the paper that cut-outs, logos and drawings are made for."""

# The ICC colour space signature that a profile must have to fit pixels of a mode.
_PROFILE_SPACE = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}


def averaged(image: Image.Image, block: int) -> Image.Image:
    """The mean of every block of `block` x `block` pixels, in a mode whose pixels can be averaged; alpha kept.

    Loads the image. Modes that come out: L, LA, RGB, RGBA, CMYK, LAB, YCbCr, HSV. A picture that needs another mode
    first goes through it in bands, so that it is never held twice.
    """
    grey = _is_deep_grey(image)
    levels = _grey_levels(image) if grey else None
    if block == 1:
        return _averageable(image, levels)
    if not grey and not image.has_transparency_data and image.mode not in {"1", "P", "RGBX"}:
        return image.reduce(block)
    reduced: Image.Image | None = None
    for top, band in _bands(image, block):
        part = _averageable(band, levels).reduce(block)
        if reduced is None:
            size = (math.ceil(image.width / block), math.ceil(image.height / block))
            reduced = Image.new(part.mode, size)
        reduced.paste(part, (0, top // block))
    assert reduced is not None  # a picture has at least one row
    return reduced


def averaged_bands(bands: Iterable[Image.Image], size: tuple[int, int], block: int) -> Image.Image:
    """The same of a picture that comes a few rows at a time, from top to bottom; not of deep grey."""
    reduced: Image.Image | None = None
    rest: Image.Image | None = None
    top = 0
    for band in bands:
        part = _averageable(band, None)
        if rest is not None:
            part = _stacked(rest, part)
        top_after = top + part.height
        whole = part.height if top_after >= size[1] else part.height // block * block
        rest = part.crop((0, whole, part.width, part.height)) if whole < part.height else None
        if whole:
            done = part.crop((0, 0, part.width, whole)).reduce(block)
            if reduced is None:
                reduced = Image.new(done.mode, (math.ceil(size[0] / block), math.ceil(size[1] / block)))
            reduced.paste(done, (0, top // block))
            top += whole
    if reduced is None or top < size[1]:
        raise OSError("image file is truncated")
    return reduced


def _stacked(above: Image.Image, below: Image.Image) -> Image.Image:
    made = Image.new(below.mode, (below.width, above.height + below.height))
    made.paste(above, (0, 0))
    made.paste(below, (0, above.height))
    return made


def _bands(image: Image.Image, block: int) -> Iterator[tuple[int, Image.Image]]:
    """The picture from top to bottom in whole blocks, each with the row it begins at."""
    rows = max(BAND_BYTES // (image.width * _BYTES_IN_WORK * block), 1) * block
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


# Bytes per pixel of a band on its way: converted, premultiplied, in floats.
_BYTES_IN_WORK = 12


def _averageable(image: Image.Image, levels: _Levels | None) -> Image.Image:
    """The picture in a mode whose pixels can be averaged: no palette, no bits, no 16-bit grey."""
    if levels is not None:
        return _grey8(image, levels)
    if image.has_transparency_data and image.mode not in {"LA", "RGBA"}:
        return image.convert("LA" if image.mode in {"1", "L", "La"} else "RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGB") if image.mode in {"P", "RGBX"} else image


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """An 8-bit RGB picture as a screen should show it; transparent parts on `BACKDROP`.

    `image` is in a mode that `averaged` returns. A profile that is broken or does not fit is ignored.
    """
    if image.mode in {"LA", "RGBA"}:
        image = _flattened(image)
    if icc_profile:
        image = _through_profile(image, icc_profile)
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _transformed(image, ImageCms.ImageCmsProfile(lab))
    return image if image.mode == "RGB" else image.convert("RGB")


def _flattened(image: Image.Image) -> Image.Image:
    """The picture on the backdrop, without its alpha."""
    opaque = image.mode.removesuffix("A")
    backdrop = Image.new(opaque, image.size, (BACKDROP,) * len(opaque))
    backdrop.paste(image.convert(opaque), mask=image.getchannel("A"))
    return backdrop


def _through_profile(image: Image.Image, icc_profile: bytes) -> Image.Image:
    """The picture in sRGB by its embedded profile, or as it was where that profile cannot be used."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        if profile.profile.xcolor_space != _PROFILE_SPACE.get(image.mode) or _is_srgb(profile):
            return image
        return _transformed(image, profile)
    except (OSError, ValueError, ImageCms.PyCMSError) as error:
        log.debug("ignored an unusable colour profile: %s", error)
        return image


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether the profile is one of the many that say sRGB and mean it; building a transform costs 3 to 40 ms."""
    description = (profile.profile.profile_description or "").lower()
    return "srgb" in description and "linear" not in description


def _transformed(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), image.mode, "RGB")
    changed = ImageCms.applyTransform(image, transform)
    return changed if changed is not None else image


@dataclass(frozen=True, slots=True)
class _Levels:
    """Which values of deep grey become black and white."""

    black: float
    span: float


def _is_deep_grey(image: Image.Image) -> bool:
    return image.mode.startswith("I;16") or image.mode in {"I", "F"}


def _grey_levels(image: Image.Image) -> _Levels:
    """Levels for deep grey (16- or 32-bit integers, floats), such that nothing is clipped.

    The range is told by the largest value: 8, 12 and 16 bits are what sensors and scanners have; a float is usually 0
    to 1. Beyond that (depth maps, science) the picture's own minimum and maximum become black and white.
    """
    low, high, integers = math.inf, -math.inf, True
    for _, band in _bands(image, 1):
        values = _finite(band)
        integers = np.issubdtype(values.dtype, np.integer)
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    ceilings = (255, 4095, 65535) if integers else (1.0, 255, 65535)
    white = next((float(ceiling) for ceiling in ceilings if low >= 0 and high <= ceiling), None)
    black = 0.0 if white is not None else low
    return _Levels(black, max((white if white is not None else high) - black, 1e-12))


def _grey8(image: Image.Image, levels: _Levels) -> Image.Image:
    """Deep grey as 8 bits."""
    grey: npt.NDArray[np.uint8] = np.empty((image.height, image.width), np.uint8)
    for top, band in _bands(image, 1):
        values = (_finite(band).astype(np.float32) - levels.black) * (255.0 / levels.span)
        grey[top : top + band.height] = np.rint(values).astype(np.uint8)
    return Image.fromarray(grey)


def _finite(image: Image.Image) -> npt.NDArray[np.generic]:
    values = np.asarray(image)
    return values if np.issubdtype(values.dtype, np.integer) else np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
