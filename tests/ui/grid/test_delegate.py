"""What a cell looks like, by its pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui import icons
from desktop_app.ui.grid.badges import Badge, badge_of, curation_marks
from desktop_app.ui.grid.delegate import PhotoDelegate, picture_area
from desktop_app.ui.grid.model import PhotoGridModel
from desktop_app.ui.grid.thumbnail import ThumbnailSize, render_thumbnail
from desktop_app.ui.grid.thumbnail_loader import Cell
from desktop_app.ui.theme import Theme
from tests.ui.grid.conftest import plain_jpeg

BLUE = QColor(30, 60, 200)
SQUARE = QRect(20, 20, 160, 160)
State = QStyle.StateFlag


def summary(*, missing: bool = False) -> PhotoSummary:
    return PhotoSummary(PhotoId(1), "harbour.jpg", 4000, 3000, None, missing=missing)


def loaded(*, missing: bool = False) -> Cell:
    size = ThumbnailSize(160)
    return Cell(summary(missing=missing), QPixmap.fromImage(render_thumbnail(plain_jpeg(BLUE), size)), size)


def painted(
    cell: Cell | None, theme: Theme, state: State = State.State_Enabled, *, probability: float | None = None
) -> QImage:
    """A cell of 160 pixels in a picture of 200, on the ground that the grid paints it on."""
    model = PhotoGridModel(lambda _photo: cell.summary if cell else None)
    model.set_result(np.array([1]), None if probability is None else np.array([probability], dtype=np.float32))
    delegate = PhotoDelegate(lambda _photo: cell, theme)
    delegate.show_probabilities = True
    option = QStyleOptionViewItem()
    option.rect = SQUARE
    option.state = state
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.surface))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return image


def near(image: QImage, at: QPoint, colour: QColor, tolerance: int = 14) -> bool:
    pixel = image.pixelColor(at)
    parts = zip(pixel.getRgb()[:3], colour.getRgb()[:3], strict=True)  # type: ignore[arg-type]
    return all(abs(one - other) <= tolerance for one, other in parts)


@pytest.fixture(params=[Theme.light(), Theme.dark()], ids=["light", "dark"])
def theme(request: pytest.FixtureRequest, qtbot: QtBot) -> Theme:
    return request.param


# The photo of 4:3 lies centred: 20 pixels above and below it belong to the ground.
MIDDLE, ABOVE, RING = QPoint(100, 100), QPoint(100, 26), QPoint(100, 40 - 4)


def test_a_photo_lies_centred_on_the_ground(theme: Theme) -> None:
    image = painted(loaded(), theme)
    assert near(image, MIDDLE, BLUE)
    assert near(image, ABOVE, QColor(theme.surface))
    assert near(image, RING, QColor(theme.surface))


def test_a_selected_photo_has_a_ring_in_the_accent_colour(theme: Theme) -> None:
    image = painted(loaded(), theme, State.State_Selected)
    assert near(image, RING, QColor(theme.accent), 40)
    assert near(image, QPoint(100, 39), QColor(theme.surface), 60), "there is room between the photo and its ring"


def test_the_focus_is_seen_without_a_selection(theme: Theme) -> None:
    assert painted(loaded(), theme, State.State_HasFocus) != painted(loaded(), theme)


def test_a_photo_on_its_way_is_a_quiet_square(theme: Theme) -> None:
    image = painted(None, theme)
    assert not near(image, MIDDLE, QColor(theme.surface), 2)
    assert image.pixelColor(MIDDLE) == image.pixelColor(QPoint(30, 170)), "one even colour"


def test_a_photo_without_a_thumbnail_is_told_from_one_on_its_way(theme: Theme) -> None:
    assert painted(Cell(summary(), None, ThumbnailSize(160)), theme) != painted(None, theme)


def test_a_missing_photo_is_dimmed_and_marked(theme: Theme) -> None:
    plain, missing = painted(loaded(), theme), painted(loaded(missing=True), theme)
    middle = missing.pixelColor(MIDDLE)
    assert not near(missing, MIDDLE, BLUE, 40)
    ground = QColor(theme.surface)
    assert abs(middle.blue() - ground.blue()) < abs(plain.pixelColor(MIDDLE).blue() - ground.blue())
    assert near(missing, QPoint(20 + 6 + 5, 40 + 6 + 12), ground, 30), "the mark has a ground of its own"


def test_the_name_is_shown_under_the_pointer(theme: Theme) -> None:
    bottom = QRect(20, 130, 160, 30)
    plain, hovered = painted(loaded(), theme), painted(loaded(), theme, State.State_MouseOver)
    dark = sum(hovered.pixelColor(x, 148).lightness() < 60 for x in range(bottom.left(), bottom.right()))
    assert dark > 20
    assert plain.copy(bottom) != hovered.copy(bottom)


def test_a_probability_is_shown_in_a_ranked_list(theme: Theme) -> None:
    badge = QRect(130, 44, 50, 26)
    assert painted(loaded(), theme, probability=0.8).copy(badge) != painted(loaded(), theme).copy(badge)
    assert painted(loaded(), theme, probability=0.8).copy(badge) != painted(loaded(), theme, probability=0.3).copy(
        badge
    )


@pytest.mark.parametrize(
    ("what", "moment", "text", "plays"),
    [
        ({"duration_seconds": 83.0}, None, "1:23", True),
        ({"duration_seconds": 83.0}, 42.5, "0:42 of 1:23", True),
        ({"badge": "RAW + JPEG", "stacked": 2}, None, "RAW + JPEG", False),
        ({"badge": "9 in burst", "stacked": 9}, None, "9 in burst", False),
    ],
)
def test_videos_and_stacks_have_a_badge(
    theme: Theme, what: dict[str, Any], moment: float | None, text: str, plays: bool
) -> None:
    cell = replace(loaded(), summary=replace(summary(), **what))
    assert cell.summary is not None
    assert badge_of(cell.summary, moment) == Badge(text, plays)
    corner = QRect(26, 46, 90, 20)
    assert painted(cell, theme).copy(corner) != painted(loaded(), theme).copy(corner)


def test_a_plain_photo_has_no_badge() -> None:
    assert badge_of(summary(), None) is None


def test_stars_and_the_heart_lie_in_the_lower_right_corner_and_the_name_beside_them(theme: Theme) -> None:
    corner, left = QRect(120, 134, 60, 26), QRect(20, 134, 60, 26)
    cell = loaded()
    said = Cell(replace(summary(), rating=3, favourite=True), cell.picture, cell.made_for)
    assert painted(said, theme).copy(corner) != painted(cell, theme).copy(corner)
    assert painted(said, theme).copy(left) == painted(cell, theme).copy(left)
    named = painted(said, theme, State.State_MouseOver)
    assert named.copy(left) != painted(said, theme).copy(left)
    assert curation_marks(replace(summary(), rating=3, favourite=True)) == "★★★ ♥"
    assert curation_marks(summary()) == ""


def test_a_picture_of_another_size_is_painted_as_large_as_it_should_be(qtbot: QtBot) -> None:
    assert picture_area(SQUARE, loaded()) == QRect(20, 40, 160, 120)
    half = ThumbnailSize(80)
    small = Cell(summary(), QPixmap.fromImage(render_thumbnail(plain_jpeg(BLUE), half)), half)
    assert picture_area(SQUARE, small) == QRect(20, 40, 160, 120)


def test_painting_reads_no_file(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened while painting")

    model = PhotoGridModel(lambda _photo: summary(missing=True))
    model.set_result(np.array([1, 2]), np.array([0.5, 0.4], dtype=np.float32))
    cells = {1: loaded(missing=True), 2: Cell(summary(), None, ThumbnailSize(160))}
    icons._source.cache_clear()
    delegate = PhotoDelegate(cells.get, theme)  # type: ignore[arg-type]
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_text", refuse)
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    option = QStyleOptionViewItem()
    option.rect = SQUARE
    option.state = State.State_Selected | State.State_MouseOver | State.State_HasFocus
    for row in range(2):
        delegate.paint(painter, option, model.index(row, 0))
    painter.end()
