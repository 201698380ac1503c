"""Pictures that the imaging tests share."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop_app import imaging
from tests.fixtures.packets import exiftool  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def _set_up() -> None:
    """As the composition root does. Each test starts with pytest's own warning filters, so each needs it."""
    imaging.setup()


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """A real photo with fine detail, 741 x 500, RGB."""
    spec = importlib.util.find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    with Image.open(Path(spec.origin).parent / "data" / "motorcycle_left.png") as image:
        return image.convert("RGB")


@pytest.fixture(scope="session")
def large_photo(photo: Image.Image) -> Image.Image:
    """The same at 12 megapixels, 4001 x 2999: no side divides by a JPEG scale."""
    return photo.resize((4001, 2999), Image.Resampling.LANCZOS)


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Write an image to a file of this test: save(image, "a.jpg", quality=90)."""

    def write(image: Image.Image, name: str, **options: Any) -> Path:
        path = tmp_path / name
        image.save(path, **options)
        return path

    return write
