"""A thumbnail becomes a picture of the wanted size with round corners."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from desktop_app.ui.grid.thumbnail import ThumbnailSize, render_thumbnail, scaled_size
from tests.ui.grid.conftest import plain_jpeg

RED = QColor(200, 20, 20)


@pytest.mark.parametrize(
    ("stored", "wanted", "expected"),
    [
        (QSize(256, 192), ThumbnailSize(128), QSize(128, 96)),
        (QSize(192, 256), ThumbnailSize(320), QSize(240, 320)),
        (QSize(256, 256), ThumbnailSize(640, 2.0), QSize(640, 640)),
        (QSize(256, 1), ThumbnailSize(100), QSize(100, 1)),
        # A photo of 40 by 30 pixels is not blown up, except to the screen's density.
        (QSize(40, 30), ThumbnailSize(176), QSize(40, 30)),
        (QSize(40, 30), ThumbnailSize(352, 2.0), QSize(80, 60)),
        (QSize(40, 30), ThumbnailSize(20), QSize(20, 15)),
    ],
)
def test_it_fills_the_cell_but_small_photos_stay_small(stored: QSize, wanted: ThumbnailSize, expected: QSize) -> None:
    assert scaled_size(stored, wanted) == expected


def test_the_corners_are_round_and_the_rest_is_the_photo() -> None:
    picture = render_thumbnail(plain_jpeg(RED), ThumbnailSize(160))
    assert picture.size() == QSize(160, 120)
    for x, y in ((0, 0), (159, 0), (0, 119), (159, 119)):
        assert picture.pixelColor(x, y).alpha() < 60
    for x, y in ((80, 60), (80, 0), (0, 60), (159, 60), (80, 119)):
        pixel = picture.pixelColor(x, y)
        assert pixel.alpha() == 255
        assert abs(pixel.red() - RED.red()) < 12


def test_bytes_that_are_no_picture_give_none() -> None:
    assert render_thumbnail(b"not a JPEG", ThumbnailSize(160)).isNull()
