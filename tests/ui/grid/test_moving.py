"""Keys lead where a person expects, and never out of the grid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.grid.geometry import GridGeometry
from desktop_app.ui.grid.moving import KEY_ACTIONS, Action, row_after

VIEW = 500


def five_columns(count: int) -> GridGeometry:
    geometry = GridGeometry.fit(count=count, width=5 * 200, wanted_side=180)
    assert geometry.columns == 5
    return geometry


@pytest.mark.parametrize(
    ("start", "action", "expected"),
    [
        (0, Action.MoveRight, 1),
        (4, Action.MoveRight, 5),
        (5, Action.MoveLeft, 4),
        (0, Action.MoveLeft, 0),
        (12, Action.MoveRight, 12),
        (1, Action.MoveDown, 6),
        (6, Action.MoveUp, 1),
        (1, Action.MoveUp, 1),
        (11, Action.MoveDown, 11),
        (9, Action.MoveDown, 12),
        (7, Action.MoveHome, 0),
        (7, Action.MoveEnd, 12),
        (1, Action.MovePageDown, 11),
        (12, Action.MovePageUp, 2),
        (3, Action.MovePageUp, 3),
        (3, Action.MovePageDown, 12),
        (None, Action.MoveDown, 0),
        (None, Action.MoveEnd, 12),
    ],
)
def test_movements_over_thirteen_photos_in_lines_of_five(start: int | None, action: Action, expected: int) -> None:
    assert row_after(five_columns(13), start, action, view_height=VIEW) == expected


@given(st.integers(1, 2000), st.data())
def test_no_movement_leaves_the_grid(count: int, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, count - 1))
    action = data.draw(st.sampled_from(list(KEY_ACTIONS.values())))
    target = row_after(five_columns(count), row, action, view_height=VIEW)
    assert target is not None
    assert 0 <= target < count


@given(st.integers(1, 2000), st.data())
def test_up_undoes_down_except_into_a_shorter_last_line(count: int, data: st.DataObject) -> None:
    geometry = five_columns(count)
    row = data.draw(st.integers(0, count - 1))
    down = row_after(geometry, row, Action.MoveDown, view_height=VIEW)
    assert down is not None
    if down == row + geometry.columns:
        assert row_after(geometry, down, Action.MoveUp, view_height=VIEW) == row


def test_an_empty_grid_has_nowhere_to_go() -> None:
    assert row_after(five_columns(0), None, Action.MoveDown, view_height=VIEW) is None
