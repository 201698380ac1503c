"""What a camera wrote into a raw file: EXIF wherever the maker put it, and what LibRaw understood where there is none."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from io import BufferedReader
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD

from desktop_app.domain.photo import Metadata
from desktop_app.imaging.metadata import Tags, metadata_of

# Directories stand at the front of every raw file based on TIFF; pixels and previews behind them.
_HEAD_BYTES = 1 << 20

# First bytes of TIFF's relatives; Olympus and Panasonic only changed the number after the byte order.
_TIFF_MAGIC = {b"II": b"II*\0", b"MM": b"MM\0*"}

# Canon's CR3 is an ISO media file; these boxes below "moov" hold one TIFF each (github.com/lclevy/canon_cr3).
_CR3_MAIN, _CR3_DETAILS, _CR3_PLACE = b"CMT1", b"CMT2", b"CMT4"
_CR3_CONTAINERS = {b"moov": 0, b"uuid": 16}


def read_raw_metadata(stream: BufferedReader, raw: Any, *, preview: Metadata) -> Metadata:
    """Fields from the file's own directories, then those of its preview, then LibRaw's. Never raises for the content."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    found = [_of_head(head), preview, _of_libraw(raw)]
    return _first_known(found)


def _first_known(found: list[Metadata]) -> Metadata:
    """Each field from the first that has it."""
    known = found[0]
    for other in found[1:]:
        absent = {
            field.name: getattr(other, field.name) for field in fields(Metadata) if getattr(known, field.name) is None
        }
        known = replace(known, **absent)
    return known


def _of_head(head: bytes) -> Metadata:
    if head[4:8] == b"ftyp":
        boxes = dict(_cr3_boxes(head))
        main, details, place = (_directory(boxes.get(name, b"")) for name in (_CR3_MAIN, _CR3_DETAILS, _CR3_PLACE))
        return metadata_of(main, details, place)
    if head[:2] in _TIFF_MAGIC:
        patched = _TIFF_MAGIC[head[:2]] + head[4:]
        return metadata_of(_directory(patched), _directory(patched, IFD.Exif), _directory(patched, IFD.GPSInfo))
    return Metadata()


def _directory(tiff: bytes, which: IFD | None = None) -> Tags:
    """The first directory of a TIFF, or one that it points to; empty where it cannot be read."""
    exif = Image.Exif()
    try:
        exif.load_from_fp(io.BytesIO(tiff))
        return dict(exif if which is None else exif.get_ifd(which))
    except Exception:  # noqa: BLE001 - Pillow's parser raises by the damage: struct.error, KeyError …
        return {}


def _cr3_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every box, those within "moov" and Canon's "uuid" too, as (kind, content)."""
    start = 0
    while start + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, start)
        kind = data[start + 4 : start + 8]
        if size < 8:
            return
        content = data[start + 8 : start + size]
        yield kind, content
        if kind in _CR3_CONTAINERS:
            yield from _cr3_boxes(content[_CR3_CONTAINERS[kind] :])
        start += size


def _of_libraw(raw: Any) -> Metadata:
    other, lens = raw.other, raw.lens
    return Metadata(
        taken_at=_moment(other.timestamp),
        lens=lens.model.strip() or None,
        exposure_seconds=other.shutter_speed if other.shutter_speed > 0 else None,
        f_number=other.aperture if other.aperture > 0 else None,
        iso=round(other.iso_speed) if other.iso_speed > 0 else None,
        focal_length_mm=other.focal_length if other.focal_length > 0 else None,
    )


def _moment(value: object) -> datetime | None:
    """LibRaw's time of the picture; the epoch stands for none."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) and value.year > 1971 else None
