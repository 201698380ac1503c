"""A photo in memory, read only as finely as it is needed, and cut to the sizes that are wanted of it."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from desktop_app.domain.photo import Metadata
from desktop_app.imaging.colour import averaged, averaged_bands, to_srgb
from desktop_app.imaging.geometry import UPRIGHT, Size, Window, oriented, reduction, stored_box
from desktop_app.imaging.limits import (
    MAX_PIXELS,
    MAX_RGB_PIXELS,
    MAX_WORKING_BYTES,
    Memory,
    banded_bytes,
    check_size,
    too_large,
    working_bytes,
)
from desktop_app.imaging.metadata import read_metadata, read_orientation
from desktop_app.imaging.opening import decoder_faults
from desktop_app.imaging.png_bands import BandedPng
from desktop_app.imaging.tiff_bands import BandedTiff

Plan = Callable[[Size], Sequence[Window]]
"""From the upright, full size to everything that will be rendered."""

MODEL_GAP = 1.5
"""How many times finer than needed a JPEG is decoded for a model. Measured on camera photos of 3 to 16 megapixels
against the full decode, mean-centred cosine at worst: 0.9996 where 1.7 to 2 times finer, 0.9989 at 1.53, 0.998 at
1.02."""

VIEW_GAP = 1.0
"""For looking at: libjpeg's scaled decode is itself a good reduction, and a person waits for it."""

# Whole blocks of pixels are averaged before colours are converted and the exact resize is made: cheaper, but a box
# filter. So the picture stays this many times finer than with libjpeg's scaling. For a model, 3 times finer than needed, the
# cosine is 0.9999 at worst and no pixel is off by more than 6 of 255.
_BLOCK_GAP = 2.0

_JPEG_SCALES = (8, 4, 2, 1)

WORTH_BANDS = 48 << 20
"""Memory for a picture read whole, above which it is read in bands: a PNG takes a third longer that way, a TIFF a twentieth
(24 megapixels, processor time)."""

# Not 16-bit grey: what is black and white in it is known only from all of it.
_BANDED_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"})

# A block so large that what is left of any picture is nothing beside the picture.
_COARSEST = 64

# Their decoders turn the picture as its container says, which outranks EXIF (ISO/IEC 18181-2, 9.2).
_UPRIGHT_ALREADY = frozenset({"JPEG XL"})
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """8-bit sRGB pixels, as stored (not turned upright yet) and perhaps reduced, with what the file says of them."""

    image: Image.Image
    stored_size: Size
    """Full size, as stored."""
    scale: int
    """Pixels of the file, in a row or column, for one of `image`; the last one may stand for fewer."""
    orientation: int
    """EXIF: 1 to 8."""
    metadata: Metadata
    full_size: Size | None = None
    """Upright size to tell where `image` comes from a smaller picture within the file (a raw file's preview)."""

    @property
    def told_size(self) -> Size:
        """Width and height of the photo as a person knows it, upright."""
        return self.full_size or self.size

    @property
    def size(self) -> Size:
        """Full size, upright."""
        return oriented(self.stored_size, self.orientation)

    def render(self, window: Window, resample: Image.Resampling = Image.Resampling.BICUBIC) -> Image.Image:
        """A part of the upright picture at the size wanted."""
        left, top, right, bottom = stored_box(window.box, self.stored_size, self.orientation)
        box = (
            max(0.0, left / self.scale),
            max(0.0, top / self.scale),
            min(self.image.width, right / self.scale),
            min(self.image.height, bottom / self.scale),
        )
        resized = self.image.resize(oriented(window.size, self.orientation), resample, box=box)
        turn = _TRANSPOSE.get(self.orientation)
        return resized if turn is None else resized.transpose(turn)


def decode_image(
    image: Image.Image, file_format: str, *, path: Path, plan: Plan, gap: float, memory: Memory
) -> Picture:
    """Decode an opened image finely enough for what is planned. First frame only. Raises PhotoSkipped."""
    needed = needed_reduction(plan, image.size)
    if (large := _large(image, file_format, needed=needed / (gap * _BLOCK_GAP))) is not None:
        return _in_bands(image, *large, path=path, memory=memory)
    scale = _jpeg_scale(image, needed / gap) if file_format == "JPEG" else 1
    block = _block(image, file_format, needed=needed / (gap * _BLOCK_GAP), scale=scale)
    check_size(image, file_format, scale=scale, block=block)
    with memory.hold(working_bytes(image, file_format, scale=scale, block=block)):
        # Nothing may keep the full pixels once this block ends.
        with decoder_faults(path):
            full_size = image.size
            if scale > 1:
                image.draft(None, (image.width // scale, image.height // scale))
            image.load()
            if scale == 1:
                full_size = image.size  # HEIF's and TIFF's headers need not say what is decoded
        metadata, orientation = read_metadata(image), read_orientation(image)
        if file_format in _UPRIGHT_ALREADY:
            orientation = UPRIGHT
        profile = image.info.get("icc_profile")
        block = max(block, _least_block(image.size))
        return Picture(to_srgb(averaged(image, block), profile), full_size, scale * block, orientation, metadata)


def _large(image: Image.Image, file_format: str, *, needed: float) -> tuple[BandedPng | BandedTiff, int] | None:
    """How to read a picture in bands, and the side of the blocks to average; None where it is better read whole: it is small,
    is wanted as it is, or its format or kind allows nothing else.
    """
    block = max(int(needed), _least_block(image.size))
    if block == 1 or image.mode not in _BANDED_MODES or working_bytes(image, file_format) <= WORTH_BANDS:
        return None
    # What a damaged header says may be of any kind: whoever reads the whole picture finds out what it is worth.
    with suppress(OSError, ValueError, TypeError, OverflowError, SyntaxError, struct.error):
        stream = getattr(image, "fp", None)
        bands = BandedPng.of(stream) if file_format == "PNG" and stream is not None else BandedTiff.of(image)
        return None if bands is None else (bands, block)
    return None


def _in_bands(image: Image.Image, bands: BandedPng | BandedTiff, block: int, *, path: Path, memory: Memory) -> Picture:
    """A large picture, of which a part is in memory at a time. Raises PhotoSkipped."""
    if image.width * image.height > MAX_PIXELS:
        raise too_large(image.width * image.height)
    with memory.hold(banded_bytes(image, block=block)):
        with decoder_faults(path):
            reduced = averaged_bands(bands.bands(), image.size, block)
            said = bands.described() if isinstance(bands, BandedPng) else image
        metadata, orientation = read_metadata(said), read_orientation(said)
        return Picture(to_srgb(reduced, said.info.get("icc_profile")), image.size, block, orientation, metadata)


def needed_reduction(plan: Plan, size: Size) -> float:
    """How far the picture may be reduced before something planned would lack pixels.

    The same for a picture and for itself turned by 90 degrees, so the orientation need not be known yet.
    """
    return min(reduction(window) for window in plan(size))


def _jpeg_scale(image: Image.Image, at_most: float) -> int:
    """The coarsest of libjpeg's scales that is fine enough; coarser only where the memory would not do otherwise."""
    scale = next((scale for scale in _JPEG_SCALES if scale <= at_most), 1)
    while scale < _JPEG_SCALES[0] and working_bytes(image, "JPEG", scale=scale) > MAX_WORKING_BYTES:
        scale *= 2
    return scale


def _block(image: Image.Image, file_format: str, *, needed: float, scale: int) -> int:
    """The side of the blocks to average: as large as is fine enough, larger only where the memory would not do otherwise."""
    size = (math.ceil(image.width / scale), math.ceil(image.height / scale))
    block = max(int(needed / scale), _least_block(size), 1)
    least = working_bytes(image, file_format, scale=scale, block=_COARSEST)
    while least <= MAX_WORKING_BYTES < working_bytes(image, file_format, scale=scale, block=block):
        block += 1
    return block


def _least_block(size: Size) -> int:
    """The side of the blocks to average so that no more than `MAX_RGB_PIXELS` are left."""
    return math.ceil(math.sqrt(size[0] * size[1] / MAX_RGB_PIXELS))
