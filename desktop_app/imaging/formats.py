"""What kind of file this is, by its first bytes; names lie, and some photos have none."""

from __future__ import annotations

from pathlib import PurePath

from desktop_app.domain.photo import RAW_FORMAT

HEAD_BYTES = 512
"""How many first bytes `sniff` wants. DICOM's mark is the farthest, at 128; text is told by its look."""

RAW = RAW_FORMAT

VIDEOS = frozenset({"AVI", "FLV", "MATROSKA", "MP4", "MPEG", "QuickTime", "WINDOWS MEDIA"})
"""Formats of moving pictures: searched by several of their frames."""

SUPPORTED = VIDEOS | {
    "JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF", "JPEG XL", "JPEG 2000", "PSD", "QOI", RAW,
}  # fmt: skip
"""Formats whose pixels we read."""

APART = SUPPORTED - {"JPEG", "PNG", "WEBP", "GIF", "BMP", "QOI"}
"""Formats whose decoders are large, written in C, and fed by anybody: they run in a process of their own, which may hang
or crash. What is left to this process is most of every library, and its decoders are the most tried there are."""

UNREAD_PHOTOS = frozenset({"OPENEXR", "RADIANCE HDR", "DDS", "XCF", "NETPBM", "DICOM"})
"""Formats that hold a picture a person may call a photo, which we cannot read yet."""

READ_EXTENSIONS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif",
    ".tiff", ".heic", ".heif", ".hif", ".heics", ".heifs", ".avif", ".avifs", ".jxl", ".jp2", ".j2k", ".jpf", ".jpx",
    ".psd", ".psb", ".qoi",
})  # fmt: skip
RAW_EXTENSIONS = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
})  # fmt: skip
VIDEO_EXTENSIONS = frozenset({
    ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".wmv", ".flv",
})  # fmt: skip
OTHER_PHOTO_EXTENSIONS = frozenset({".exr", ".hdr", ".xcf", ".dcm"})
PHOTO_EXTENSIONS = READ_EXTENSIONS | RAW_EXTENSIONS | OTHER_PHOTO_EXTENSIONS
"""Lower-case extensions, with their dot, that a person would call a photo's."""

# Fixed bytes at a fixed offset, from the formats' own specifications and file(1)'s database. First match wins.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    # Raw kinds that borrow TIFF's frame come before TIFF itself.
    (8, b"CR\x02", RAW),
    (0, b"IIU\x00", RAW),
    (0, b"IIRO", RAW),
    (0, b"IIRS", RAW),
    (0, b"MMOR", RAW),
    (6, b"HEAPCCDR", RAW),
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"FOVb", RAW),
    (0, b"\x00MRM", RAW),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"II+\x00", "TIFF"),
    (0, b"MM\x00+", "TIFF"),
    (0, b"8BPS", "PSD"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"qoif", "QOI"),
    (0, b"\x76\x2f\x31\x01", "OPENEXR"),
    (0, b"#?RADIANCE", "RADIANCE HDR"),
    (0, b"DDS ", "DDS"),
    (0, b"gimp xcf", "XCF"),
    (128, b"DICM", "DICOM"),
    (0, b"\x00\x05\x16\x07", "APPLEDOUBLE"),
    (0, b"\x00\x00\x01\x00", "ICON"),
    (0, b"icns", "ICON"),
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "POSTSCRIPT"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"PK\x05\x06", "ZIP"),
    (0, b"Rar!\x1a\x07", "ARCHIVE"),
    (0, b"7z\xbc\xaf\x27\x1c", "ARCHIVE"),
    (0, b"\x1f\x8b", "ARCHIVE"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (0, b"SQLite format 3\x00", "SQLITE"),
    (0, b"\x1a\x45\xdf\xa3", "MATROSKA"),
    (0, b"\x00\x00\x01\xba", "MPEG"),
    (0, b"\x00\x00\x01\xb3", "MPEG"),
    (0, b"FLV\x01", "FLV"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WINDOWS MEDIA"),
    (0, b"ID3", "AUDIO"),
    (0, b"fLaC", "AUDIO"),
    (0, b"OggS", "AUDIO"),
)

_RIFF_KINDS = {b"WEBP": "WEBP", b"AVI ": "AVI", b"WAVE": "AUDIO"}

# Sizes that the header after "BM" can have (Windows and OS/2 bitmaps); two letters alone would match English text.
_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

# Brands of the ISO base media "ftyp" box (ISO/IEC 14496-12, 23008-12; AV1 Image File Format 1.1).
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
_VIDEO_BRANDS = {b"qt  ": "QuickTime", b"M4A ": "AUDIO", b"M4B ": "AUDIO"}

# What QuickTime files began with before there was an "ftyp" box.
_OLD_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide"})
_SYNC_BYTE = 0x47

_MARKUP = (
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<svg", "SVG"),
    (b"<x:xmpmeta", "XMP"),
    (b"<?xpacket", "XMP"),
)


def sniff(head: bytes) -> str | None:
    """The format's short name, or None for bytes we do not know.

    `head` is the first `HEAD_BYTES` of the file, or the whole of a shorter one. Names of formats that we read are in
    `SUPPORTED`; the rest serve to say why a file is skipped.
    """
    for offset, signature, name in _SIGNATURES:
        if head.startswith(signature, offset):
            return name
    if head.startswith(b"RIFF"):
        return _RIFF_KINDS.get(head[8:12])
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "BMP"
    if head[4:8] == b"ftyp":
        return _media_kind(head)
    if len(head) > 2 and head[0:1] == b"P" and head[1:2] in b"1234567" and head[2:3].isspace():
        return "NETPBM"
    if head[4:8] in _OLD_QUICKTIME_BOXES:
        return "QuickTime"
    return _text_kind(head) or ("MPEG" if _is_transport_stream(head) else None)


def looks_like_photo(name: str) -> bool:
    """Whether a person would call a file of this name a photo, by its extension, whatever is in it."""
    return not name.startswith("._") and PurePath(name).suffix.lower() in PHOTO_EXTENSIONS


def looks_like_video(name: str) -> bool:
    """Whether a person would call a file of this name a video, by its extension, whatever is in it."""
    return not name.startswith("._") and PurePath(name).suffix.lower() in VIDEO_EXTENSIONS


def is_raw_name(name: str) -> bool:
    """Whether the name is a camera raw file's. Many raw kinds are TIFF inside, with only a tiny preview for others."""
    return PurePath(name).suffix.lower() in RAW_EXTENSIONS


def _is_transport_stream(head: bytes) -> bool:
    """MPEG transport streams, as camcorders write: a sync byte before every packet, after a time stamp in AVCHD."""
    return any(
        len(head) > start + 2 * length and all(head[start + count * length] == _SYNC_BYTE for count in range(3))
        for start, length in ((0, 188), (4, 192))
    )


def _media_kind(head: bytes) -> str:
    """Tell the children of the ISO base media format apart by their brands; compatible ones count too."""
    box = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = [major, *(head[at : at + 4] for at in range(16, box - 3, 4))]
    if major in _VIDEO_BRANDS:
        return _VIDEO_BRANDS[major]
    if major == b"crx ":
        return RAW
    # A picture says so in its major brand, except that the general "mif1" may stand first for either kind.
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and _AVIF_BRANDS.intersection(brands)):
        return "AVIF"
    return "HEIF" if major in _HEIF_BRANDS else "MP4"


def _text_kind(head: bytes) -> str | None:
    """HTML, SVG, XMP, plain text, or None when the bytes are no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="ignore").encode()
    else:
        text = head.removeprefix(b"\xef\xbb\xbf")
    start = text.lstrip().lower()
    for mark, name in _MARKUP:
        # An XML declaration or a comment may stand first.
        if start.startswith(mark) or (start.startswith((b"<?xml", b"<!--")) and mark in start):
            return name
    if text and all(byte >= 0x20 or byte in b"\t\n\r\f" for byte in text) and _is_utf8(text):
        return "TEXT"
    return None


def _is_utf8(text: bytes) -> bool:
    """True also when the last character was cut by the end of the head."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end == len(text)
    return True
