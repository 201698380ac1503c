from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop_app.imaging.formats import (
    HEAD_BYTES,
    SUPPORTED,
    UNREAD_PHOTOS,
    is_raw_name,
    looks_like_photo,
    looks_like_video,
    sniff,
)


def brand(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\1\0meta" + bytes(300)


@pytest.mark.parametrize(
    ("pillow_format", "expected"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("GIF", "GIF"), ("BMP", "BMP"), ("TIFF", "TIFF"), ("AVIF", "AVIF"), ("PPM", "NETPBM"), ("JPEG2000", "JPEG 2000")],
)  # fmt: skip
def test_what_pillow_writes_is_recognised(pillow_format: str, expected: str) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, pillow_format)
    assert sniff(stream.getvalue()[:HEAD_BYTES]) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (brand(b"heic", b"mif1", b"heic"), "HEIF"),
        (brand(b"mif1", b"mif1", b"heic"), "HEIF"),
        (brand(b"mif1", b"mif1", b"avif"), "AVIF"),
        (brand(b"avis", b"mif1", b"avif"), "AVIF"),
        (brand(b"mp42", b"isom", b"mp42"), "MP4"),
        (brand(b"qt  ", b"qt  "), "QuickTime"),
        (brand(b"crx ", b"crx ", b"isom"), "CAMERA RAW"),
        (b"II*\0\x10\0\0\0CR\x02\0" + bytes(40), "CAMERA RAW"),
        (b"II*\0\x08\0\0\0" + bytes(40), "TIFF"),
        (b"MM\0+\0\x08\0\0" + bytes(40), "TIFF"),
        (bytes(4) + b"moov" + bytes(100), "QuickTime"),
        ((b"G" + bytes(187)) * 3, "MPEG"),
        ((bytes(4) + b"G" + bytes(187)) * 3, "MPEG"),
        (b"G" * 500, "TEXT"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\n<!DOCTYPE HTML>\n<html>", "HTML"),
        (b'<?xml version="1.0"?>\n<svg xmlns="', "SVG"),
        ('<?xpacket begin="\ufeff"?>'.encode("utf-16"), "XMP"),
        (b"a shopping list\r\n", "TEXT"),
        ("überall".encode()[:-1], "TEXT"),
        ("é".encode() * 300 + b"x", "TEXT"),
        (b"BM is how this text starts", "TEXT"),
        (b"", None),
        (b"\xff", None),
        (bytes(600), None),
    ],
)
def test_other_contents(head: bytes, expected: str | None) -> None:
    assert sniff(head[:HEAD_BYTES]) == expected


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_are_told_without_error(head: bytes) -> None:
    name = sniff(head)
    assert name is None or name


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs"]), min_size=4))
def test_text_is_never_taken_for_a_photo(text: str) -> None:
    assert sniff(f" {text}".encode()[:HEAD_BYTES]) not in SUPPORTED | UNREAD_PHOTOS


@pytest.mark.parametrize("name", ["a.jpg", "A.JPEG", "x.y.HeIc", "IMG.dng", "é.webp", "drawing.psd"])
def test_photo_names(name: str) -> None:
    assert looks_like_photo(name)


@pytest.mark.parametrize("name", ["a.txt", "jpg", ".jpg", "a.jpg.xmp", "._a.jpg", "movie.mp4", "a"])
def test_other_names(name: str) -> None:
    assert not looks_like_photo(name)


@pytest.mark.parametrize("name", ["a.MOV", "b.mp4", "c.webm"])
def test_video_names(name: str) -> None:
    assert looks_like_video(name)
    assert not looks_like_photo(name)


def test_raw_names() -> None:
    assert is_raw_name("DSC_1.NEF")
    assert not is_raw_name("DSC_1.tif")
