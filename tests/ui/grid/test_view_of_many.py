"""A grid of a hundred thousand photos fetches, holds and paints only what is near."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.grid.thumbnail_loader import BATCH
from tests.ui.grid.conftest import ManyPhotos, OpenGrid, found, wait_for_thumbnails

LARGE_LIBRARY = 100_000


def test_of_a_large_library_only_what_is_near_is_fetched_or_held(
    qtbot: QtBot, open_grid: OpenGrid, many: ManyPhotos
) -> None:
    grid = open_grid(range(LARGE_LIBRARY))
    visible = len(grid._visible_rows())
    assert set(range(visible)) <= set(many.all_asked)
    assert len(many.all_asked) < 3 * visible + BATCH
    assert threading.main_thread() not in many.threads
    assert grid.verticalScrollBar().maximum() > LARGE_LIBRARY / 5 * 170


def test_a_jump_to_the_end_asks_for_the_end_and_for_nothing_in_between(
    qtbot: QtBot, open_grid: OpenGrid, many: ManyPhotos
) -> None:
    grid = open_grid(range(LARGE_LIBRARY))
    many.asked.clear()
    bar = grid.verticalScrollBar()
    for step in range(1, 101):  # a drag through the whole library
        bar.setValue(bar.maximum() * step // 100)
        QApplication.processEvents()
    wait_for_thumbnails(qtbot, grid)
    assert many.all_asked
    assert min(many.all_asked[-30:]) > LARGE_LIBRARY - 100
    assert len(many.all_asked) < 2000
    assert LARGE_LIBRARY - 1 in many.all_asked


def test_painting_looks_at_visible_rows_only(
    open_grid: OpenGrid, monkeypatch: pytest.MonkeyPatch, many: ManyPhotos
) -> None:
    grid = open_grid(range(LARGE_LIBRARY))
    grid.verticalScrollBar().setValue(1_000_000)
    visible = grid._visible_rows()
    painted: set[int] = set()
    original = grid._delegate.paint

    def record(painter, option, index) -> None:  # type: ignore[no-untyped-def]
        painted.add(index.row())
        original(painter, option, index)

    monkeypatch.setattr(grid._delegate, "paint", record)
    asked = len(many.asked)
    grid.viewport().repaint()
    assert set(visible) <= painted
    assert len(painted) <= len(visible) + 2 * 5
    assert len(many.asked) == asked, "painting asks for nothing"


def test_a_fast_scroll_drops_what_it_has_passed(qtbot: QtBot, open_grid: OpenGrid, many: ManyPhotos) -> None:
    grid = open_grid(range(LARGE_LIBRARY), load=False)
    many.gate.clear()
    qtbot.waitUntil(lambda: bool(many.asked))
    for value in (100_000, 200_000, 300_000):
        grid.verticalScrollBar().setValue(value)
        qtbot.waitUntil(lambda: not grid._load_timer.isActive())
    many.gate.set()
    wait_for_thumbnails(qtbot, grid)
    between = [photo for photo in many.all_asked if BATCH <= photo < grid._visible_rows().start - 100]
    assert between == []


def test_a_changed_photo_is_painted_anew(qtbot: QtBot, open_grid: OpenGrid, many: ManyPhotos) -> None:
    grid = open_grid(range(20))
    before = grid.viewport().grab().toImage()
    many.missing = {3}
    grid.refresh_photos({3, 77_777})
    wait_for_thumbnails(qtbot, grid)
    after = grid.viewport().grab().toImage()
    assert before.copy(grid.visualRect(grid.model().index(3, 0))) != after.copy(
        grid.visualRect(grid.model().index(3, 0))
    )
    assert before.copy(grid.visualRect(grid.model().index(4, 0))) == after.copy(
        grid.visualRect(grid.model().index(4, 0))
    )


def test_a_hidden_grid_fetches_nothing_until_it_is_shown(qtbot: QtBot, open_grid: OpenGrid, many: ManyPhotos) -> None:
    grid = open_grid(range(10))
    grid.hide()
    many.asked.clear()
    grid.show_result(found(range(500, 510)))
    qtbot.wait(60)
    assert not many.asked
    grid.show()
    wait_for_thumbnails(qtbot, grid)
    assert set(many.all_asked) == set(range(500, 510))
