"""The grid over a real library of real photos."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.domain.query import Query
from desktop_app.services.services import Services
from desktop_app.ui.grid.view import PhotoGridView
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme
from tests.fixtures.libraries import SMALL_PHOTOS
from tests.ui.grid.conftest import found, wait_for_thumbnails


@pytest.fixture
def grid(qtbot: QtBot, services: Services, tasks: Tasks) -> PhotoGridView:
    made = PhotoGridView(services, tasks, Theme.dark())
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.show_result(services.searching.search(Query()))
    wait_for_thumbnails(qtbot, made)
    return made


def test_every_photo_of_the_library_has_its_picture_and_name(grid: PhotoGridView) -> None:
    assert grid.photo_count() == SMALL_PHOTOS
    names = {grid.model().index(row, 0).data() for row in range(SMALL_PHOTOS)}
    assert names == {f"photo_{number:02d}.jpg" for number in range(SMALL_PHOTOS)}
    for photo in grid.photo_ids():
        cell = grid._loader.cell(photo)
        assert cell is not None
        assert cell.picture is not None
        assert max(cell.picture.width(), cell.picture.height()) <= cell.made_for.side
        assert cell.summary is not None
        assert not cell.summary.missing


def test_pictures_are_the_photos_of_their_ids(grid: PhotoGridView, services: Services) -> None:
    for photo in grid.photo_ids()[:4]:
        cell = grid._loader.cell(photo)
        assert cell is not None
        assert cell.picture is not None
        picture = services.viewing.picture(photo, max_side=64)
        expected = [sum(picture.data[part::3]) / len(picture.data[part::3]) for part in range(3)]
        image = cell.picture.toImage()
        colours = [
            image.pixelColor(x, y) for x in range(6, image.width() - 6, 5) for y in range(6, image.height() - 6, 5)
        ]
        actual = [sum(part(colour) for colour in colours) / len(colours) for part in (_red, _green, _blue)]
        assert all(abs(one - other) < 15 for one, other in zip(actual, expected, strict=True))


def _red(colour) -> int:  # type: ignore[no-untyped-def]
    return colour.red()


def _green(colour) -> int:  # type: ignore[no-untyped-def]
    return colour.green()


def _blue(colour) -> int:  # type: ignore[no-untyped-def]
    return colour.blue()


def test_a_ranked_search_shows_the_best_first_with_probabilities(
    qtbot: QtBot, grid: PhotoGridView, services: Services
) -> None:
    result = services.searching.search(Query(text="a cat"))
    grid.show_result(result)
    wait_for_thumbnails(qtbot, grid)
    assert grid.photo_ids() == result.photo_ids.tolist()
    assert "% match" in grid.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_photo_that_is_no_longer_in_the_library_is_a_bare_cell(qtbot: QtBot, grid: PhotoGridView) -> None:
    grid.show_result(found([*grid.photo_ids(), 987_654]))
    wait_for_thumbnails(qtbot, grid)
    cell = grid._loader.cell(987_654)  # type: ignore[arg-type]
    assert cell is not None
    assert (cell.summary, cell.picture) == (None, None)
    grid.viewport().grab()
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.selected_ids() == [987_654]
