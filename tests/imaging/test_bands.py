"""Large pictures are read some rows at a time, and come out as if they had been read whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from desktop_app.imaging import decode_here, picture, png_bands, tiff_bands
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.geometry import fit_within
from desktop_app.imaging.limits import MemoryBudget
from desktop_app.imaging.opening import reading
from desktop_app.imaging.picture import VIEW_GAP, Picture

SIZE = (603, 787)
"""No side divides by a block or by the rows of a band."""

MEMORY = MemoryBudget(1 << 30)


@pytest.fixture
def banded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Everything is read in bands, of few rows; the list holds the rows of each band that was read."""
    rows: list[int] = []
    monkeypatch.setattr(picture, "WORTH_BANDS", 0)
    for module, kind in ((png_bands, png_bands.BandedPng), (tiff_bands, tiff_bands.BandedTiff)):
        monkeypatch.setattr(module, "BAND_BYTES", 10_000)

        def noting(self, real=kind.bands):  # type: ignore[no-untyped-def]
            for band in real(self):
                rows.append(band.height)
                yield band

        monkeypatch.setattr(kind, "bands", noting)
    return rows


def read(path: Path) -> Picture:
    with reading(path) as file:
        return decode_here.load_picture(file, lambda size: (fit_within(size, 100),), gap=VIEW_GAP, memory=MEMORY)


def whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> Picture:
    with monkeypatch.context() as patched:
        patched.setattr(picture, "WORTH_BANDS", 1 << 60)
        return read(path)


def picture_in(mode: str, photo: Image.Image) -> Image.Image:
    """A photo in a mode, with something to see in its alpha."""
    made = photo.resize(SIZE).convert("RGB")
    if mode in {"LA", "RGBA"}:
        made.putalpha(made.convert("L").point(lambda value: 255 - value))
    return made.convert(mode)


def check(path: Path, banded: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = whole(path, monkeypatch)
    assert not banded
    found = read(path)
    assert len(banded) > 3
    assert sum(banded) == SIZE[1]
    assert replace(found, image=expected.image) == expected
    np.testing.assert_array_equal(np.asarray(found.image), np.asarray(expected.image))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_png_in_bands_is_the_same(
    mode: str, photo: Image.Image, tmp_path: Path, banded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Keepsight"
    words = PngImagePlugin.PngInfo()
    words.add(b"tEXt", b"Comment\0said after the pixels", after_idat=True)
    more = {"transparency": 7} if mode == "P" else {}
    picture_in(mode, photo).save(tmp_path / "a.png", exif=exif, pnginfo=words, **more)
    check(tmp_path / "a.png", banded, monkeypatch)


@pytest.mark.parametrize(
    ("compression", "mode"),
    [
        *((None, mode) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "LAB")),
        *(("tiff_lzw", mode) for mode in ("L", "P", "RGB", "RGBA", "CMYK")),
        *(("jpeg", mode) for mode in ("L", "RGB", "CMYK")),
        ("tiff_adobe_deflate", "RGB"),
        ("packbits", "1"),
    ],
)
def test_a_tiff_in_bands_is_the_same(
    mode: str,
    compression: str | None,
    photo: Image.Image,
    tmp_path: Path,
    banded: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture_in(mode, photo).save(tmp_path / "a.tif", compression=compression, tiffinfo={271: "Keepsight", 278: 16})
    check(tmp_path / "a.tif", banded, monkeypatch)


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiles_are_read_row_by_row(
    order: str, photo: Image.Image, tmp_path: Path, banded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, side = np.asarray(picture_in("RGB", photo)), 64
    down, across = -(-SIZE[1] // side), -(-SIZE[0] // side)
    full = np.zeros((down * side, across * side, 3), np.uint8)
    full[: SIZE[1], : SIZE[0]] = made
    tiles = [
        full[row * side : (row + 1) * side, column * side : (column + 1) * side].tobytes()
        for row in range(down)
        for column in range(across)
    ]
    starts = [8 + number * side * side * 3 for number in range(len(tiles))]
    entries = {
        256: (4, (SIZE[0],)), 257: (4, (SIZE[1],)), 258: (3, (8, 8, 8)), 259: (3, (1,)), 262: (3, (2,)), 277: (3, (3,)),
        322: (4, (side,)), 323: (4, (side,)), 324: (4, tuple(starts)), 325: (4, (side * side * 3,) * len(tiles)),
    }  # fmt: skip
    end = 8 + len(tiles) * side * side * 3
    head = (b"II*\0" if order == "<" else b"MM\0*") + end.to_bytes(4, "little" if order == "<" else "big")
    (tmp_path / "a.tif").write_bytes(head + b"".join(tiles) + tiff_bands._directory(order, entries, end))
    check(tmp_path / "a.tif", banded, monkeypatch)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_cut_or_damaged_file_is_skipped_as_ever(
    name: str, photo: Image.Image, tmp_path: Path, banded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    picture_in("RGB", photo).save(
        path, **({"compression": "tiff_lzw", "tiffinfo": {278: 16}} if name == "a.tif" else {})
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(PhotoSkipped, match="damaged"):
        read(path)
    if name == "a.png":
        path.write_bytes(data[: len(data) // 2] + bytes(1000) + data[len(data) // 2 + 1000 :])
        with pytest.raises(PhotoSkipped, match="damaged"):
            read(path)


def test_what_cannot_be_cut_is_read_whole(
    photo: Image.Image, tmp_path: Path, banded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = Image.fromarray(np.asarray(picture_in("L", photo)).astype(np.uint16) * 257)
    deep.save(tmp_path / "deep.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    picture_in("RGB", photo).save(tmp_path / "turned.tif", exif=turned)
    for name in ("deep.png", "turned.tif"):
        assert read(tmp_path / name).size[0] > 0
    assert banded == []


@pytest.mark.parametrize(
    ("name", "options"), [("a.png", {}), ("a.tif", {"compression": "tiff_lzw", "tiffinfo": {278: 16}})]
)
def test_of_a_large_picture_a_part_is_in_memory_at_a_time(
    name: str, options: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 megapixels, which whole would take 240 MB and, as a TIFF, as much again for its decoder."""
    Image.new("RGB", (10_000, 6_000), (10, 200, 30)).save(tmp_path / name, **options)
    held: list[int] = []

    class Noting:
        def hold(self, amount: int) -> AbstractContextManager[None]:
            held.append(amount)
            return nullcontext()

    monkeypatch.setattr(ImageFile.ImageFile, "load", _small_only(ImageFile.ImageFile.load))
    with reading(tmp_path / name) as file:
        found = decode_here.view_from(file, max_side=400, memory=Noting())
    assert (found.width, found.height, found.data[:3]) == (400, 240, bytes((10, 200, 30)))
    assert sum(held) < 100 << 20


def _small_only(real: Callable[[ImageFile.ImageFile], object]) -> Callable[[ImageFile.ImageFile], object]:
    def load(image: ImageFile.ImageFile) -> object:
        assert image.width * image.height <= 3_000_000, "more than a band is decoded at once"
        return real(image)

    return load
