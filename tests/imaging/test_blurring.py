"""Blurred pictures keep their size and colour, and nothing that could be read."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from desktop_app.imaging.blurring import blurred_jpeg, blurred_picture
from desktop_app.imaging.decode import RgbPicture


def stripes(width: int, height: int) -> Image.Image:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, (np.arange(width) // 4) % 2 == 0] = (250, 120, 20)
    return Image.fromarray(pixels)


def detail(image: Image.Image) -> float:
    return float(np.asarray(image.convert("L").filter(ImageFilter.FIND_EDGES), np.float32)[2:-2, 2:-2].mean())


@pytest.mark.parametrize("size", [(256, 160), (40, 256), (1, 1), (5, 3)])
def test_a_jpeg_keeps_its_size(size: tuple[int, int]) -> None:
    target = BytesIO()
    stripes(*size).save(target, "JPEG", quality=95)
    with Image.open(BytesIO(blurred_jpeg(target.getvalue()))) as blurred:
        assert blurred.size == size


def test_detail_goes_and_colour_stays() -> None:
    image = stripes(240, 160)
    blurred = blurred_picture(RgbPicture(240, 160, image.tobytes()))
    shown = Image.frombytes("RGB", (blurred.width, blurred.height), blurred.data)
    assert detail(shown) < 0.02 * detail(image)
    np.testing.assert_allclose(np.asarray(shown).mean(axis=(0, 1)), np.asarray(image).mean(axis=(0, 1)), atol=6)


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        blurred_jpeg(b"no picture")
