"""A large TIFF some rows at a time: its decoder by itself would hold every pixel at once.

Strips and rows of tiles are compressed each by itself (TIFF 6.0, 3 and 15): some of them with a header of their own are a
small TIFF for Pillow to decode.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, TiffImagePlugin

BAND_BYTES = 4 << 20
"""Decoded bytes of a band; more where one strip, or one row of tiles, is larger."""

_LARGEST_PIECE = 32 << 20

_WIDTH, _HEIGHT, _ROWS_PER_STRIP = 256, 257, 278
_STRIP_OFFSETS, _STRIP_LENGTHS = 273, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_LENGTHS = 322, 323, 324, 325
_COMPRESSION, _ORIENTATION, _SAMPLES, _PLANES = 259, 274, 277, 284

# None, LZW, JPEG, deflate twice, PackBits, Zstandard. Fax and the old JPEG are not: their data is not in pieces.
_COMPRESSIONS = frozenset({1, 5, 7, 8, 32946, 32773, 50000})

# What tells how samples are stored and what they mean: bits, compression, photometric, fill order, samples, predictor,
# palette, ink set, extra samples, sample format, JPEG tables, YCbCr subsampling and positioning.
_KEPT = (258, 259, 262, 266, 277, 317, 320, 332, 338, 339, 347, 530, 531)

_TYPES = {1: "B", 3: "H", 4: "I", 7: "B"}


@dataclass(frozen=True, slots=True)
class BandedTiff:
    """The first picture of a TIFF, in pieces that are stored one below the other."""

    image: TiffImagePlugin.TiffImageFile
    piece_rows: int
    per_row: int
    """Strips (1) or tiles that make one piece."""
    offsets: Sequence[int]
    lengths: Sequence[int]
    tile: tuple[int, int] | None

    @classmethod
    def of(cls, image: Image.Image) -> BandedTiff | None:
        """None for one that cannot be read in bands."""
        if not isinstance(image, TiffImagePlugin.TiffImageFile):
            return None
        tags = image.tag_v2
        plain = tags.get(_ORIENTATION, 1) == 1 and (tags.get(_PLANES, 1) == 1 or tags.get(_SAMPLES, 1) == 1)
        if not plain or tags.get(_COMPRESSION, 1) not in _COMPRESSIONS:
            return None
        found = cls._tiled(image) if _TILE_OFFSETS in tags else cls._stripped(image)
        pieces = -(-image.height // max(found.piece_rows, 1)) * found.per_row if found else 0
        if (
            found is None
            or found.piece_bytes() > _LARGEST_PIECE
            or not pieces <= len(found.offsets) == len(found.lengths)
        ):
            return None
        return found

    @classmethod
    def _tiled(cls, image: TiffImagePlugin.TiffImageFile) -> BandedTiff | None:
        tags = image.tag_v2
        width, height = int(tags.get(_TILE_WIDTH, 0)), int(tags.get(_TILE_HEIGHT, 0))
        if width <= 0 or height <= 0:
            return None
        per_row = -(-image.width // width)
        return cls(image, height, per_row, tags[_TILE_OFFSETS], tags.get(_TILE_LENGTHS, ()), (width, height))

    @classmethod
    def _stripped(cls, image: TiffImagePlugin.TiffImageFile) -> BandedTiff | None:
        tags = image.tag_v2
        rows = min(int(tags.get(_ROWS_PER_STRIP, image.height)), image.height)
        if rows <= 0 or _STRIP_OFFSETS not in tags:
            return None
        return cls(image, rows, 1, tags[_STRIP_OFFSETS], tags.get(_STRIP_LENGTHS, ()), None)

    def bands(self) -> Iterator[Image.Image]:
        """The picture from top to bottom. Raises what Pillow raises."""
        at_once = max(BAND_BYTES // max(self.piece_bytes(), 1), 1)
        for first in range(0, -(-self.image.height // self.piece_rows), at_once):
            top = first * self.piece_rows
            yield self._band(first, at_once, min(at_once * self.piece_rows, self.image.height - top))

    def piece_bytes(self) -> int:
        """Of one piece, decoded."""
        return self.image.width * self.piece_rows * 4

    def _band(self, first: int, pieces: int, height: int) -> Image.Image:
        here = slice(first * self.per_row, (first + pieces) * self.per_row)
        data = [self._read(at, length) for at, length in zip(self.offsets[here], self.lengths[here], strict=True)]
        small = TiffImagePlugin.TiffImageFile(io.BytesIO(self._small_tiff(height, data)))
        small.load()
        if small.mode != self.image.mode:
            raise OSError("a part of the picture is of another kind than the whole")
        return small

    def _read(self, at: int, length: int) -> bytes:
        stream = self.image.fp
        assert stream is not None  # the image is not loaded, and so not closed
        stream.seek(at)
        data = stream.read(min(length, 2 * _LARGEST_PIECE))
        if len(data) < length:
            raise OSError("image file is truncated")
        return bytes(data)

    def _small_tiff(self, height: int, data: Sequence[bytes]) -> bytes:
        """A TIFF in the byte order of the large one: 16-bit samples are stored in that."""
        order = "<" if self.image.tag_v2.prefix == b"II" else ">"
        tags = self.image.tag_v2
        entries = {
            tag: (tags.tagtype[tag], _numbers(tags[tag]))
            for tag in _KEPT
            if tags.tagtype.get(tag) in _TYPES and tag in tags
        }
        entries |= {_WIDTH: (4, (self.image.width,)), _HEIGHT: (4, (height,)), _PLANES: (3, (1,))}
        if self.tile is not None:
            entries |= {_TILE_WIDTH: (4, self.tile[:1]), _TILE_HEIGHT: (4, self.tile[1:])}
        else:
            entries[_ROWS_PER_STRIP] = (4, (self.piece_rows,))
        places, lengths = (_STRIP_OFFSETS, _STRIP_LENGTHS) if self.tile is None else (_TILE_OFFSETS, _TILE_LENGTHS)
        starts, at = [], 8
        for piece in data:
            starts.append(at)
            at += len(piece) + len(piece) % 2
        entries |= {places: (4, tuple(starts)), lengths: (4, tuple(map(len, data)))}
        head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
        padded = (piece + b"\0" * (len(piece) % 2) for piece in data)
        return head + b"".join(padded) + _directory(order, entries, at)


def _directory(order: str, entries: dict[int, tuple[int, tuple[int, ...]]], at: int) -> bytes:
    """An image file directory that begins at an offset, with the values that do not fit into it behind it."""
    packed, far = [], b""
    beyond = at + 2 + 12 * len(entries) + 4
    for tag, (kind, values) in sorted(entries.items()):
        value = struct.pack(f"{order}{len(values)}{_TYPES[kind]}", *values)
        if len(value) > 4:
            place = struct.pack(f"{order}I", beyond + len(far))
            far += value + b"\0" * (len(value) % 2)
            value = place
        packed.append(struct.pack(f"{order}HHI", tag, kind, len(values)) + value.ljust(4, b"\0"))
    return struct.pack(f"{order}H", len(entries)) + b"".join(packed) + b"\0" * 4 + far


def _numbers(value: object) -> tuple[int, ...]:
    if isinstance(value, bytes):
        return tuple(value)
    return tuple(value) if isinstance(value, tuple) else (value,)  # type: ignore[return-value]
