"""How large a picture may be. Pillow's own limit counts pixels; what hurts is memory, so that is counted here.

A few kilobytes can claim to be a picture of gigapixels, by accident or by malice. Every picture is checked by its
header before a pixel is decoded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from PIL import Image

from desktop_app.imaging.errors import PhotoSkipped

MAX_WORKING_BYTES = 840 << 20
"""Memory that decoding one picture may take. Large JPEGs are decoded at reduced scale, PNGs and TIFFs in bands: 200 megapixels
take some 100 MB for the library. It bounds what is left: other formats, and what a viewer at full zoom is given."""

SHARED_WORKING_BYTES = 224 << 20
"""Memory for all pictures that are being decoded at once; a larger one is decoded alone, in a process of its own."""

READING_BYTES = 64 << 20
"""The part of it that this process gives to pictures for the library, of which one in a process of its own is in nobody's
way: JPEGs are decoded at reduced scale, and few others are larger. The program itself holds some 620 MB while it indexes with
the built-in model (torch and open_clip 260, the model and what it works with 280, the names of places 20): 750 MB in all, 900
with the process beside it."""

MAX_RGB_PIXELS = 50_000_000
"""Pixels of a decoded picture that is handed on. Larger ones come reduced, even to a viewer at full zoom: what shows
them holds them at least twice, at 3 or 4 bytes each."""

MAX_PIXELS = 300_000_000
"""Bounds the time where the memory would do: JPEG is decoded at reduced scale, one bit takes little. Phones make 200
megapixels."""

MAX_READ_WHOLE_BYTES = 256 << 20
"""Size of a file whose decoder wants all of it in memory. Real ones, with a motion photo's video, are below 50 MB."""

READ_WHOLE = frozenset({"HEIF", "AVIF", "WEBP", "JPEG XL"})

# Bytes per pixel in which Pillow holds a mode.
_MODE_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}
_OTHER_MODE_BYTES = 4

# Bytes per pixel of the reduced picture: itself, without its alpha, through its profile, and as bytes to hand on.
_REDUCED_BYTES = 12

# A picture in a mode that cannot be averaged as it is goes through another, so many bytes of it at once.
BAND_BYTES = 16 << 20

# A band as its file has it, decoded, converted and averaged, and what its small file is made of.
_BANDS_IN_WORK = 48 << 20

# Bytes per pixel that a decoder holds beside Pillow's own pixels: its planes, canvas or strips. From the decoders'
# sources, and above what was measured (HEIF 9, AVIF 14, JPEG XL 6 in all): libheif and libavif keep YCbCr (up to 6 bytes
# at 10 bits 4:4:4) and RGB; WebP's animation decoder two RGBA canvases and a copy; libtiff one strip, which may be all the
# picture; OpenJPEG 32 bits for each sample.
_DECODER_BYTES = {"HEIF": 8, "AVIF": 10, "WEBP": 12, "TIFF": 4, "JPEG XL": 10, "JPEG 2000": 16, "QOI": 4}

# A progressive JPEG's coefficients are all held until its last scan: 16 bits for each sample (libjpeg-turbo's
# "virtual arrays").
_COEFFICIENT_BYTES = 2


def working_bytes(image: Image.Image, file_format: str, *, scale: int = 1, block: int = 1) -> int:
    """Estimate, on the high side, of the memory for decoding at 1/`scale` (JPEG only; others decode at 1) and then
    averaging blocks of `block` x `block` pixels.
    """
    pixels = image.width * image.height
    decoded = pixels // (scale * scale)
    estimate = decoded * (_MODE_BYTES.get(image.mode, _OTHER_MODE_BYTES) + _DECODER_BYTES.get(file_format, 0))
    estimate += decoded // (block * block) * _REDUCED_BYTES + (BAND_BYTES if block > 1 else 0)
    if file_format == "JPEG" and "progressive" in image.info:
        estimate += round(pixels * _COEFFICIENT_BYTES * _samples_per_pixel(image))
    return estimate


def banded_bytes(image: Image.Image, *, block: int) -> int:
    """Estimate, on the high side, of the memory for averaging blocks of a picture that is decoded a band at a time."""
    return image.width * image.height // (block * block) * _REDUCED_BYTES + _BANDS_IN_WORK


def _samples_per_pixel(jpeg: Image.Image) -> float:
    """Colour samples that a JPEG stores for a pixel: 3 for RGB, 1.5 where colour is subsampled both ways (T.81, A.1)."""
    layer: Sequence[tuple[int, int, int, int]] = getattr(jpeg, "layer", ())
    factors = [(horizontal, vertical) for _, horizontal, vertical, _ in layer]
    if not factors:
        return float(len(jpeg.getbands()))
    widest, highest = max(across for across, _ in factors), max(down for _, down in factors)
    return sum(across * down for across, down in factors) / max(widest * highest, 1)


def check_size(image: Image.Image, file_format: str, *, scale: int = 1, block: int = 1) -> None:
    """Raise PhotoSkipped when decoding this opened, not yet loaded image would be too much, as `working_bytes` has it."""
    too_many = image.width * image.height > MAX_PIXELS
    if too_many or working_bytes(image, file_format, scale=scale, block=block) > MAX_WORKING_BYTES:
        raise too_large(image.width * image.height)


def too_large(pixels: int) -> PhotoSkipped:
    """What a person reads of a picture that is refused for its size; 0 where the size is not known."""
    size = f": {round(pixels / 1e6):,} megapixels" if pixels else ""
    return PhotoSkipped(f"Too large to open safely{size}")


class Memory(Protocol):
    """What shares out memory for decoding: a budget of this process, or one that another process keeps."""

    def hold(self, amount: int) -> AbstractContextManager[None]:
        """Wait until there is room for `amount` bytes, and keep it for the block."""


class BeyondShare(Exception):
    """A picture needs more memory than this process gives to all pictures together."""


class SmallShare:
    """A budget for this very process: what needs more than all of it is not for here."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget

    def hold(self, amount: int) -> AbstractContextManager[None]:
        """Wait until there is room, and keep it for the block. Raises BeyondShare when there never will be."""
        if amount > self._budget.limit:
            raise BeyondShare
        return self._budget.hold(amount)


class MemoryBudget:
    """Lets threads work at once as long as what they need together fits; the rest wait their turn."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._used = 0
        self._changed = threading.Condition()
        self._turn = threading.Lock()

    @contextmanager
    def hold(self, amount: int) -> Iterator[None]:
        """Wait until there is room for `amount` bytes, and keep it for the block. More than the limit runs alone."""
        # First come, first served: small pictures must not overtake a large one for ever.
        with self._turn, self._changed:
            self._changed.wait_for(lambda: not self._used or self._used + amount <= self.limit)
            self._used += amount
        try:
            yield
        finally:
            with self._changed:
                self._used -= amount
                self._changed.notify_all()
