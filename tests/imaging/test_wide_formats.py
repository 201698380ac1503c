"""Formats beyond the everyday ones, each made here: what they show, how large they are, what is written in them."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import numpy as np
import pylibjxl
import pytest
from PIL import Image, ImageCms

from desktop_app.domain.model import PixelSpec
from desktop_app.imaging import decode, decode_here
from desktop_app.imaging.decoded import DecodedPhoto
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.limits import MemoryBudget
from desktop_app.imaging.opening import reading
from tests.fixtures.formats import write_dng, write_psd, write_video

SPEC = PixelSpec()
MEMORY = MemoryBudget(1 << 30)


def decoded(path: Path) -> DecodedPhoto:
    with reading(path) as file:
        return decode_here.photo_from(file, SPEC, content_hash=None, memory=MEMORY)


def seen(path: Path, max_side: int = 2000) -> np.ndarray:
    with reading(path) as file:
        view = decode_here.view_from(file, max_side=max_side, memory=MEMORY)
    return np.frombuffer(view.data, np.uint8).reshape(view.height, view.width, 3)


def off(path: Path, image: Image.Image) -> float:
    """The mean difference from what should be seen, grey levels."""
    return float(np.abs(seen(path).astype(int) - np.asarray(image.convert("RGB")).astype(int)).mean())


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize(("depth", "packed", "large"), [(8, False, False), (8, True, True), (16, True, False)])
def test_photoshop_composites(
    photo: Image.Image, tmp_path: Path, mode: str, depth: int, packed: bool, large: bool
) -> None:
    image = photo.convert(mode)
    path = write_psd(tmp_path / "a.psd", image, depth=depth, packed=packed, large=large)
    assert off(path, image) < 0.5
    assert (decoded(path).width, decoded(path).height) == photo.size


def test_a_photoshop_documents_transparency_is_white(photo: Image.Image, tmp_path: Path) -> None:
    image = photo.convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert (seen(write_psd(tmp_path / "a.psd", image)) == 255).all()


def test_a_photoshop_documents_profile_counts(photo: Image.Image, tmp_path: Path) -> None:
    lab_to_srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert off(write_psd(tmp_path / "a.psd", photo, icc=lab_to_srgb), photo) < 0.5


@pytest.mark.parametrize("cut", [10, 30, 60, 0.5, -1])
def test_cut_photoshop_documents_are_skipped(photo: Image.Image, tmp_path: Path, cut: float) -> None:
    whole = write_psd(tmp_path / "a.psd", photo).read_bytes()
    path = tmp_path / "b.psd"
    path.write_bytes(whole[: int(len(whole) * cut)] if 0 < cut < 1 else whole[: int(cut)])
    with pytest.raises(PhotoSkipped, match="damaged"):
        decoded(path)


def test_raw_without_a_preview_is_developed(tmp_path: Path) -> None:
    photo = decoded(write_dng(tmp_path / "a.dng", (640, 480)))
    assert (photo.file_format, photo.width, photo.height) == ("CAMERA RAW", 640, 480)
    left, right = photo.pixels[112, 40].astype(int), photo.pixels[112, 190].astype(int)
    assert left[0] > left[2] + 100
    assert right[2] > right[0] + 100
    assert photo.metadata.camera == "Keepsight Test Camera"
    assert photo.metadata.taken_at is not None
    assert photo.metadata.taken_at.year == 2021


def test_raw_with_a_large_preview_is_shown_by_it(photo: Image.Image, tmp_path: Path) -> None:
    preview = photo.resize((640, 480))
    assert off(write_dng(tmp_path / "a.dng", (640, 480), preview=preview), preview) < 6


def test_a_tiny_preview_does_not_stand_for_the_photo(photo: Image.Image, tmp_path: Path) -> None:
    found = decoded(write_dng(tmp_path / "a.dng", (640, 480), preview=photo.resize((64, 48)), orientation=6))
    assert (found.width, found.height) == (480, 640)
    # Turned clockwise, the left half is above.
    assert found.pixels[40, 112, 0] > 200
    assert found.pixels[190, 112, 2] > 200


def test_raw_is_told_by_content_not_name(photo: Image.Image, tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.dng", (640, 480), preview=photo.resize((640, 480))).rename(tmp_path / "a.tif")
    assert decoded(path).file_format == "CAMERA RAW"
    photo.save(tmp_path / "real.tif")
    assert decoded(tmp_path / "real.tif").file_format == "TIFF"


@pytest.mark.parametrize("lossless", [False, True])
def test_jpeg_xl(photo: Image.Image, tmp_path: Path, lossless: bool) -> None:
    path = tmp_path / "a.jxl"
    path.write_bytes(pylibjxl.encode(np.asarray(photo), lossless=lossless, distance=0.0 if lossless else 1.0, effort=1))
    assert off(path, photo) < (0.01 if lossless else 4)
    assert decoded(path).file_format == "JPEG XL"


@pytest.mark.parametrize(("name", "mode"), [("a.jp2", "RGB"), ("a.jp2", "L"), ("a.qoi", "RGB"), ("a.qoi", "RGBA")])
def test_jpeg_2000_and_qoi(photo: Image.Image, tmp_path: Path, name: str, mode: str) -> None:
    photo.convert(mode).save(tmp_path / name)
    assert off(tmp_path / name, photo.convert(mode)) < 3


COLOURS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40), (40, 200, 200), (200, 40, 200)]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi"])
def test_videos(tmp_path: Path, name: str) -> None:
    video = decoded(write_video(tmp_path / name, COLOURS))
    assert video.duration_seconds == pytest.approx(6, abs=0.2)
    assert (video.width, video.height) == (320, 240)
    assert [moment.second for moment in video.moments] == pytest.approx([1, 4], abs=0.11)
    for moment, colour in zip(video.moments, (COLOURS[1], COLOURS[4]), strict=True):
        assert np.abs(moment.pixels.mean(axis=(0, 1)) - colour).max() < 30
    assert Image.open(io.BytesIO(video.thumbnail)).size == (256, 192)


def test_what_a_phone_writes_into_a_video(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.mp4", COLOURS[:1], creation_time="2020-01-02T03:04:05Z", location="+52.5163+013.3777/"
    )
    metadata = decoded(path).metadata
    assert metadata.taken_at is not None
    assert metadata.taken_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert (metadata.latitude, metadata.longitude) == (52.5163, 13.3777)


def test_a_poster_shows_something(tmp_path: Path) -> None:
    """Not the black second that many films begin with."""
    path = write_video(tmp_path / "a.mp4", [(0, 0, 0)] * 3 + [COLOURS[1]] * 3)
    assert decoded(path).pixels[..., 1].mean() > 100


@pytest.mark.parametrize(("name", "share"), [("a.mkv", 0.9), ("a.avi", 0.5), ("a.ts", 0.5)])
def test_a_cut_video_is_read_as_far_as_it_goes(tmp_path: Path, name: str, share: float) -> None:
    path = write_video(tmp_path / name, COLOURS)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert decoded(path).moments


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_video_that_is_cut_before_its_pictures_is_skipped(tmp_path: Path, name: str) -> None:
    path = write_video(tmp_path / name, COLOURS)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 50])
    with pytest.raises(PhotoSkipped, match="damaged"):
        decoded(path)


def test_a_video_by_another_name_and_a_song(tmp_path: Path) -> None:
    video = shutil.copy(write_video(tmp_path / "a.mp4", COLOURS[:2]), tmp_path / "b.jpg")
    assert decoded(Path(video)).moments


@pytest.mark.parametrize(
    ("mark", "expected"), [(b'GCamera:MotionPhoto="1"', True), (b'GCamera:MotionPhoto="0"', False)]
)
def test_motion_photos_are_told(photo: Image.Image, tmp_path: Path, mark: bytes, expected: bool) -> None:
    path = tmp_path / "a.jpg"
    photo.save(path, xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf ' + mark + b"/></x:xmpmeta>")
    assert decoded(path).motion is expected


@pytest.mark.parametrize("package", ["rawpy", "av", "pylibjxl", "pi_heif"])
def test_a_missing_decoder_is_named_with_the_way_to_get_it(
    photo: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    files = {
        "rawpy": lambda: write_dng(tmp_path / "a.dng", (64, 64)),
        "av": lambda: write_video(tmp_path / "a.avi", COLOURS[:1]),
        "pylibjxl": lambda: _written(tmp_path / "a.jxl", b"\xff\x0a" + bytes(100)),
        "pi_heif": lambda: _written(tmp_path / "a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)),
    }
    path = files[package]()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PhotoSkipped, match=rf"need the package {package.replace('_', '-')}.*pip install") as skipped:
        decoded(path)
    assert not skipped.value.transient


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.avi"])
def test_a_video_is_shown_at_each_of_its_moments(tmp_path: Path, name: str) -> None:
    path = write_video(tmp_path / name, [(200, 40, 40), (40, 200, 40), (40, 40, 200)], seconds=3)
    moments = decode.decode_moments(path, SPEC)
    assert len(moments) >= 3
    for moment in moments:
        view = decode.decode_view(path, max_side=320, second=moment.second)
        shown = np.frombuffer(view.data, np.uint8).reshape(view.height, view.width, 3).mean(axis=(0, 1))
        assert np.abs(shown - moment.pixels.mean(axis=(0, 1))).max() < 8, moment.second
    # Between key frames, and after the end.
    between = decode.decode_view(path, max_side=320, second=7.5)
    assert np.frombuffer(between.data, np.uint8).reshape(-1, 3).mean(axis=0).argmax() == 2
    assert decode.decode_view(path, max_side=320, second=99.0).width == 320
