"""The layout is arithmetic, so its laws can be checked for any size."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.grid.geometry import GAP, MARGIN, GridGeometry

geometries = st.builds(
    lambda count, width, side: GridGeometry.fit(count=count, width=width, wanted_side=side),
    st.integers(0, 100_000),
    st.integers(1, 4000),
    st.integers(96, 320),
)
some_geometries = geometries.filter(lambda geometry: geometry.count > 0)


@given(some_geometries, st.data())
def test_the_cell_at_a_point_of_a_cell_is_that_cell(geometry: GridGeometry, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, geometry.count - 1))
    box = geometry.box(row)
    assert geometry.row_at(box.x, box.y) == row
    assert geometry.row_at(box.x + box.side - 1, box.y + box.side - 1) == row
    assert geometry.row_at(box.x - 1, box.y) is None
    assert geometry.row_at(box.x, box.y + box.side) is None


@given(some_geometries)
def test_everything_lies_inside_the_height_and_the_next_line_would_not(geometry: GridGeometry) -> None:
    last = geometry.box(geometry.count - 1)
    assert last.y + last.side + MARGIN == geometry.height


@given(st.integers(0, 5000), st.integers(400, 4000), st.integers(96, 320))
def test_cells_fill_the_width_and_stay_near_the_wanted_side(count: int, width: int, side: int) -> None:
    geometry = GridGeometry.fit(count=count, width=width, wanted_side=side)
    used = geometry.columns * geometry.pitch - GAP
    assert 0 <= width - 2 * MARGIN - used < geometry.columns
    assert side * 0.6 < geometry.side < side * 1.6
    assert geometry.left + used <= width


@given(some_geometries, st.integers(-500, 5000), st.integers(0, 3000))
def test_rows_between_are_just_those_on_lines_that_touch(geometry: GridGeometry, top: int, height: int) -> None:
    between = geometry.rows_between(top, top + height)
    nearby = range(max(between.start - 1, 0), min(between.stop + 1, geometry.count))
    for row in [*nearby[:3], *nearby[-3:]]:
        box = geometry.box(row)
        assert (row in between) == (height > 0 and box.y < top + height and box.y + box.side > top)


@given(some_geometries, st.integers(0, 3000), st.integers(0, 1000), st.integers(0, 4000), st.integers(0, 800))
def test_a_rectangle_touches_just_the_cells_it_overlaps(
    geometry: GridGeometry, left: int, width: int, top: int, height: int
) -> None:
    right, bottom = left + width, top + height
    touched = geometry.rows_touching(left, top, right, bottom)
    assert np.all(np.diff(touched) > 0)
    for row in geometry.rows_between(top, bottom)[:40]:
        box = geometry.box(row)
        overlaps = box.x < right and box.x + box.side > left and box.y < bottom and box.y + box.side > top
        assert (row in touched) == (overlaps and width > 0 and height > 0)


def test_a_grid_without_photos_has_no_height_and_no_cells() -> None:
    geometry = GridGeometry.fit(count=0, width=800, wanted_side=176)
    assert geometry.height == 0
    assert not geometry.rows_between(0, 10_000)
    assert geometry.row_at(20, 20) is None


def test_a_very_narrow_view_still_shows_one_column() -> None:
    geometry = GridGeometry.fit(count=3, width=1, wanted_side=176)
    assert geometry.columns == 1
    assert geometry.side >= 1
