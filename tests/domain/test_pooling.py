"""Example and words as one probability: each as far as the slider lets it, and both together say more than either."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.pooling import pooled

PROBABILITY = st.floats(0.001, 0.999)
WEIGHT = st.floats(0.0, 1.0)


def both(alike: float, meant: float, weight: float) -> float:
    one = np.array([alike], np.float32), np.array([meant], np.float32)
    return float(pooled(*one, picture_weight=weight)[0])


@given(PROBABILITY, PROBABILITY)
def test_at_the_ends_one_of_them_decides_alone(alike: float, meant: float) -> None:
    assert both(alike, meant, 0.0) == pytest.approx(meant, rel=1e-3)
    assert both(alike, meant, 1.0) == pytest.approx(alike, rel=1e-3)


@given(PROBABILITY, PROBABILITY, PROBABILITY, WEIGHT)
def test_more_of_either_is_never_less_of_both(alike: float, meant: float, more: float, weight: float) -> None:
    assert both(max(alike, more), meant, weight) >= both(alike, meant, weight) - 1e-6
    assert both(alike, max(meant, more), weight) >= both(alike, meant, weight) - 1e-6


def test_two_that_lean_towards_a_photo_are_surer_than_either_and_one_may_doubt() -> None:
    assert both(0.3, 0.3, 0.5) > 0.8
    assert both(0.9, 0.01, 0.5) > 0.5
    assert both(0.02, 0.02, 0.5) == pytest.approx(0.02, rel=1e-3)
