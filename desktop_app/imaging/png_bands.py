"""A large PNG some rows at a time: its decoder by itself would hold every pixel at once.

A PNG is one compressed stream of rows, each written as differences from the row above (ISO/IEC 15948, 9 and 10). The stream is
inflated piece by piece, and each piece, with the last row before it on top, is a small PNG for Pillow to decode.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from PIL import Image, PngImagePlugin

BAND_BYTES = 4 << 20
"""Stored bytes of a band; a decoder holds them some six times on their way."""

# A row may be this long: what is in work is at least one.
_LONGEST_ROW = 4 << 20

# Chunks with words, profiles and the like; longer ones are no reason to fill the memory.
_LONGEST_CHUNK = 16 << 20

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_COLOUR_OF_CHANNELS = {1: 0, 2: 4, 3: 2, 4: 6}
_PALETTE = 3


class BandedPng:
    """A PNG of 8 bits or fewer that is neither interlaced nor animated."""

    def __init__(self, stream: BinaryIO, chunks: list[tuple[bytes, int, int]], header: bytes) -> None:
        self._stream = stream
        self._chunks = chunks
        """Name, where it begins, and the length of its data."""
        self.width, self.height, self._depth, self._colour = struct.unpack(">IIBB", header[:10])
        bits = self._depth * _CHANNELS[self._colour]
        self._row = (self.width * bits + 7) // 8
        self._pixel = max(bits // 8, 1)

    @classmethod
    def of(cls, stream: BinaryIO) -> BandedPng | None:
        """None for one that cannot be read in bands."""
        chunks = list(_chunks(stream))
        names = {name for name, _, _ in chunks}
        if not chunks or chunks[0][0] != b"IHDR" or b"acTL" in names or b"IDAT" not in names:
            return None
        stream.seek(chunks[0][1] + 8)
        header = stream.read(13)
        if len(header) < 13 or header[8] > 8 or header[9] not in _CHANNELS or header[12]:
            return None
        png = cls(stream, chunks, header)
        return png if 0 < png._row <= _LONGEST_ROW and png.height > 0 else None

    def bands(self) -> Iterator[Image.Image]:
        """The picture from top to bottom. Raises what Pillow and zlib raise; OSError where rows are missing."""
        above = b""
        colours = self._raw_chunks({b"PLTE", b"tRNS"})
        plain = self._depth == 8 and self._colour != _PALETTE and not colours
        for rows in self._rows():
            count = len(rows) // (self._row + 1)
            decoded = self._unfiltered(rows, above, count)
            band = decoded.crop((0, bool(above), decoded.width, decoded.height)) if above else decoded
            stored = band.tobytes()
            above = stored[-self._row :]
            yield band if plain else self._coloured(stored, count, colours)

    def described(self) -> Image.Image:
        """One pixel with everything that the file says of the picture, before its pixels and after."""
        others = self._raw_chunks({name for name, _, _ in self._chunks} - {b"IHDR", b"IDAT", b"IEND"})
        one = b"\0" * (1 + (self._depth * _CHANNELS[self._colour] + 7) // 8)
        return _decoded(1, 1, self._depth, self._colour, one, others)

    def _unfiltered(self, rows: bytes, above: bytes, count: int) -> Image.Image:
        """The stored bytes as a picture of 8-bit samples, whatever they mean: filters know bytes only."""
        data = b"\0" + above + rows if above else rows
        width, colour = self._row // self._pixel, _COLOUR_OF_CHANNELS[self._pixel]
        return _decoded(width, count + bool(above), 8, colour, data, b"")

    def _coloured(self, stored: bytes, count: int, colours: bytes) -> Image.Image:
        """Stored rows as the picture they are: with palette, transparency, or less than a byte for a sample."""
        rows = np.zeros((count, self._row + 1), np.uint8)
        rows[:, 1:] = np.frombuffer(stored, np.uint8).reshape(count, self._row)
        return _decoded(self.width, count, self._depth, self._colour, rows.tobytes(), colours)

    def _rows(self) -> Iterator[bytes]:
        """Filtered rows, as many at once as make a band."""
        at_once, left = max(BAND_BYTES // (self._row + 1), 1), self.height
        inflater, gathered = zlib.decompressobj(), bytearray()
        for piece in self._pixel_data():
            data = piece
            while data and left:
                wanted = min(at_once, left) * (self._row + 1)
                gathered += inflater.decompress(data, wanted - len(gathered))
                data = inflater.unconsumed_tail
                if len(gathered) < wanted:
                    break  # what is inflated is used up
                yield bytes(gathered)
                gathered.clear()
                left -= min(at_once, left)
        if left:
            raise OSError("image file is truncated")

    def _pixel_data(self) -> Iterator[bytes]:
        for name, at, length in self._chunks:
            if name == b"IDAT":
                for start in range(0, length, BAND_BYTES):
                    self._stream.seek(at + 8 + start)
                    yield self._stream.read(min(BAND_BYTES, length - start))

    def _raw_chunks(self, names: set[bytes]) -> bytes:
        """These chunks as they stand in the file, in its order."""
        found = []
        for name, at, length in self._chunks:
            if name in names and length <= _LONGEST_CHUNK:
                self._stream.seek(at)
                found.append(self._stream.read(length + 12))
        return b"".join(found)


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    at = len(_SIGNATURE)
    while True:
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8:
            return
        length, name = struct.unpack(">I4s", head)
        if name == b"IEND":
            return
        yield name, at, length
        at += length + 12


def _decoded(width: int, height: int, depth: int, colour: int, rows: bytes, others: bytes) -> Image.Image:
    """A small PNG of these filtered rows and further chunks, by Pillow."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), others, _chunk(b"IDAT", zlib.compress(rows, 0)), _chunk(b"IEND", b""))
    image = PngImagePlugin.PngImageFile(io.BytesIO(_SIGNATURE + b"".join(parts)))
    image.load()
    return image


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
