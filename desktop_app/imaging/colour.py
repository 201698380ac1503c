"""From whatever a file stores to 8-bit sRGB, which is what screens, thumbnails and models take."""

from __future__ import annotations

import io
import logging

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

log = logging.getLogger(__name__)

BACKDROP = 255
"""Grey level behind transparent parts: white, the paper that cut-outs, logos and drawings are made for."""

# The ICC colour space signature that a profile must have to fit pixels of a mode.
_PROFILE_SPACE = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}


def averageable(image: Image.Image) -> Image.Image:
    """The picture in a mode whose pixels can be averaged: no palette, no bits, no 16-bit grey; alpha kept.

    Loads the image. Modes left as they are: L, LA, RGB, RGBA, CMYK, LAB, YCbCr, HSV.
    """
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        return _grey8(image)
    if image.has_transparency_data and image.mode not in {"LA", "RGBA"}:
        return image.convert("LA" if image.mode in {"1", "L", "La"} else "RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGB") if image.mode in {"P", "RGBX"} else image


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """An 8-bit RGB picture as a screen should show it; transparent parts on `BACKDROP`.

    `image` is in a mode that `averageable` returns. A profile that is broken or does not fit is ignored.
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


def _grey8(image: Image.Image) -> Image.Image:
    """Deep grey (16- or 32-bit integers, floats) as 8 bits, scaled so that nothing is clipped.

    The range is told by the largest value: 8, 12 and 16 bits are what sensors and scanners have; a float is usually 0
    to 1. Beyond that (depth maps, science) the picture's own minimum and maximum become black and white.
    """
    values = np.asarray(image)
    if not np.issubdtype(values.dtype, np.integer):
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    ceilings = (255, 4095, 65535) if np.issubdtype(values.dtype, np.integer) else (1.0, 255, 65535)
    white = next((float(ceiling) for ceiling in ceilings if low >= 0 and high <= ceiling), None)
    black = 0.0 if white is not None else low
    span = max((white if white is not None else high) - black, 1e-12)
    grey: npt.NDArray[np.uint8] = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), _BAND_ROWS):
        band = values[start : start + _BAND_ROWS].astype(np.float32)
        grey[start : start + _BAND_ROWS] = np.rint((band - black) * (255.0 / span)).astype(np.uint8)
    return Image.fromarray(grey)


# Rows turned to float at once, so that a 100-megapixel scan needs no float copy of itself.
_BAND_ROWS = 256
