"""Photoshop documents: the composite picture that every compatible document ends with (Adobe's file format specification).

Read plane by plane, and each plane reduced at once, so that layers cost nothing and a poster fits in memory.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

import numpy as np
import numpy.typing as npt
from PIL import Image

from desktop_app.domain.photo import Metadata
from desktop_app.imaging.colour import to_srgb
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.geometry import UPRIGHT, Size
from desktop_app.imaging.limits import MAX_RGB_PIXELS, MAX_WORKING_BYTES, Memory, too_large
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.opening import PhotoFile, decoder_faults
from desktop_app.imaging.picture import Picture, Plan, needed_reduction

_ICC_PROFILE, _EXIF, _VERSION_INFO = 1039, 1058, 1057
_RAW, _PACKBITS, _ZIP, _ZIP_PREDICTED = range(4)
_MOST_RESOURCE_BYTES = 64 << 20

# Colour modes of the header, and Pillow's mode for as many planes. Duotone's plane is shown as grey, as Adobe says.
_MODES = {0: "1", 1: "L", 2: "P", 3: "RGB", 4: "CMYK", 8: "L", 9: "LAB"}
_PLANES = {"1": 1, "L": 1, "P": 1, "RGB": 3, "CMYK": 4, "LAB": 3}


@dataclass(frozen=True, slots=True)
class _Header:
    large: bool
    channels: int
    size: Size
    depth: int
    mode: str
    palette: bytes
    resources: dict[int, bytes]
    transparent: bool
    compression: int
    data_at: int


def load_psd(file: PhotoFile, plan: Plan, *, gap: float, memory: Memory) -> Picture:
    """Decode the composite finely enough for what is planned. Raises PhotoSkipped."""
    with decoder_faults(file.path):
        header = _read_header(file.stream)
    block = max(int(needed_reduction(plan, header.size) / (gap * 2)), 1)
    pixels = header.size[0] * header.size[1]
    block = max(block, math.ceil(math.sqrt(pixels / MAX_RGB_PIXELS)))
    # One plane as stored and as 8 bits, and all planes reduced, twice.
    amount = pixels * (max(header.depth // 8, 1) * 2 + 1) + pixels // (block * block) * 12
    if amount > MAX_WORKING_BYTES:
        raise too_large(pixels)
    with memory.hold(amount), decoder_faults(file.path):
        image = _composite(file.stream, header, block)
        if header.resources.get(_VERSION_INFO, b"")[4:5] == b"\0" and _is_blank(image):
            raise PhotoSkipped(
                "The document was saved without a picture of the whole. In Photoshop, save it with Maximize Compatibility"
            )
        metadata = _metadata(header)
        rgb = to_srgb(image, header.resources.get(_ICC_PROFILE))
    return Picture(rgb, header.size, block, UPRIGHT, metadata)


def _is_blank(image: Image.Image) -> bool:
    """Whether there is nothing but one colour: what Photoshop writes where it was told to leave the composite out."""
    extrema = image.getextrema()
    return all(low == high for low, high in (extrema if isinstance(extrema[0], tuple) else (extrema,)))


def _read_header(stream: BufferedReader) -> _Header:
    stream.seek(0)
    _, version, channels, height, width, depth, mode = struct.unpack(">4sH6xHIIHH", _exactly(stream, 26))
    large = version == 2
    if mode not in _MODES or channels < _PLANES[_MODES[mode]] or depth not in {1, 8, 16, 32}:
        raise PhotoSkipped("This kind of Photoshop document (its colour mode) cannot be read")
    if not 0 < width <= 300_000 or not 0 < height <= 300_000:
        raise PhotoSkipped("The file is damaged and cannot be read")
    palette = _block(stream)
    resources = _resources(_block(stream))
    transparent = _skip_layers(stream, large=large)
    (compression,) = struct.unpack(">H", _exactly(stream, 2))
    return _Header(
        large,
        channels,
        (width, height),
        depth,
        _MODES[mode],
        palette,
        resources,
        transparent,
        compression,
        stream.tell(),
    )


def _exactly(stream: BufferedReader, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("truncated")
    return data


def _block(stream: BufferedReader) -> bytes:
    (length,) = struct.unpack(">I", _exactly(stream, 4))
    if length > _MOST_RESOURCE_BYTES:
        raise ValueError(f"{length} bytes of resources")
    return _exactly(stream, length)


def _resources(data: bytes) -> dict[int, bytes]:
    """Image resources by their number."""
    found, start = {}, 0
    while start + 12 <= len(data) and data[start : start + 4] in {b"8BIM", b"8B64"}:
        (number,) = struct.unpack_from(">H", data, start + 4)
        start += 6 + (data[start + 6] | 1) + 1  # a Pascal string, padded to an even length with its own length byte
        (length,) = struct.unpack_from(">I", data, start)
        found[number] = data[start + 4 : start + 4 + length]
        start += 4 + length + (length & 1)
    return found


def _skip_layers(stream: BufferedReader, *, large: bool) -> bool:
    """Go behind the layers; True when the composite's first extra plane is its transparency."""
    length_bytes = 8 if large else 4
    length = int.from_bytes(_exactly(stream, length_bytes), "big")
    start = stream.tell()
    transparent = False
    if length > length_bytes + 2:
        stream.seek(length_bytes, 1)
        (count,) = struct.unpack(">h", _exactly(stream, 2))
        transparent = count < 0
    stream.seek(start + length)
    return transparent


def _composite(stream: BufferedReader, header: _Header, block: int) -> Image.Image:
    """The picture in one of Pillow's modes, reduced by `block`."""
    wanted = _PLANES[header.mode]
    alpha = header.transparent and header.channels > wanted and header.mode in {"L", "RGB"}
    if header.mode == "P":
        plane = next(_planes(stream, header, 1))
        plane.putpalette(np.frombuffer(header.palette[:768], np.uint8).reshape(3, -1).T.tobytes())
        return plane.convert("RGB").reduce(block) if block > 1 else plane.convert("RGB")
    planes = [plane.reduce(block) if block > 1 else plane for plane in _planes(stream, header, wanted + alpha)]
    mode = "L" if header.mode == "1" else header.mode
    if mode == "CMYK":
        planes = [plane.point(_INVERTED) for plane in planes]
    if wanted == 1 and not alpha:
        return planes[0].point(_INVERTED) if header.mode == "1" else planes[0]
    return Image.merge({"L": "LA", "RGB": "RGBA"}[mode] if alpha else mode, planes)


# Photoshop stores paper as 255 and full ink as 0; a bitmap's set bits are black.
_INVERTED = [255 - value for value in range(256)]


def _planes(stream: BufferedReader, header: _Header, count: int) -> Iterator[Image.Image]:
    """Yield the first planes as greyscale pictures."""
    stream.seek(header.data_at)
    row_bytes = math.ceil(header.size[0] * header.depth / 8)
    plane_bytes = row_bytes * header.size[1]
    if header.compression == _PACKBITS:
        packed = _packed_plane_lengths(stream, header)
        for length in packed[:count]:
            yield _grey(_unpacked(_exactly(stream, length), row_bytes, header.size[1]), header)
    elif header.compression in {_ZIP, _ZIP_PREDICTED}:
        inflate = zlib.decompressobj()
        for _ in range(count):
            plane = inflate.decompress(inflate.unconsumed_tail or stream.read(), plane_bytes)
            if len(plane) < plane_bytes:
                raise EOFError("truncated")
            yield _grey(np.frombuffer(plane, np.uint8), header)
    else:
        for _ in range(count):
            yield _grey(np.frombuffer(_exactly(stream, plane_bytes), np.uint8), header)


def _packed_plane_lengths(stream: BufferedReader, header: _Header) -> list[int]:
    """Bytes of each plane, from the table of the rows' lengths."""
    kind = ">u4" if header.large else ">u2"
    rows = header.size[1]
    table = np.frombuffer(_exactly(stream, rows * header.channels * int(kind[-1])), kind)
    return [int(length) for length in table.astype(np.int64).reshape(header.channels, rows).sum(axis=1)]


def _unpacked(packed: bytes, row_bytes: int, rows: int) -> npt.NDArray[np.uint8]:
    """A plane's bytes; Pillow's own decoder of PackBits, which TIFF shares."""
    return np.asarray(Image.frombytes("L", (row_bytes, rows), packed, "packbits", "L")).reshape(-1)


def _grey(data: npt.NDArray[np.uint8], header: _Header) -> Image.Image:
    """A plane as 8-bit grey."""
    width, height = header.size
    if header.depth == 1:
        return Image.frombytes("1", header.size, data.tobytes()).convert("L")
    if header.compression == _ZIP_PREDICTED:
        rows = data.view(">u2" if header.depth == 16 else np.uint8).reshape(height, width)
        data = np.cumsum(rows, axis=1, dtype=rows.dtype.newbyteorder("=")).astype(rows.dtype).reshape(-1).view(np.uint8)
    if header.depth == 16:
        data = data[::2]  # the high byte of each value comes first
    if header.depth == 32:
        linear = np.clip(np.nan_to_num(data.view(">f4").astype(np.float32)), 0.0, 1.0)
        data = np.rint(
            255.0 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        ).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(data).reshape(height, width))


def _metadata(header: _Header) -> Metadata:
    holder = Image.new("L", (1, 1))
    if _EXIF in header.resources:
        holder.info["exif"] = b"Exif\0\0" + header.resources[_EXIF]
    return read_metadata(holder)
