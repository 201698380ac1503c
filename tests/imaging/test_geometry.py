from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from desktop_app.domain.model import PixelSpec
from desktop_app.imaging.geometry import fit_within, look_closely, model_window, oriented, reduction, stored_box

sides = st.integers(1, 30_000)
orientations = st.integers(1, 8)


@given(st.integers(1, 12), st.integers(1, 12), orientations, st.data())
def test_a_box_of_the_upright_picture_is_found_in_the_stored_one(width, height, orientation, data) -> None:
    stored = Image.fromarray(np.arange(width * height, dtype=np.uint8).reshape(height, width))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.info["exif"] = exif.tobytes()
    upright = ImageOps.exif_transpose(stored)
    assert oriented(stored.size, orientation) == upright.size
    left, top = data.draw(st.integers(0, upright.width - 1)), data.draw(st.integers(0, upright.height - 1))
    right, bottom = data.draw(st.integers(left + 1, upright.width)), data.draw(st.integers(top + 1, upright.height))
    box = stored_box((left, top, right, bottom), stored.size, orientation)
    expected = sorted(upright.crop((left, top, right, bottom)).tobytes())
    assert sorted(stored.crop(box).tobytes()) == expected


@given(sides, sides, st.integers(1, 4000))
def test_a_fitted_picture_keeps_its_shape_and_is_never_enlarged(width: int, height: int, side: int) -> None:
    fitted = fit_within((width, height), side)
    assert max(fitted.size) == min(side, max(width, height))
    assert min(fitted.size) >= 1
    scale = max(fitted.size) / max(width, height)
    assert all(
        abs(new - max(1.0, old * scale)) <= 0.5001 for new, old in zip(fitted.size, (width, height), strict=True)
    )


@given(sides, sides, st.sampled_from(["shortest", "squash", "longest"]), st.sampled_from([224, 256, 384]))
def test_a_model_window_lies_inside_the_picture(width: int, height: int, resize, size: int) -> None:
    window = model_window((width, height), PixelSpec(size=size, resize=resize))
    left, top, right, bottom = window.box
    assert -1e-6 <= left < right <= width + 1e-6
    assert -1e-6 <= top < bottom <= height + 1e-6
    assert all(1 <= side <= size for side in window.size)
    if resize == "shortest":
        assert window.size == (size, size)
        assert abs((left + right) - width) <= 1.001 * width / size * max(1, size / min(width, height)) + 2


@given(sides, sides, st.sampled_from(["shortest", "squash", "longest"]))
def test_reduction_does_not_depend_on_the_orientation(width: int, height: int, resize) -> None:
    spec = PixelSpec(resize=resize)
    lying, standing = model_window((width, height), spec), model_window((height, width), spec)
    assert reduction(lying) == pytest.approx(reduction(standing))


@given(width=st.integers(1, 30_000), height=st.integers(1, 30_000))
def test_a_close_look_covers_the_whole_picture(width: int, height: int) -> None:
    for windows in look_closely((width, height), 224):
        assert len(windows) <= 16
        for axis, length in ((0, width), (1, height)):
            spans = sorted({(each.box[axis], each.box[axis + 2]) for each in windows})
            assert spans[0][0] == pytest.approx(0.0, abs=1e-6)
            assert spans[-1][1] == pytest.approx(length)
            assert all(before[1] > after[0] for before, after in itertools.pairwise(spans))
