"""How large a picture may be. Pillow's own limit counts pixels; what hurts is memory, so that is counted here.

A few kilobytes can claim to be a picture of gigapixels, by accident or by malice. Every picture is checked by its
header before a pixel is decoded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from desktop_app.imaging.errors import PhotoSkipped

MAX_WORKING_BYTES = 768 << 20
"""Memory that decoding may take, for one picture and for all threads together: with the program's own, below 1 GB.
An RGB PNG of 160 megapixels fits, or four 12-megapixel HEIFs at once."""

MAX_RGB_PIXELS = 50_000_000
"""Pixels of a decoded picture that is handed on. Larger ones come reduced, even to a viewer at full zoom: what shows
them holds them at least twice, at 3 or 4 bytes each."""

MAX_JPEG_PIXELS = 300_000_000
"""JPEG is decoded at reduced scale, in little memory; this bounds the time. Phones make 200 megapixels."""

MAX_READ_WHOLE_BYTES = 256 << 20
"""Size of a file whose decoder wants all of it in memory. Real ones, with a motion photo's video, are below 50 MB."""

READ_WHOLE = frozenset({"HEIF", "AVIF", "WEBP"})

# Bytes per pixel that Pillow holds for a mode, plus what bringing it to sRGB at full size needs where that comes before
# shrinking ("1" and "P" cannot be averaged; alpha is premultiplied first).
_MODE_BYTES = {"1": 3, "L": 1, "P": 9, "PA": 12, "LA": 8, "RGBA": 8, "I;16": 3, "I": 8, "F": 8}
_OTHER_MODE_BYTES = 5

# Bytes per pixel that a decoder holds beside Pillow's own pixels: its planes, canvas or strips. From the decoders'
# sources, and above what was measured (HEIF 9, AVIF 14 in all): libheif and libavif keep YCbCr (up to 6 bytes at 10 bits
# 4:4:4) and RGB; WebP's animation decoder two RGBA canvases and a copy; libtiff one strip, which may be all the picture.
_DECODER_BYTES = {"HEIF": 8, "AVIF": 10, "WEBP": 12, "TIFF": 4}

# A progressive JPEG's coefficients are all held until its last scan: 16 bits for each sample (libjpeg-turbo's
# "virtual arrays"), not subsampled at worst.
_COEFFICIENT_BYTES = 2


def working_bytes(image: Image.Image, file_format: str, *, scale: int = 1) -> int:
    """Estimate, on the high side, of the memory for decoding at 1/`scale` (JPEG only; others decode at 1)."""
    pixels = image.width * image.height
    estimate = pixels * (_MODE_BYTES.get(image.mode, _OTHER_MODE_BYTES) + _DECODER_BYTES.get(file_format, 0))
    estimate //= scale * scale
    if file_format == "JPEG" and "progressive" in image.info:
        estimate += pixels * _COEFFICIENT_BYTES * len(image.getbands())
    return estimate


def check_size(image: Image.Image, file_format: str, *, scale: int = 1) -> None:
    """Raise PhotoSkipped when decoding this opened, not yet loaded image at 1/`scale` would be too much."""
    too_many = file_format == "JPEG" and image.width * image.height > MAX_JPEG_PIXELS
    if too_many or working_bytes(image, file_format, scale=scale) > MAX_WORKING_BYTES:
        raise too_large(image.width * image.height)


def too_large(pixels: int) -> PhotoSkipped:
    """What a person reads of a picture that is refused for its size; 0 where the size is not known."""
    size = f": {round(pixels / 1e6):,} megapixels" if pixels else ""
    return PhotoSkipped(f"Too large to open safely{size}")


class MemoryBudget:
    """Lets threads work at once as long as what they need together fits; the rest wait their turn."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._changed = threading.Condition()
        self._turn = threading.Lock()

    @contextmanager
    def hold(self, amount: int) -> Iterator[None]:
        """Wait until there is room for `amount` bytes, and keep it for the block. More than the limit runs alone."""
        # First come, first served: small pictures must not overtake a large one for ever.
        with self._turn, self._changed:
            self._changed.wait_for(lambda: not self._used or self._used + amount <= self._limit)
            self._used += amount
        try:
            yield
        finally:
            with self._changed:
                self._used -= amount
                self._changed.notify_all()
