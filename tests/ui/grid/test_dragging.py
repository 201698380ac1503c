"""Photos are dragged out of the grid without losing the selection they belong to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.grid.dragging import photos_as_mime, photos_in_mime
from tests.ui.grid.conftest import OpenGrid
from tests.ui.grid.test_view import centre

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def drags(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What was dragged: a drag of the system's own would wait for a real pointer."""
    carried: list[list[int]] = []
    monkeypatch.setattr(QDrag, "exec", lambda drag: carried.append(photos_in_mime(drag.mimeData())))
    return carried


def test_photos_travel_by_their_numbers() -> None:
    assert photos_in_mime(photos_as_mime([3, 1, 2])) == [3, 1, 2]  # type: ignore[list-item]
    assert photos_in_mime(photos_as_mime([])) == []


def test_a_drag_takes_the_whole_selection_and_a_click_only_one(open_grid: OpenGrid, drags: list[list[int]]) -> None:
    grid = open_grid(range(100, 150))
    ids = grid.photo_ids()
    area, far = grid.viewport(), QPoint(QApplication.startDragDistance() * 2, 0)
    grid.select(ids[:3])
    QTest.mousePress(area, LEFT, NONE, centre(grid, 1))
    QTest.mouseMove(area, centre(grid, 1) + QPoint(1, 0))
    assert drags == [], "a hand is never quite still"
    QTest.mouseMove(area, centre(grid, 1) + far)
    QTest.mouseRelease(area, LEFT, NONE, centre(grid, 1) + far)
    assert drags == [ids[:3]]
    assert grid.selected_ids() == ids[:3]
    QTest.mouseClick(area, LEFT, NONE, centre(grid, 1))
    assert grid.selected_ids() == [ids[1]]
    QTest.mousePress(area, LEFT, NONE, centre(grid, 5))
    QTest.mouseMove(area, centre(grid, 5) + far)
    QTest.mouseRelease(area, LEFT, NONE, centre(grid, 5) + far)
    assert drags == [ids[:3], [ids[5]]], "a photo that was not selected is, by the press"
