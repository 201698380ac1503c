"""Clicks, keys and rubber bands select what file managers have taught everybody."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, Qt

from desktop_app.domain.photo import PhotoId
from desktop_app.ui.grid.model import PhotoGridModel
from desktop_app.ui.grid.runs import mask_of, runs_of, selection_of
from desktop_app.ui.grid.selecting import CONTROL, MOST_KEPT_RUNS, SHIFT, Selecting

PLAIN = Qt.KeyboardModifier.NoModifier
COUNT = 20


class Grid:
    """A model of photos 100 to 119 with a selection; rows are 0 to 19."""

    def __init__(self, count: int = COUNT) -> None:
        self.model = PhotoGridModel(lambda _photo: None)
        self.model.set_result(np.arange(100, 100 + count), None)
        self.selection = QItemSelectionModel(self.model)
        self.selecting = Selecting(self.model, self.selection)

    @property
    def rows(self) -> list[int]:
        return self.selecting.rows.tolist()

    def reorder(self, ids: np.ndarray) -> None:
        held = self.selecting.photo_ids
        row = self.selecting.current
        current = None if row is None else self.model.photo_id(row)
        anchor = self.selecting.anchor_photo
        self.model.set_result(ids, None)
        self.selecting.restore(held, current, anchor)


@pytest.fixture
def grid() -> Grid:
    return Grid()


def test_a_click_selects_one_photo_alone(grid: Grid) -> None:
    grid.selecting.click(3, PLAIN)
    grid.selecting.click(7, PLAIN)
    assert grid.rows == [7]
    assert grid.selecting.current == 7


def test_control_adds_and_takes_out(grid: Grid) -> None:
    for row in (3, 7, 5, 7):
        grid.selecting.click(row, CONTROL)
    assert grid.rows == [3, 5]


def test_shift_counts_from_the_last_photo_chosen_alone(grid: Grid) -> None:
    grid.selecting.click(8, PLAIN)
    grid.selecting.click(11, SHIFT)
    grid.selecting.click(5, SHIFT)
    assert grid.rows == [5, 6, 7, 8]


def test_shift_and_control_add_a_second_run(grid: Grid) -> None:
    grid.selecting.click(1, PLAIN)
    grid.selecting.click(2, SHIFT)
    grid.selecting.click(10, CONTROL)
    grid.selecting.click(12, CONTROL | SHIFT)
    assert grid.rows == [1, 2, 10, 11, 12]


def test_keys_move_with_the_selection_and_with_control_without_it(grid: Grid) -> None:
    grid.selecting.key(4, PLAIN)
    grid.selecting.key(5, CONTROL)
    assert (grid.rows, grid.selecting.current) == ([4], 5)
    grid.selecting.toggle(5)
    assert grid.rows == [4, 5]
    grid.selecting.key(7, SHIFT)
    assert grid.rows == [5, 6, 7]


def test_the_other_button_keeps_a_selection_it_is_part_of(grid: Grid) -> None:
    grid.selecting.click(3, PLAIN)
    grid.selecting.click(5, SHIFT)
    grid.selecting.context_click(4)
    assert grid.rows == [3, 4, 5]
    grid.selecting.context_click(9)
    assert grid.rows == [9]


def test_a_rubber_band_replaces_and_with_control_adds(grid: Grid) -> None:
    grid.selecting.click(0, PLAIN)
    grid.selecting.begin_band(PLAIN)
    grid.selecting.band(np.array([4, 5, 9]))
    grid.selecting.band(np.array([4, 5]))
    assert grid.rows == [4, 5]
    grid.selecting.begin_band(CONTROL)
    grid.selecting.band(np.array([5, 6]))
    assert grid.rows == [4, 5, 6]
    grid.selecting.band(np.array([], dtype=np.int64))
    assert grid.rows == [4, 5]


def test_everything_and_nothing_leave_the_current_photo_where_it_is(grid: Grid) -> None:
    grid.selecting.click(6, PLAIN)
    grid.selecting.everything()
    assert len(grid.rows) == COUNT
    grid.selecting.nothing()
    assert (grid.rows, grid.selecting.current) == ([], 6)


def test_another_order_keeps_the_selected_photos_and_drops_those_that_are_gone(grid: Grid) -> None:
    grid.selecting.click(2, PLAIN)
    grid.selecting.click(4, SHIFT)
    grid.reorder(np.array([118, 104, 101, 102, 119]))
    assert grid.selecting.photo_ids.tolist() == [104, 102]
    assert grid.selecting.current == 1
    # The anchor, photo 102, has moved along.
    grid.selecting.click(4, SHIFT)
    assert grid.rows == [3, 4]


def test_a_selection_scattered_into_thousands_of_runs_is_let_go() -> None:
    count = 2 * MOST_KEPT_RUNS + 4
    grid = Grid(count)
    grid.selecting.click(0, PLAIN)
    grid.selecting.click(count // 2 - 1, SHIFT)
    first, second = np.arange(100, 100 + count // 2), np.arange(100 + count // 2, 100 + count)
    grid.reorder(np.stack([first, second], axis=1).ravel())
    assert grid.rows == []


def test_choosing_photos_that_are_not_shown_selects_the_others(grid: Grid) -> None:
    assert grid.selecting.choose(np.array([110, 5, 105])) == 5
    assert grid.rows == [5, 10]
    assert grid.selecting.current == 5


@given(st.sets(st.integers(0, 200)))
def test_runs_and_selections_hold_just_the_rows_they_were_made_of(rows: set[int]) -> None:
    model = PhotoGridModel(lambda _photo: None)
    model.set_result(np.arange(201), None)
    ascending = np.array(sorted(rows), dtype=np.int64)
    runs = runs_of(ascending)
    assert [row for first, last in runs for row in range(first, last + 1)] == sorted(rows)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(runs))
    assert np.flatnonzero(mask_of(selection_of(model, ascending), 201)).tolist() == sorted(rows)


@given(st.permutations(range(30)), st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_any_new_order_keeps_just_the_selected_photos_that_are_left(
    order: list[int], chosen: set[int], gone: set[int]
) -> None:
    grid = Grid(30)
    for row in sorted(chosen):
        grid.selecting.toggle(row)
    grid.reorder(np.array([100 + photo for photo in order if photo not in gone], dtype=np.int64))
    kept = {PhotoId(100 + row) for row in chosen - gone}
    assert set(grid.selecting.photo_ids.tolist()) == kept
