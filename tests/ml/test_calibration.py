"""Similarities become probabilities without changing their order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ml.calibration import DEFAULT_CALIBRATION, Background, Calibration, background_of

calibrations = st.builds(Calibration, slope=st.floats(0.1, 10), offset=st.floats(-5, 5))
scores = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=30)


@given(calibration=calibrations, z=scores)
def test_more_similar_is_never_less_probable(calibration: Calibration, z: list[float]) -> None:
    probabilities = calibration.probabilities(np.array(sorted(z), np.float32))
    assert probabilities.dtype == np.float32
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (np.diff(probabilities) >= 0).all()


def test_a_true_label_is_likely_and_an_average_one_is_not() -> None:
    low, high = DEFAULT_CALIBRATION.probabilities(np.array([0.0, 4.0], np.float32))
    assert low < 0.05
    assert high > 0.9


def test_standard_scores_are_of_each_picture_against_the_bank() -> None:
    rng = np.random.default_rng(0)
    pictures, bank = rng.normal(size=(5, 8)).astype(np.float32), rng.normal(size=(300, 8)).astype(np.float32)
    background = background_of(pictures, bank)
    z = background.standardise(pictures @ bank.T)
    np.testing.assert_allclose(z.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(z.std(axis=1), 1, atol=1e-4)
    single = background.standardise((pictures @ bank[0]).astype(np.float32))
    np.testing.assert_allclose(single, z[:, 0], atol=1e-4)


def test_a_picture_that_is_the_same_with_everything_scores_no_extremes() -> None:
    background = background_of(np.zeros((1, 4), np.float32), np.ones((3, 4), np.float32))
    assert isinstance(background, Background)
    assert abs(background.standardise(np.full((1, 2), 1e-4, np.float32))).max() < 1
