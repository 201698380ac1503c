"""The grid by clicks and keys, and at the size of a large library."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.grid.cells_view import DEFAULT_CELL, LARGEST_CELL, SMALLEST_CELL
from desktop_app.ui.grid.view import PhotoGridView
from desktop_app.ui.theme import Theme
from tests.ui.grid.conftest import OpenGrid, colour_of, found, wait_for_thumbnails

Key = Qt.Key
Mod = Qt.KeyboardModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
LARGE_LIBRARY = 100_000


def click(grid: PhotoGridView, row: int, modifiers: Mod = Mod.NoModifier, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(grid.viewport(), button, modifiers, centre(grid, row))


def centre(grid: PhotoGridView, row: int) -> QPoint:
    return grid.visualRect(grid.model().index(row, 0)).center()


def gap_before(grid: PhotoGridView, row: int) -> QPoint:
    """A point between two lines, above the cell."""
    return QPoint(centre(grid, row).x(), grid.visualRect(grid.model().index(row, 0)).top() - 5)


def top(grid: PhotoGridView) -> int:
    return grid.verticalScrollBar().value()


# Selecting


def test_clicks_select_as_in_file_managers(open_grid: OpenGrid) -> None:
    grid = open_grid(range(100, 150))
    told: list[list[int]] = []
    grid.selection_changed.connect(told.append)
    click(grid, 2)
    click(grid, 5, Mod.ShiftModifier)
    click(grid, 9, Mod.ControlModifier)
    assert told == [[102], [102, 103, 104, 105], [102, 103, 104, 105, 109]]
    assert grid.selected_ids() == told[-1]
    QTest.mouseClick(grid.viewport(), LEFT, Mod.NoModifier, gap_before(grid, 7))
    assert grid.selected_ids() == []


def test_keys_move_select_and_scroll(qtbot: QtBot, open_grid: OpenGrid) -> None:
    grid = open_grid(range(200))
    click(grid, 0)
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down):
        QTest.keyClick(grid, key)
    assert grid.selected_ids() == [7]
    QTest.keyClick(grid, Key.Key_Down, Mod.ShiftModifier)
    assert grid.selected_ids() == [7, 8, 9, 10, 11, 12]
    QTest.keyClick(grid, Key.Key_End)
    assert grid.selected_ids() == [199]
    qtbot.waitUntil(lambda: top(grid) == grid.verticalScrollBar().maximum())
    QTest.keyClick(grid, Key.Key_Home)
    qtbot.waitUntil(lambda: top(grid) == 0)
    QTest.keyClick(grid, Key.Key_PageDown)
    assert grid.current_row() == 15
    QTest.keyClick(grid, Key.Key_PageUp)
    assert grid.current_row() == 0


def test_control_moves_and_ticks(open_grid: OpenGrid) -> None:
    grid = open_grid(range(20))
    click(grid, 1)
    QTest.keyClick(grid, Key.Key_Right, Mod.ControlModifier)
    QTest.keyClick(grid, Key.Key_Right, Mod.ControlModifier)
    assert (grid.selected_ids(), grid.current_row()) == ([1], 3)
    QTest.keyClick(grid, Key.Key_Space, Mod.ControlModifier)
    assert grid.selected_ids() == [1, 3]


def test_a_selection_survives_another_order_and_drops_what_is_gone(open_grid: OpenGrid) -> None:
    grid = open_grid(range(30))
    click(grid, 3)
    click(grid, 8, Mod.ControlModifier)
    told: list[list[int]] = []
    grid.selection_changed.connect(told.append)
    grid.show_result(found([8, 20, 3, 1]))
    assert told == [[8, 3]]
    grid.show_result(found([8, 20, 3, 1, 5]))
    assert told == [[8, 3]], "nothing changed for the selection"
    grid.show_result(found([20, 3]))
    assert told == [[8, 3], [3]]


def test_a_rubber_band_selects_what_it_touches_and_scrolls_at_the_edge(qtbot: QtBot, open_grid: OpenGrid) -> None:
    grid = open_grid(range(200))
    area = grid.viewport()
    start = gap_before(grid, 5)
    QTest.mousePress(area, LEFT, Mod.NoModifier, start)
    QTest.mouseMove(area, centre(grid, 11))
    assert grid.selected_ids() == [5, 6, 10, 11]
    QTest.mouseMove(area, QPoint(centre(grid, 11).x(), area.height() + 200))
    qtbot.waitUntil(lambda: top(grid) > 400)
    assert {5, 6, 10, 11, 20, 21} <= set(grid.selected_ids())
    QTest.mouseRelease(area, LEFT, Mod.NoModifier, QPoint(centre(grid, 11).x(), area.height() + 200))
    after = top(grid)
    qtbot.wait(60)
    assert top(grid) == after
    assert all(photo % 5 in (0, 1) for photo in grid.selected_ids())


def test_select_all_and_none(open_grid: OpenGrid) -> None:
    grid = open_grid(range(LARGE_LIBRARY))
    QTest.keyClick(grid, Key.Key_A, Mod.ControlModifier)
    assert len(grid.selected_ids()) == LARGE_LIBRARY
    QTest.keyClick(grid, Key.Key_Escape)
    assert grid.selected_ids() == []


def test_escape_without_a_selection_is_left_to_the_window(open_grid: OpenGrid) -> None:
    grid = open_grid(range(5))
    for key in (Key.Key_Escape, Key.Key_F):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Mod.NoModifier)
        QApplication.sendEvent(grid, event)
        assert not event.isAccepted()


# Opening, menus


def test_a_double_click_enter_and_space_open_the_photo(open_grid: OpenGrid) -> None:
    grid = open_grid(range(100, 120))
    opened: list[int] = []
    grid.activated.connect(opened.append)
    click(grid, 3)
    QTest.mouseDClick(grid.viewport(), LEFT, Mod.NoModifier, centre(grid, 3))
    QTest.keyClick(grid, Key.Key_Return)
    QTest.keyClick(grid, Key.Key_Right)
    QTest.keyClick(grid, Key.Key_Space)
    assert opened == [103, 103, 104]


def test_a_key_held_down_since_before_opens_nothing(open_grid: OpenGrid) -> None:
    grid = open_grid(range(5))
    opened: list[int] = []
    grid.activated.connect(opened.append)
    click(grid, 3)
    QApplication.sendEvent(grid, QKeyEvent(QEvent.Type.KeyPress, Key.Key_Space, Mod.NoModifier, " ", True))
    assert opened == []


def test_two_quick_clicks_with_control_are_two_clicks(open_grid: OpenGrid) -> None:
    grid = open_grid(range(20))
    opened: list[int] = []
    grid.activated.connect(opened.append)
    click(grid, 3, Mod.ControlModifier)
    QTest.mouseDClick(grid.viewport(), LEFT, Mod.ControlModifier, centre(grid, 4))
    assert opened == []
    assert grid.selected_ids() == [3, 4]


def test_the_other_button_asks_for_a_menu_of_the_selection(open_grid: OpenGrid) -> None:
    grid = open_grid(range(20))
    menus: list[tuple[QPoint, list[int]]] = []
    grid.context_menu.connect(lambda where, photos: menus.append((where, photos)))
    click(grid, 2)
    click(grid, 4, Mod.ShiftModifier)
    for row in (3, 9):
        click(grid, row, button=RIGHT)
        at = centre(grid, row)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, grid.viewport().mapToGlobal(at))
        QApplication.sendEvent(grid.viewport(), event)
    assert [photos for _, photos in menus] == [[2, 3, 4], [9]]
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(grid.viewport(), event)
    assert menus[-1] == (grid.viewport().mapToGlobal(centre(grid, 9)), [9])


# What is shown, and where


def test_photos_are_painted_where_they_are_said_to_be(open_grid: OpenGrid) -> None:
    grid = open_grid(range(1, 60))
    image = grid.viewport().grab().toImage()
    for row in (0, 4, 7, 13):
        pixel, expected = image.pixelColor(centre(grid, row)), colour_of(row + 1)
        assert abs(pixel.red() - expected.red()) + abs(pixel.blue() - expected.blue()) < 30
        assert grid.indexAt(centre(grid, row)).row() == row


def test_selecting_from_outside_shows_the_photo(open_grid: OpenGrid) -> None:
    grid = open_grid(range(1000))
    grid.select([700, 702, 5000])
    assert grid.selected_ids() == [700, 702]
    assert grid.current_row() == 700
    assert grid.viewport().rect().contains(grid.visualRect(grid.model().index(700, 0)))


def test_a_new_search_starts_at_the_top_and_the_same_search_keeps_its_place(open_grid: OpenGrid) -> None:
    grid = open_grid(range(1000))
    grid.verticalScrollBar().setValue(5000)
    photo = grid.photo_ids()[grid.indexAt(QPoint(100, 100)).row()]
    # Seven photos come in at the top while the person looks at something further down.
    grid.show_result(found([*range(2000, 2007), *range(1000)]), keep_place=True)
    line = grid.photo_ids().index(photo) // 5
    assert grid.visualRect(grid.model().index(line * 5, 0)).intersects(grid.viewport().rect())
    grid.show_result(found(range(1000)))
    assert top(grid) == 0
    # At the very top the newest are to be seen.
    grid.show_result(found([*range(3000, 3010), *range(1000)]), keep_place=True)
    assert top(grid) == 0


def test_larger_cells_keep_the_current_photo_in_view(open_grid: OpenGrid) -> None:
    grid = open_grid(range(1000))
    grid.select([500])
    told: list[int] = []
    grid.cell_size_changed.connect(told.append)
    for size in (96, 200, 320, 5000, 1):
        grid.set_cell_size(size)
        assert grid.visualRect(grid.model().index(500, 0)).intersects(grid.viewport().rect())
    assert told == [96, 200, LARGEST_CELL, SMALLEST_CELL]


def test_another_width_means_other_columns_and_the_same_photos(open_grid: OpenGrid) -> None:
    grid = open_grid(range(1000))
    grid.select([500])
    for width in (400, 1900, 700):
        grid.resize(width, 700)
        rect = grid.visualRect(grid.model().index(500, 0))
        assert grid.viewport().rect().contains(rect.center())
        assert 0 < rect.left() < rect.right() < grid.viewport().width()


def test_control_and_the_wheel_change_the_size_and_the_wheel_alone_scrolls(qtbot: QtBot, open_grid: OpenGrid) -> None:
    grid = open_grid(range(1000))
    _wheel(grid, 120, Mod.ControlModifier)
    assert grid.cell_size() > DEFAULT_CELL
    _wheel(grid, -120, Mod.ControlModifier)
    assert grid.cell_size() == DEFAULT_CELL
    _wheel(grid, -120, Mod.NoModifier)
    qtbot.waitUntil(lambda: top(grid) > 100)


def _wheel(grid: PhotoGridView, eighths: int, modifiers: Mod) -> None:
    at = QPointF(200, 200)
    event = QWheelEvent(
        at,
        grid.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), event)


def test_the_pointer_is_followed_and_forgotten(open_grid: OpenGrid) -> None:
    grid = open_grid(range(50))
    QTest.mouseMove(grid.viewport(), centre(grid, 6))
    assert grid._hovered == 6
    plain = grid.viewport().grab().toImage()
    QApplication.sendEvent(grid.viewport(), QEvent(QEvent.Type.Leave))
    assert grid._hovered is None
    assert grid.viewport().grab().toImage() != plain


@pytest.mark.parametrize("theme", [Theme.light(), Theme.dark()], ids=["light", "dark"])
def test_the_theme_can_change_while_it_is_shown(open_grid: OpenGrid, theme: Theme) -> None:
    grid = open_grid(range(3))
    grid.set_theme(theme)
    assert grid.viewport().grab().toImage().pixelColor(5, 5).name() == theme.surface


def test_probabilities_can_be_shown(qtbot: QtBot, open_grid: OpenGrid) -> None:
    grid = open_grid(range(3))
    grid.show_result(found(range(3), [0.9, 0.8, 0.1]))
    wait_for_thumbnails(qtbot, grid)
    looks = [grid.viewport().grab().toImage()]
    grid.set_show_probabilities(True)
    looks.append(grid.viewport().grab().toImage())
    assert looks[0] != looks[1]


def test_screen_readers_find_a_list_of_named_photos(open_grid: OpenGrid) -> None:
    grid = open_grid(range(10))
    interface = QAccessible.queryAccessibleInterface(grid)
    assert interface.role() == QAccessible.Role.List
    assert interface.text(QAccessible.Text.Name) == "Photos"
    assert interface.childCount() == 10
    assert interface.child(3).text(QAccessible.Text.Name) == "first 3.jpg"


def test_no_photos_is_a_calm_empty_ground(open_grid: OpenGrid) -> None:
    grid = open_grid([])
    image = grid.viewport().grab().toImage()
    assert {image.pixelColor(x, 300).name() for x in range(0, image.width(), 50)} == {Theme.light().surface}
    QTest.keyClick(grid, Key.Key_Down)
    QTest.keyClick(grid, Key.Key_Return)
    click_at = QPoint(300, 300)
    QTest.mouseClick(grid.viewport(), LEFT, Mod.NoModifier, click_at)
    assert grid.selected_ids() == []
    assert grid.photo_count() == 0
    assert grid.row_of(5) is None


def test_ids_are_those_of_the_result(open_grid: OpenGrid) -> None:
    grid = open_grid(np.array([5, 3, 9]))
    assert grid.photo_ids() == [5, 3, 9]
    assert grid.row_of(9) == 2
