from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from desktop_app.imaging.colour import averaged, to_srgb
from desktop_app.imaging.decode import decode_view

Save = Callable[..., Path]


def shown(path: Path) -> np.ndarray:
    """The picture as decode_view gives it, [height, width, 3]."""
    view = decode_view(path, max_side=4096)
    assert len(view.data) == view.width * view.height * 3
    return np.frombuffer(view.data, np.uint8).reshape(view.height, view.width, 3)


def test_deep_grey_keeps_its_range(save: Save) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    grey = shown(save(Image.fromarray(ramp), "ramp.png"))
    assert grey[..., 0].ravel() == pytest.approx(np.arange(256), abs=1)
    assert (grey[..., 0] == grey[..., 1]).all()


@pytest.mark.parametrize(
    ("values", "black", "white"),
    [
        (np.array([[0, 4095]], np.uint16), 0, 255),
        (np.array([[0, 255]], np.uint16), 0, 255),
        (np.array([[0.0, 1.0]], np.float32), 0, 255),
        (np.array([[0.0, 255.0]], np.float32), 0, 255),
        (np.array([[-3000, 90_000]], np.int32), 0, 255),
        (np.array([[0.0, np.nan]], np.float32), 0, 0),
        (np.array([[7.5e9, 7.5e9]], np.float32), 0, 0),
    ],
)
def test_deep_grey_of_any_range(save: Save, values: np.ndarray, black: int, white: int) -> None:
    grey = shown(save(Image.fromarray(values), "deep.tif"))
    assert grey[0, :, 0].tolist() == [black, white]


@pytest.mark.parametrize(("mode", "fill"), [("RGBA", (10, 20, 30, 0)), ("LA", (10, 0))])
def test_transparent_parts_are_white(save: Save, mode: str, fill: tuple[int, ...]) -> None:
    assert (shown(save(Image.new(mode, (4, 4), fill), "clear.png")) == 255).all()


def test_half_transparent_is_mixed_with_white(save: Save) -> None:
    assert shown(save(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "half.png")) == pytest.approx(127, abs=1)


def test_a_palette_with_a_transparent_colour(save: Save) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([200, 0, 0, 0, 200, 0])
    image.putpixel((1, 0), 1)
    assert shown(save(image, "p.png", transparency=1)).tolist() == [[[200, 0, 0], [255, 255, 255]]]
    assert shown(save(image, "p.gif", transparency=1)).tolist() == [[[200, 0, 0], [255, 255, 255]]]


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "HSV", "I", "F", "I;16", "LA", "PA", "RGBA", "RGBX", "LAB"]
)
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = to_srgb(averaged(Image.new(mode, (6, 5)), 1), None)
    assert (image.mode, image.size) == ("RGB", (6, 5))


def test_cmyk_is_shown_in_its_colours(save: Save) -> None:
    cyan = shown(save(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "cyan.jpg", quality=95))
    assert cyan.mean(axis=(0, 1)) == pytest.approx([0, 255, 255], abs=4)


def test_lab_is_shown_in_its_colours(shared_nasty: Path, photo: Image.Image) -> None:
    """hopper.Lab.tif is the picture that hopper_gray.jpg has in grey."""
    lab = shown(shared_nasty / "hopper.Lab.tif").mean(axis=2)
    grey = shown(shared_nasty / "hopper_gray.jpg")[..., 0]
    assert np.corrcoef(lab.ravel(), grey.ravel())[0, 1] > 0.97


def wide_profile() -> bytes:
    """An RGB profile that is not sRGB: Lab's is the only other one that Pillow can make, so sRGB's primaries are swapped."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * data[131], 12)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = data[green + 4 : green + 12], data[red + 4 : red + 12]
    return bytes(data).replace(b"s\0R\0G\0B", b"s\0w\0a\0p")


def test_an_embedded_profile_is_applied(save: Save) -> None:
    path = save(Image.new("RGB", (8, 8), (250, 10, 10)), "swapped.png", icc_profile=wide_profile())
    assert shown(path)[0, 0].tolist() == pytest.approx([10, 250, 10], abs=3)


def test_an_srgb_profile_changes_nothing(save: Save, photo: Image.Image) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert (shown(save(photo, "srgb.png", icc_profile=srgb)) == np.asarray(photo)).all()


@pytest.mark.parametrize("profile", [b"", b"junk", wide_profile()[:200]])
def test_a_broken_profile_is_ignored(save: Save, photo: Image.Image, profile: bytes) -> None:
    assert (shown(save(photo, "broken.png", icc_profile=profile)) == np.asarray(photo)).all()


def test_a_profile_of_another_colour_space_is_ignored(save: Save) -> None:
    grey = Image.new("L", (4, 4), 77)
    assert (shown(save(grey, "grey.png", icc_profile=wide_profile())) == 77).all()
