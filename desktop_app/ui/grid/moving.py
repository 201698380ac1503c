"""Which photo a key leads to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView

from desktop_app.ui.grid.geometry import GridGeometry

Action = QAbstractItemView.CursorAction

KEY_ACTIONS = {
    Qt.Key.Key_Left: Action.MoveLeft,
    Qt.Key.Key_Right: Action.MoveRight,
    Qt.Key.Key_Up: Action.MoveUp,
    Qt.Key.Key_Down: Action.MoveDown,
    Qt.Key.Key_Home: Action.MoveHome,
    Qt.Key.Key_End: Action.MoveEnd,
    Qt.Key.Key_PageUp: Action.MovePageUp,
    Qt.Key.Key_PageDown: Action.MovePageDown,
}


def row_after(geometry: GridGeometry, row: int | None, action: Action, *, view_height: int) -> int | None:
    """The row that a movement leads to, or None in an empty grid. Any first movement leads to the first photo.

    Left and right go on over the ends of lines; up and down keep their column, except into a shorter last line.
    """
    last = geometry.count - 1
    if last < 0:
        return None
    if row is None:
        return last if action is Action.MoveEnd else 0
    page = geometry.lines_per_page(view_height)
    steps = {
        Action.MoveLeft: -1,
        Action.MovePrevious: -1,
        Action.MoveRight: 1,
        Action.MoveNext: 1,
        Action.MoveUp: -geometry.columns,
        Action.MoveDown: geometry.columns,
        Action.MovePageUp: -geometry.columns * page,
        Action.MovePageDown: geometry.columns * page,
        Action.MoveHome: -row,
        Action.MoveEnd: last - row,
    }
    return _kept_inside(geometry, row, row + steps[action])


def _kept_inside(geometry: GridGeometry, row: int, target: int) -> int:
    """A target outside the grid becomes the last photo in that direction: of the same column, where there is one."""
    last = geometry.count - 1
    if target < 0:
        return row % geometry.columns if row - target > 1 else 0
    if target <= last:
        return target
    on_last_line = row // geometry.columns == last // geometry.columns
    return row if on_last_line and target - row > 1 else last
