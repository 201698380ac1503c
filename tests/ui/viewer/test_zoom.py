"""Zooming holds the point under the pointer, and never leads out of the photo."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.viewer.zoom import LARGEST_SCALE, Zoom, fit_scale

sides = st.integers(1, 20_000)
view_sides = st.floats(50, 5000)
ratios = st.sampled_from([1.0, 1.25, 2.0])
zooms = st.builds(
    lambda w, h, vw, vh, ratio: Zoom.fit((w, h), (vw, vh), ratio), sides, sides, view_sides, view_sides, ratios
)
scales = st.floats(0.001, 50)
shares = st.floats(0, 1)

LANDSCAPE = (4000, 3000)
VIEW = (1000.0, 800.0)


@given(zooms)
def test_a_fitted_photo_is_wholly_and_centrally_in_view(zoom: Zoom) -> None:
    area = zoom.area
    assert area.x >= -1e-6
    assert area.y >= -1e-6
    assert area.width <= zoom.view[0] + 1e-6
    assert area.height <= zoom.view[1] + 1e-6
    assert math.isclose(2 * area.x + area.width, zoom.view[0], rel_tol=1e-9)
    assert not zoom.can_pan


@given(zooms, st.lists(st.tuples(scales, shares, shares), max_size=6), st.floats(-9000, 9000), st.floats(-9000, 9000))
def test_no_gap_at_one_side_while_there_is_more_photo_at_the_other(
    zoom: Zoom, steps: list[tuple[float, float, float]], dx: float, dy: float
) -> None:
    for scale, x, y in steps:
        zoom = zoom.to(scale, (x * zoom.view[0], y * zoom.view[1]))
    zoom = zoom.panned(dx, dy)
    area = zoom.area
    for start, length, view in ((area.x, area.width, zoom.view[0]), (area.y, area.height, zoom.view[1])):
        slack = 1e-6 * max(length, view)
        if length <= view:
            assert math.isclose(2 * start + length, view, rel_tol=1e-6, abs_tol=slack)
        else:
            assert start <= slack
            assert start + length >= view - slack


@given(zooms, scales, shares, shares)
def test_the_point_under_the_pointer_stays_unless_an_edge_is_in_the_way(
    zoom: Zoom, scale: float, x: float, y: float
) -> None:
    at = (x * zoom.view[0], y * zoom.view[1])
    zoom = zoom.to(1.0, at)
    before = zoom.photo_point(at)
    closer = zoom.to(zoom.scale * 2, at)
    if closer.scale <= zoom.scale:
        return
    after = closer.photo_point(at)
    area = closer.area
    for axis, (start, length) in enumerate(((area.x, area.width), (area.y, area.height))):
        inside = length > closer.view[axis] and -start > 1e-3 and start + length - closer.view[axis] > 1e-3
        if inside:
            assert math.isclose(before[axis], after[axis], rel_tol=1e-6, abs_tol=1e-3)


@given(zooms, scales)
def test_scales_keep_within_their_bounds(zoom: Zoom, scale: float) -> None:
    result = zoom.to(scale).scale
    assert min(zoom.fit_scale, 1.0) <= result <= max(LARGEST_SCALE, zoom.fit_scale)


@given(zooms, view_sides, view_sides)
def test_a_fitted_photo_stays_fitted_in_a_view_of_another_size(zoom: Zoom, width: float, height: float) -> None:
    resized = zoom.resized((width, height), zoom.ratio)
    assert resized == Zoom.fit(zoom.photo, (width, height), zoom.ratio)


def test_a_zoomed_photo_keeps_its_scale_and_middle_in_a_view_of_another_size() -> None:
    zoom = Zoom.fit(LANDSCAPE, VIEW).to(1.0)
    resized = zoom.resized((600.0, 900.0), 1.0)
    assert (resized.scale, resized.centre, resized.fitted) == (1.0, (2000, 1500), False)


@pytest.mark.parametrize(
    ("photo", "ratio", "expected"),
    [
        (LANDSCAPE, 1.0, 0.25),
        ((3000, 4000), 1.0, 0.2),
        ((100, 80), 1.0, 1.0),
        # On a dense screen a small photo is as large as it would be on any other.
        ((100, 80), 2.0, 2.0),
        ((0, 0), 1.0, 1.0),
    ],
)
def test_what_fits(photo: tuple[int, int], ratio: float, expected: float) -> None:
    assert fit_scale(photo, VIEW, ratio) == expected


def test_back_to_fit_is_fitted_again() -> None:
    zoom = Zoom.fit(LANDSCAPE, VIEW).to(3.0, (10, 10))
    assert not zoom.fitted
    back = zoom.to(zoom.fit_scale)
    assert back.fitted
    assert back.centre == (2000, 1500)
