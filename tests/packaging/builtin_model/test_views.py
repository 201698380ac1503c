"""Views cut out of pictures, and the store they are cut from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from recipe.pictures import decode_all, read_rows
from recipe.views import centre_view, jittered, random_view, to_tensor


@given(st.integers(8, 60), st.integers(8, 60), st.integers(0, 1000))
def test_views_are_square_and_stay_inside(height: int, width: int, seed: int) -> None:
    pixels = np.full((height, width, 3), 77, dtype=np.uint8)
    chance = np.random.default_rng(seed)
    for view in (
        centre_view(pixels, 17),
        random_view(pixels, 17, chance, smallest=0.3),
    ):
        assert view.shape == (17, 17, 3)
        assert (view == 77).all()


def test_the_centre_view_is_the_middle_square() -> None:
    pixels = np.zeros((10, 30, 3), dtype=np.uint8)
    pixels[:, 10:20] = 255
    assert centre_view(pixels, 10).min() > 200


@given(st.integers(0, 1000))
def test_jitter_changes_light_and_stays_in_range(seed: int) -> None:
    images = to_tensor(np.random.default_rng(seed).integers(0, 256, (3, 4, 4, 3), dtype=np.uint8))
    changed = jittered(images, np.random.default_rng(seed))
    assert changed.shape == images.shape
    assert not torch.equal(changed, images)
    assert float(changed.abs().max()) <= 1.0
    assert torch.equal(changed, jittered(images, np.random.default_rng(seed)))


def test_tensors_are_scaled_to_minus_one_to_one() -> None:
    views = np.stack([np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)])
    tensor = to_tensor(views)
    assert tensor.shape == (2, 3, 4, 4)
    assert (float(tensor.min()), float(tensor.max())) == (-1.0, 1.0)


def test_pictures_are_decoded_once_and_mapped(toy_material: Path) -> None:
    rows = read_rows(toy_material)
    assert [row.texts for row in rows] == [("a cat", "a pet"), ("a dog",)]
    store = decode_all(toy_material, rows, toy_material / "decoded")
    assert (store[0].shape, store[1].shape) == ((9, 12, 3), (11, 7, 3))
    assert store[1][0, 0].tolist() == [10, 20, 30]
    (toy_material / "toy.tar").unlink()
    assert len(decode_all(toy_material, rows, toy_material / "decoded")) == 2
