from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from desktop_app.domain.model import PixelSpec
from desktop_app.imaging import opening
from desktop_app.imaging.decode import THUMBNAIL_SIDE, decode_photo, decode_pixels, decode_view
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.identity import hash_file, stamp_of

Save = Callable[..., Path]
SPEC = PixelSpec()


@pytest.fixture(scope="session")
def open_clip_pixels() -> Callable[[Image.Image, PixelSpec], np.ndarray]:
    """What open_clip's own preprocessing makes of an image, before it is normalised: uint8 [size, size, 3]."""
    from desktop_app.ml.torch_setup import import_open_clip

    transform = import_open_clip().transform

    def preprocess(image: Image.Image, spec: PixelSpec) -> np.ndarray:
        steps = transform.image_transform(
            spec.size, is_train=False, mean=(0, 0, 0), std=(1, 1, 1),
            resize_mode=spec.resize, interpolation=spec.interpolation, fill_color=spec.fill,
        )  # fmt: skip
        return np.rint(steps(image).numpy().transpose(1, 2, 0) * 255).astype(np.uint8)

    return preprocess


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Mean-centred cosine similarity: how alike two pictures are to a model, whatever their brightness."""
    a, b = first.astype(float) - first.mean(), second.astype(float) - second.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def error(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference, of 255."""
    return float(np.abs(first.astype(float) - second.astype(float)).mean())


@pytest.mark.parametrize(
    "size", [(741, 500), (500, 741), (500, 500), (299, 448), (448, 299), (225, 700), (61, 58), (1, 9), (224, 224)]
)
@pytest.mark.parametrize("resize", ["shortest", "squash", "longest"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_the_geometry_is_open_clips(photo, save: Save, open_clip_pixels, size, resize, interpolation) -> None:
    spec = PixelSpec(resize=resize, interpolation=interpolation, fill=37)
    image = photo.resize(size)
    found = decode_pixels(save(image, "a.png"), spec)
    expected = open_clip_pixels(image, spec)
    assert found.shape == expected.shape == (224, 224, 3)
    # Cropping before the resize may let Pillow turn its two 8-bit passes round: a level here and there, no shift.
    assert error(found, expected) < 0.5
    assert cosine(found, expected) > 0.9999


@pytest.mark.parametrize(
    "spec", [SPEC, PixelSpec(resize="squash"), PixelSpec(resize="longest"), PixelSpec(size=384), PixelSpec(size=448)]
)
@pytest.mark.parametrize("orientation", [1, 6, 3])
def test_a_reduced_decode_is_as_good_as_a_full_one(
    large_photo, save: Save, open_clip_pixels, spec, orientation
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(large_photo, "large.jpg", quality=92, exif=exif)
    with Image.open(path) as image:
        expected = open_clip_pixels(ImageOps.exif_transpose(image), spec)
    for found in (decode_photo(path, spec).pixels, decode_pixels(path, spec)):
        assert cosine(found, expected) >= 0.995
        assert error(found, expected) < 2.0


@pytest.mark.parametrize("name", ["empty_gps.jpg", "corrupted.jpg", "IMG_5195.HEIC", "balloon.tif"])
def test_real_large_photos_too(shared_nasty: Path, tmp_path: Path, open_clip_pixels, name: str) -> None:
    path = shared_nasty / name
    if name == "balloon.tif":  # JPEG 2000 is not read; its pixels, as a TIFF, are averaged in blocks instead of drafted
        path = tmp_path / name
        with Image.open(shared_nasty / "balloon.jp2") as image:
            image.convert("RGB").save(path)
    view = decode_view(path, max_side=99_999)
    full = Image.frombytes("RGB", (view.width, view.height), view.data)
    found, expected = decode_photo(path, SPEC).pixels, open_clip_pixels(full, SPEC)
    assert cosine(found, expected) >= 0.995
    assert error(found, expected) < 2.0


def test_everything_comes_from_one_reading(photo, save: Save) -> None:
    path = save(photo, "a.png")
    decoded = decode_photo(path, SPEC)
    assert decoded.stamp == stamp_of(path)
    assert decoded.content_hash == hash_file(path)
    assert (decoded.file_format, decoded.width, decoded.height) == ("PNG", 741, 500)
    assert decoded.pixels.dtype == np.uint8
    assert decode_photo(path, SPEC, content_hash=decoded.content_hash).content_hash == decoded.content_hash


@pytest.mark.parametrize(
    ("size", "expected"),
    [((741, 500), (256, 173)), ((30, 20), (30, 20)), ((1, 5000), (1, 256)), ((256, 256), (256, 256))],
)
def test_thumbnails_are_small_jpegs(photo, save: Save, size, expected) -> None:
    thumbnail = decode_photo(save(photo.resize(size), "a.png"), SPEC).thumbnail
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", expected)
    assert max(expected) <= THUMBNAIL_SIDE


def test_a_thumbnail_shows_the_photo(photo, save: Save) -> None:
    with Image.open(io.BytesIO(decode_photo(save(photo, "a.png"), SPEC).thumbnail)) as image:
        assert cosine(np.asarray(image), np.asarray(photo.resize(image.size))) > 0.99


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif", "avif"])
def test_orientation_is_honoured(photo, save: Save, orientation: int, extension: str) -> None:
    """Pictures stored in all eight ways come out as the same upright one."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that stores it as this orientation says
    stored = photo.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else photo
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode_photo(save(stored, f"a.{extension}", exif=exif), SPEC)
    assert (decoded.width, decoded.height) == photo.size
    upright = decode_photo(save(photo, "upright.png"), SPEC)
    assert cosine(decoded.pixels, upright.pixels) > 0.99
    with Image.open(io.BytesIO(decoded.thumbnail)) as image:
        assert image.size == (256, 173)


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("Landscape_[0-9].jpg", "Landscape_3.jpg"),
        ("portrait_[0-9].jpg", "portrait_2.jpg"),
        ("hopper_orientation_[0-9].jpg", "hopper_orientation_2.jpg"),
        ("hopper_orientation_[0-9].webp", "hopper_orientation_2.webp"),
    ],
)
def test_orientation_of_real_files(shared_nasty: Path, pattern: str, reference: str) -> None:
    expected = decode_photo(shared_nasty / reference, SPEC)
    paths = sorted(shared_nasty.glob(pattern))
    assert len(paths) >= 3
    for path in paths:
        decoded = decode_photo(path, SPEC)
        assert (decoded.width, decoded.height) == (expected.width, expected.height)
        assert cosine(decoded.pixels, expected.pixels) > 0.95, path.name


@pytest.mark.parametrize("max_side", [50, 320, 2000, 4001, 90_000])
def test_a_view_fits_what_was_asked(large_photo, save: Save, max_side: int) -> None:
    view = decode_view(save(large_photo, "a.jpg", quality=90), max_side=max_side)
    assert max(view.width, view.height) == min(max_side, 4001)
    assert view.height == round(view.width * 2999 / 4001)
    shown = Image.frombytes("RGB", (view.width, view.height), view.data)
    assert cosine(np.asarray(shown), np.asarray(large_photo.resize(shown.size))) > 0.98


@pytest.mark.parametrize(("extension", "options"), [("gif", {}), ("webp", {}), ("png", {}), ("tif", {})])
def test_the_first_frame_of_an_animation(save: Save, extension: str, options) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    path = save(frames[0], f"a.{extension}", save_all=True, append_images=frames[1:], **options)
    assert decode_photo(path, SPEC).pixels[112, 112].tolist() == pytest.approx([255, 0, 0], abs=12)


def test_content_counts_not_the_name(photo, save: Save, tmp_path: Path) -> None:
    path = save(photo, "a.png").rename(tmp_path / "a.heic")
    assert decode_photo(path, SPEC).file_format == "PNG"
    assert decode_photo(path.rename(tmp_path / "nameless"), SPEC).file_format == "PNG"


def test_a_cut_file_is_skipped(photo, save: Save) -> None:
    path = save(photo, "a.jpg")
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(PhotoSkipped) as skipped:
        decode_photo(path, SPEC)
    assert skipped.value.reason == "The file is damaged: it ends too early"
    assert not skipped.value.transient


def grow_while_decoding(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let another program add to the file as soon as decoding has begun."""
    whole = opening._image_class

    def and_grow(file_format: str):
        with path.open("ab") as stream:
            stream.write(b"more")
        return whole(file_format)

    monkeypatch.setattr(opening, "_image_class", and_grow)


@pytest.mark.parametrize("cut", [False, True])
def test_a_file_that_changes_while_it_is_read_is_tried_again(photo, save: Save, monkeypatch, cut: bool) -> None:
    path = save(photo, "a.jpg")
    if cut:
        path.write_bytes(path.read_bytes()[:9000])
    grow_while_decoding(monkeypatch, path)
    with pytest.raises(PhotoSkipped) as skipped:
        decode_photo(path, SPEC)
    assert skipped.value.reason == "The file is still being written"
    assert skipped.value.transient


def test_a_raw_file_is_not_shown_by_its_tiny_preview(photo, save: Save, tmp_path: Path) -> None:
    path = save(photo.resize((160, 120)), "a.tif").rename(tmp_path / "a.nef")
    with pytest.raises(PhotoSkipped, match="a kind of camera raw file that LibRaw does not know"):
        decode_photo(path, SPEC)
    renamed = save(photo.resize((160, 120)), "b.tif", tiffinfo={50706: b"\1\4\0\0"})
    with pytest.raises(PhotoSkipped, match="a kind of camera raw file that LibRaw does not know"):
        decode_photo(renamed, SPEC)


@pytest.mark.parametrize(
    ("name", "content", "reason", "is_photo"),
    [
        ("a.jpg", b"", "The file is empty", True),
        ("a.txt", b"", "The file is empty", False),
        ("a.txt", b"hello", "This is text, not a photo", False),
        ("a.jpg", b"hello", "This is text, not a photo", True),
        ("a.jpg", bytes(900), "The file is damaged: its content is not a picture's", True),
        ("a.mp4", b"", "The file is empty", True),
        ("a.mp4", b"hello", "This is text, not a video", True),
        ("a.MOV", bytes(900), "The file is damaged: its content is not a video's", True),
        ("a.dat", bytes(900), "This is not a photo", False),
        ("a.jxl", b"\xff\x0a" + bytes(90), "The file is damaged and cannot be read", True),
        ("a.mov", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "The file is damaged and cannot be read", True),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(90), "The file is damaged and cannot be read", True),
    ],
)
def test_reasons(tmp_path: Path, name: str, content: bytes, reason: str, is_photo: bool) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for read in (
        lambda: decode_photo(path, SPEC),
        lambda: decode_pixels(path, SPEC),
        lambda: decode_view(path, max_side=9),
    ):
        with pytest.raises(PhotoSkipped) as skipped:
            read()
        assert (skipped.value.reason, skipped.value.is_photo) == (reason, is_photo)
        assert not skipped.value.transient


def test_a_claim_of_gigapixels_is_refused_by_the_header(save: Save) -> None:
    path = save(Image.new("1", (8, 8)), "a.png")
    content = bytearray(path.read_bytes())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(PhotoSkipped, match="Too large to open safely: 10,000 megapixels"):
        decode_photo(path, SPEC)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    with pytest.raises(PhotoSkipped, match="This is not a file"):
        decode_photo(tmp_path / "a.jpg", SPEC)


def test_folders_and_files_that_are_gone(tmp_path: Path) -> None:
    with pytest.raises(PhotoSkipped, match="This is a folder"):
        decode_photo(tmp_path, SPEC)
    with pytest.raises(PhotoSkipped, match="no longer there") as skipped:
        decode_photo(tmp_path / "gone.jpg", SPEC)
    assert skipped.value.transient


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_without_permission_is_worth_another_try(photo, save: Save) -> None:
    path = save(photo, "a.jpg")
    path.chmod(0)
    with pytest.raises(PhotoSkipped, match="not allowed") as skipped:
        decode_photo(path, SPEC)
    assert skipped.value.transient


def test_an_error_of_the_drive_is_not_the_files_fault(photo, save: Save, monkeypatch) -> None:
    path = save(photo, "a.jpg")

    def failing(file_format: str):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(opening, "_image_class", failing)
    with pytest.raises(PhotoSkipped, match="could not be read: Input/output error") as skipped:
        decode_photo(path, SPEC)
    assert skipped.value.transient


def test_many_threads_at_once(sample_photos: Path) -> None:
    paths = sorted(sample_photos.iterdir()) * 4
    expected = {path: decode_photo(path, SPEC) for path in set(paths)}
    start = threading.Barrier(6)

    def decode(path: Path):
        if not start.broken:
            start.wait(10)
        return decode_photo(path, SPEC)

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(decode, paths[: len(paths) // 6 * 6]))
    for path, decoded in zip(paths, results, strict=False):
        assert (decoded.pixels == expected[path].pixels).all()
        assert decoded.thumbnail == expected[path].thumbnail
        assert decoded.metadata == expected[path].metadata


def test_a_view_of_a_huge_picture_comes_smaller(save: Save) -> None:
    image = Image.new("1", (9000, 6000))
    image.paste(1, (0, 0, 4500, 6000))
    view = decode_view(save(image, "a.png"), max_side=9000)
    assert (view.width, view.height) == (4500, 3000)
    shown = np.frombuffer(view.data, np.uint8).reshape(3000, 4500, 3)
    assert (shown[:, :2249] == 255).all()
    assert (shown[:, 2251:] == 0).all()
