"""What was written about a photo into its own file: XMP, IPTC and EXIF, all of them, wherever the format keeps them."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile
from PIL.ExifTags import Base

from desktop_app.domain.annotations import (
    MOST_STARS,
    Annotations,
    Position,
    clean_keyword,
    clean_text,
    joined_paths,
    merged,
)
from desktop_app.imaging.iptc import annotations_of_iptc, iptc_of_resources
from desktop_app.imaging.metadata import main_directory, read_metadata
from desktop_app.imaging.opening import PhotoFile, decoder_faults, open_image, reading
from desktop_app.imaging.xmp_document import MAX_BYTES, Name, XmpProblem, parse_xmp
from desktop_app.imaging.xmp_reading import annotations_of, stars_of_percent, text_of

log = logging.getLogger(__name__)

_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENDED_MARK = b"http://ns.adobe.com/xmp/extension/\x00"
_PHOTOSHOP_MARK = b"Photoshop 3.0\x00"
_HAS_EXTENDED = Name("http://ns.adobe.com/xmp/note/", "HasExtendedXMP")

_TIFF_IPTC, _TIFF_PHOTOSHOP = 33723, 34377
_RATING_PERCENT = 0x4749
_XP_TITLE, _XP_COMMENT, _XP_KEYWORDS = 0x9C9B, 0x9C9C, 0x9C9E

# Parts of the names of everything that is read: a packet without any (depth maps of tens of megabytes) is not parsed.
_WORTH_PARSING = (b"ubject", b"TagsList", b"KeywordXMP", b"Rating", b"Label", b"title", b"description", b"GPSL")

# What cameras put into every picture as its "description", compared without white space and in lower case.
_NO_DESCRIPTIONS = frozenset({
    "olympusdigitalcamera", "olympuspicture", "sonydsc", "minoltadigitalcamera", "kodakdigitalstillcamera", "samsung",
    "digitalcamera", "default", "exif_jpeg_picture", "exif_jpeg_420", "screenshot", "untitled", "dcim", "binarycomment",
    "charset=ascii", "asciicharset", "imported", "jpeg",
})  # fmt: skip

_PNG_HEADER_BYTES = 8
_PNG_KINDS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The raw pieces of a file that hold annotations."""

    packets: tuple[bytes, ...] = ()
    iptc: bytes = b""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a file says of itself."""

    annotations: Annotations = field(default_factory=Annotations)
    problem: str = ""
    """Why a part of it could not be read; empty when all could."""


def read_embedded(path: Path) -> Embedded:
    """Read a photo's own annotations; no pixel is decoded. Raises PhotoSkipped when it cannot be opened as a picture."""
    with reading(path) as file:
        image = open_image(file)
        with decoder_faults(path):
            blocks = _blocks(file, image)
            exif = _of_exif(image)
            metadata = read_metadata(image)
    sources, problem = [], ""
    for packet in blocks.packets:
        try:
            sources.append(_of_packet(packet))
        except XmpProblem as reason:
            problem = str(reason)
            log.info("%s: %s", path, reason)
    if metadata.latitude is not None and metadata.longitude is not None:
        # The receiver's own fix, to more digits than what programs copied from it.
        exif = replace(exif, position=Position(metadata.latitude, metadata.longitude, metadata.altitude_m))
        sources = [replace(source, position=None) for source in sources]
    return Embedded(merged([*sources, annotations_of_iptc(blocks.iptc), exif]), problem)


def _blocks(file: PhotoFile, image: ImageFile.ImageFile) -> _Blocks:
    match file.file_format:
        case "JPEG":
            return _of_jpeg(getattr(image, "applist", []))
        case "PNG":
            return _of_png(file.stream, image)
        case "TIFF":
            return _of_tiff(image)
    packet = image.info.get("xmp")
    return _Blocks((bytes(packet),) if isinstance(packet, (bytes, bytearray)) and packet else ())


def _of_packet(packet: bytes) -> Annotations:
    """Padding and the zeros that some programs end with are no part of the XML."""
    trimmed = packet.strip(b"\x00 \t\r\n") if not packet.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")) else packet
    if not trimmed or not any(name in trimmed for name in _WORTH_PARSING):
        return Annotations()
    return annotations_of(parse_xmp(trimmed))


def _of_jpeg(segments: list[tuple[str, bytes]]) -> _Blocks:
    packets = [data[len(_XMP_MARK) :] for kind, data in segments if kind == "APP1" and data.startswith(_XMP_MARK)]
    extended = [data[len(_EXTENDED_MARK) :] for kind, data in segments if data.startswith(_EXTENDED_MARK)]
    photoshop = (data[len(_PHOTOSHOP_MARK) :] for kind, data in segments if data.startswith(_PHOTOSHOP_MARK))
    if extended and packets:
        packets += _joined_extension(packets[0], extended)
    return _Blocks(tuple(packets), iptc_of_resources(photoshop))


def _joined_extension(packet: bytes, parts: list[bytes]) -> list[bytes]:
    """The packet that did not fit into one segment (XMP specification part 3, 1.1.3.1), when it is whole."""
    try:
        wanted = (text_of(parse_xmp(packet.strip(b"\x00 \r\n\t")), _HAS_EXTENDED) or "").encode()
    except XmpProblem:
        return []
    mine = [part for part in parts if part[:32] == wanted and len(part) > 40]
    if not mine:
        return []
    length = struct.unpack(">I", mine[0][32:36])[0]
    pieces = {struct.unpack(">I", part[36:40])[0]: part[40:] for part in mine}
    whole = b"".join(pieces[offset] for offset in sorted(pieces))
    # The digest that names it also tells whether it is complete.
    digest = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper().encode()
    return [whole] if len(whole) == length <= MAX_BYTES and digest == wanted else []


def _of_tiff(image: ImageFile.ImageFile) -> _Blocks:
    tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
    packet = image.info.get("xmp")
    iptc = tags.get(_TIFF_IPTC, b"")
    if isinstance(iptc, tuple):
        # Written as 32-bit numbers by some programs, which is how an early specification put it.
        iptc = struct.pack(f"<{len(iptc)}L", *iptc) if all(isinstance(part, int) for part in iptc) else b""
    photoshop = tags.get(_TIFF_PHOTOSHOP, b"")
    if not iptc and isinstance(photoshop, bytes):
        iptc = iptc_of_resources([photoshop])
    return _Blocks((bytes(packet),) if packet else (), iptc if isinstance(iptc, bytes) else b"")


def _of_png(stream: BufferedReader, image: ImageFile.ImageFile) -> _Blocks:
    """Chunks may stand behind the pixels, where Pillow comes only by decoding them: walk them instead, and give it EXIF."""
    packets, iptc = [], b""
    for kind, data in _png_chunks(stream):
        if kind == b"eXIf":
            image.info.setdefault("exif", data)
            continue
        keyword, _, rest = data.partition(b"\x00")
        if keyword == b"XML:com.adobe.xmp" and kind == b"iTXt" and len(rest) > 2:
            text = rest[2:].split(b"\x00", 2)[-1]
            packets.append(_inflated(text) if rest[0] else text)
        elif keyword in {b"Raw profile type xmp", b"Raw profile type iptc", b"Raw profile type 8bim"}:
            profile = _raw_profile(rest if kind == b"tEXt" else _inflated(rest[1:]))
            if keyword.endswith(b"xmp"):
                packets.append(profile)
            else:
                iptc = iptc or iptc_of_resources([profile]) or profile
    image.info.setdefault("exif", b"")
    return _Blocks(tuple(packets), iptc)


def _png_chunks(stream: BufferedReader) -> Iterator[tuple[bytes, bytes]]:
    stream.seek(_PNG_HEADER_BYTES)
    while len(head := stream.read(8)) == 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind in _PNG_KINDS and size <= MAX_BYTES:
            yield kind, stream.read(size)
            stream.seek(4, 1)
        elif kind == b"IEND":
            return
        else:
            stream.seek(size + 4, 1)


def _inflated(data: bytes) -> bytes:
    """At most `MAX_BYTES` of what is compressed here; empty when it is damaged."""
    try:
        return zlib.decompressobj().decompress(data, MAX_BYTES)
    except zlib.error:
        return b""


def _raw_profile(text: bytes) -> bytes:
    """ImageMagick's way of keeping bytes in text: a name, a length, hexadecimal digits."""
    try:
        return bytes.fromhex("".join(text.decode("ascii").split()[2:]))
    except ValueError:
        return b""


def _of_exif(image: Image.Image) -> Annotations:
    tags = main_directory(image)
    title, comment, keywords = (_windows_text(tags.get(tag)) for tag in (_XP_TITLE, _XP_COMMENT, _XP_KEYWORDS))
    return Annotations(
        tags=joined_paths((name,) for text in (keywords or "").split(";") if (name := clean_keyword(text))),
        rating=_stars(tags),
        title=clean_text(title),
        description=_description(tags.get(Base.ImageDescription)) or clean_text(comment),
    )


def _stars(tags: Mapping[int, Any]) -> int | None:
    stars = tags.get(Base.Rating)
    if isinstance(stars, int) and 0 < stars <= MOST_STARS:  # cameras write 0 into every picture
        return stars
    percent = tags.get(_RATING_PERCENT)
    return stars_of_percent(percent) if isinstance(percent, int) and 0 < percent <= 100 else None


def _windows_text(value: object) -> str | None:
    """The fields that Windows added to EXIF hold UTF-16, whatever they say of themselves."""
    if isinstance(value, tuple) and all(isinstance(part, int) and 0 <= part < 256 for part in value):
        value = bytes(value)
    return value.decode("utf-16-le", errors="replace") if isinstance(value, bytes) else None


def _description(value: object) -> str | None:
    """ASCII by the specification; UTF-8 or Latin-1 in fact. Pillow reads Latin-1."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    with contextlib.suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    text = clean_text(value)
    return None if text is None or "".join(text.lower().split()) in _NO_DESCRIPTIONS else text
