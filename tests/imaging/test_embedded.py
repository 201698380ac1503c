from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from desktop_app.domain.annotations import Annotations, Position
from desktop_app.imaging.embedded import read_embedded
from desktop_app.imaging.errors import PhotoSkipped
from tests.fixtures.packets import alternatives, as_list, bag, exiftool_says, packet
from tests.imaging.test_iptc import field, resource

Save = Callable[..., Path]
PICTURE = Image.new("RGB", (16, 16), "teal")
WORDS = packet(
    bag("dc:subject", "from XMP") + bag("lr:hierarchicalSubject", "A|B") + alternatives("dc:title", x_default="T")
)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg_with(save: Save, *segments: bytes) -> Path:
    path = save(PICTURE, "photo.jpg")
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"".join(segments) + data[2:])
    return path


def xmp_segment(data: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + data)


def windows(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\x00\x00"


def test_the_union_of_xmp_iptc_and_exif(save: Save) -> None:
    exif = Image.Exif()
    exif[0x9C9E], exif[0x9C9B] = windows("from Windows;from XMP"), windows("Windows' title")
    exif[Base.ImageDescription], exif[Base.Rating] = "Gr\u00f6\u00dfe", 4
    path = jpeg_with(
        save,
        segment(0xE1, b"Exif\x00\x00" + exif.tobytes()[6:]),
        xmp_segment(WORDS),
        segment(0xED, b"Photoshop 3.0\x00" + resource(0x0404, field(25, b"from IPTC") + field(120, b"caption"))),
    )
    found = read_embedded(path)
    assert not found.problem
    assert set(found.annotations.tags) == {("from XMP",), ("A", "B"), ("from IPTC",), ("from Windows",)}
    assert (found.annotations.title, found.annotations.description, found.annotations.rating) == ("T", "caption", 4)


def test_extended_xmp_counts_when_it_is_whole(save: Save) -> None:
    more = packet(bag("dc:subject", *(f"word {number}" for number in range(30))))
    digest = hashlib.md5(more, usedforsecurity=False).hexdigest().upper()
    main = packet(
        bag("dc:subject", "main"), f'xmlns:note="http://ns.adobe.com/xmp/note/" note:HasExtendedXMP="{digest}"'
    )

    def parts(data: bytes) -> list[bytes]:
        mark = b"http://ns.adobe.com/xmp/extension/\x00"
        cut = len(data) // 2
        return [
            segment(0xE1, mark + digest.encode() + struct.pack(">II", len(more), offset) + data[offset:end])
            for offset, end in ((cut, len(data)), (0, cut))
        ]

    whole = read_embedded(jpeg_with(save, xmp_segment(main), *parts(more)))
    assert len(whole.annotations.tags) == 31
    for damaged in (parts(more)[:1], parts(more.replace(b"word 7", b"word X"))):
        assert read_embedded(jpeg_with(save, xmp_segment(main), *damaged)).annotations.tags == (("main",),)


@pytest.mark.parametrize("name", ["photo.png", "photo.webp", "photo.tif", "photo.avif", "photo.jpg"])
def test_xmp_in_every_format(save: Save, name: str) -> None:
    if name.endswith(".png"):
        chunks = PngImagePlugin.PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", WORDS.decode())
        path = save(PICTURE, name, pnginfo=chunks)
    elif name.endswith(".tif"):
        directory = ImageFileDirectory_v2()
        directory[700], directory.tagtype[700] = WORDS, 1
        directory[33723], directory.tagtype[33723] = field(25, b"from IPTC"), 7
        path = save(PICTURE, name, tiffinfo=directory)
    else:
        path = save(PICTURE, name, xmp=WORDS)
    tags = set(read_embedded(path).annotations.tags)
    assert tags >= {("from XMP",), ("A", "B")}
    assert (("from IPTC",) in tags) == name.endswith(".tif")


def test_xmp_in_heic(shared_nasty: Path, tmp_path: Path, exiftool: str) -> None:
    path = shutil.copyfile(shared_nasty / "hopper.heif", tmp_path / "a.heic")
    subprocess.run([exiftool, "-q", "-XMP-dc:Subject=word", path], check=True, timeout=60)
    assert read_embedded(path).annotations.tags == (("word",),)


def test_png_chunks_behind_the_pixels_and_raw_profiles(save: Save) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = save(PICTURE, "photo.png")
    data = path.read_bytes()
    block = resource(0x0404, field(25, b"from IPTC"))
    profile = b"\niptc\n%8d\n" % len(block) + block.hex().encode() + b"\n"
    late = chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(WORDS))
    late += chunk(b"zTXt", b"Raw profile type iptc\x00\x00" + zlib.compress(profile))
    path.write_bytes(data[:-12] + late + data[-12:])
    assert set(read_embedded(path).annotations.tags) == {("from XMP",), ("A", "B"), ("from IPTC",)}


def test_damaged_xmp_costs_only_itself(save: Save) -> None:
    broken = b"<!DOCTYPE x [<!ENTITY a 'title'>]>" + WORDS
    found = read_embedded(
        jpeg_with(save, xmp_segment(broken), segment(0xED, b"Photoshop 3.0\x00" + resource(0x0404, field(25, b"kept"))))
    )
    assert found.annotations == Annotations(tags=(("kept",),))
    assert "entities" in found.problem
    truncated = read_embedded(jpeg_with(save, xmp_segment(WORDS[:-100])))
    assert truncated.annotations == Annotations()
    assert "ends too early" in truncated.problem


def test_what_cameras_write_into_every_picture_is_no_description(save: Save) -> None:
    exif = Image.Exif()
    exif[Base.ImageDescription], exif[Base.Rating] = "OLYMPUS DIGITAL CAMERA         ", 0
    assert read_embedded(save(PICTURE, "a.jpg", exif=exif)).annotations == Annotations()


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no picture")
    with pytest.raises(PhotoSkipped):
        read_embedded(path)


def test_real_photos_say_what_exiftool_reads(shared_nasty: Path, exiftool: str) -> None:
    names = (
        "BlueSquare.jpg", "iptc.jpg", "mongolels.jpg", "no_exif.jpg", "picasa.jpg", "portrait.jpg", "denali.webp",
        "portrait-orientation-6.jpg", "thompson-springs.jpg", "long_description.jpg", "app13-multiple.jpg", "xmp_test.jpg",
    )  # fmt: skip
    paths = [shared_nasty / name for name in names]
    for path, said in zip(paths, exiftool_says(exiftool, *paths), strict=True):
        found = read_embedded(path).annotations
        wanted = {*as_list(said.get("XMP-dc:Subject")), *as_list(said.get("IPTC:Keywords"))}
        assert {tag[-1] for tag in found.tags} == wanted, path.name
        assert found.title == said.get("XMP-dc:Title"), path.name
        assert found.rating == said.get("XMP-xmp:Rating"), path.name


def test_the_cameras_fix_outranks_a_copy_of_it(shared_nasty: Path) -> None:
    position = read_embedded(shared_nasty / "thompson-springs.jpg").annotations.position
    assert position == Position(39.115, -108.40096833333334, 1483.9)


def test_pixels_are_not_decoded(shared_nasty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", refuse)
    for name in ("bomb_182Mpx_1bit.png", "exif.png", "xmp_tags_orientation.png"):
        read_embedded(shared_nasty / name)
