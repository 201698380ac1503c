"""Tell a camera's raw picture from a TIFF: most makers put one into the other's clothes."""

from __future__ import annotations

import struct
from io import BufferedReader

_DNG_VERSION = 50706
_NEW_SUBFILE_TYPE = 254
_SUB_IFDS = 330

# TIFF 6.0, NewSubfileType: bit 0 set is "a reduced-resolution version of another image in this file".
_REDUCED = 1

# A directory of more entries than this is no camera's.
_MOST_ENTRIES = 512
_ENTRY_BYTES = 12


def is_raw_tiff(stream: BufferedReader) -> bool:
    """Whether an open TIFF is a raw picture: it says so (DNG), or it shows a small picture and keeps others below it.

    Leaves the stream anywhere. Never raises for what is in the file.
    """
    tags = _first_directory(stream)
    return _DNG_VERSION in tags or (_SUB_IFDS in tags and tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED == _REDUCED)


def _first_directory(stream: BufferedReader) -> dict[int, int]:
    """The first directory's tags with their values, as far as a value is one number; empty when there is none to read.

    Classic TIFF only: no camera writes BigTIFF.
    """
    stream.seek(0)
    header = stream.read(8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(header[:4])
    if order is None or len(header) < 8:
        return {}
    stream.seek(struct.unpack(order + "I", header[4:])[0])
    count_bytes = stream.read(2)
    if len(count_bytes) < 2:
        return {}
    count = min(struct.unpack(order + "H", count_bytes)[0], _MOST_ENTRIES)
    entries = stream.read(count * _ENTRY_BYTES)
    found = {}
    for start in range(0, len(entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        tag, kind = struct.unpack_from(order + "HH", entries, start)
        # A short stands in the first two bytes of its field, whatever the byte order.
        (value,) = struct.unpack_from(order + ("H" if kind == 3 else "I"), entries, start + 8)
        found[tag] = value
    return found
