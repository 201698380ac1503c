"""Tags' similarities as probabilities, and where their lists end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ml.calibration import Background
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.tag_calibration import DEFAULT_TAG_CALIBRATION, TagBackground, TagCalibration, tag_views
from desktop_app.ml.tag_calibration_fitting import fit_tag_calibration
from desktop_app.ml.tag_measures import expected_calibration_error, reliability
from desktop_app.ml.tag_thresholds import best_cuts, blended, floor_for

GENERATOR = np.random.default_rng(11)


def scores(photos: int, tags: int) -> tuple[np.ndarray, Background]:
    similarities = GENERATOR.normal(0.2, 0.05, (photos, tags)).astype(np.float32)
    mean = GENERATOR.normal(0.15, 0.02, photos).astype(np.float32)
    return similarities, Background(mean, np.full(photos, 0.04, np.float32))


def test_one_pass_over_the_matrix_says_what_the_five_views_say() -> None:
    similarities, photos = scores(40, 7)
    tags = TagBackground.of(similarities - photos.mean[:, None])
    calibration = TagCalibration(lead=3.0, photo_mean=-2.0, by_photo=0.5, by_library=0.7, bias=-1.0, below_best=0.4)
    expected = tag_views(similarities, photos, tags) @ np.array([3.0, -2.0, 0.5, 0.7, 0.4], np.float32) - 1.0
    np.testing.assert_allclose(calibration.log_odds(similarities, photos, tags), expected, atol=1e-4)


def test_more_alike_is_never_less_probable() -> None:
    similarities, photos = scores(30, 5)
    tags = TagBackground.of(similarities - photos.mean[:, None])
    before = DEFAULT_TAG_CALIBRATION.probabilities(similarities, photos, tags)
    assert (DEFAULT_TAG_CALIBRATION.probabilities(similarities + 0.01, photos, tags) >= before).all()


@pytest.mark.parametrize("photos", [1, 2, 30, 1000])
def test_a_library_of_any_size_gives_a_usable_scale(photos: int) -> None:
    similarities, background = scores(photos, 9)
    tags = TagBackground.of(similarities - background.mean[:, None])
    assert (tags.spread > 0).all()
    assert np.isfinite(tags.location).all()
    assert (tags.best >= tags.location).all()


def test_a_fit_keeps_its_word_on_photos_it_has_not_seen() -> None:
    similarities, photos = scores(2000, 6)
    tags = TagBackground.of(similarities - photos.mean[:, None])
    odds = 20.0 * (similarities - photos.mean[:, None]) - 3.0
    present = GENERATOR.random(odds.shape) < sigmoid(odds)
    half = np.arange(2000) < 1000
    fitted = fit_tag_calibration(
        similarities[half],
        Background(photos.mean[half], photos.deviation[half]),
        present=present[half],
        known=np.ones_like(present[half]),
        weights=np.ones(6),
    )
    stated = fitted.probabilities(similarities, photos, tags)[~half]
    assert expected_calibration_error(reliability(stated, present[~half])) < 0.03


def test_the_cut_is_where_the_expected_f1_is_highest() -> None:
    probabilities = GENERATOR.beta(0.3, 2.0, (200, 3)).astype(np.float32)
    cuts = best_cuts(probabilities)
    for tag in range(3):
        column = probabilities[:, tag].astype(np.float64)

        def expected(cut: float, column: np.ndarray = column) -> float:
            chosen = column >= cut
            return float(2 * column[chosen].sum() / (chosen.sum() + column.sum()))

        assert expected(float(cuts[tag])) >= max(expected(float(value)) for value in column) - 1e-9
        # Lipton et al. 2014: the best cut is half of what it reaches.
        assert cuts[tag] == pytest.approx(expected(float(cuts[tag])) / 2, abs=0.02)


@given(st.floats(0.05, 0.9), st.integers(0, 1000))
def test_a_floor_promises_the_precision_that_was_asked_for(precision: float, seed: int) -> None:
    probabilities = np.random.default_rng(seed).beta(0.4, 1.5, (120, 4)).astype(np.float32)
    cuts = best_cuts(probabilities)
    floor = floor_for(probabilities, cuts, precision=precision)
    kept = probabilities[probabilities >= np.maximum(cuts, np.float32(floor))]
    if len(kept):
        assert kept.mean() >= precision - 1e-3


def test_a_small_library_goes_by_the_default_and_a_large_one_by_itself() -> None:
    assert blended(0.8, 0.2, photos=0, prior_photos=20) == pytest.approx(0.2)
    assert blended(0.8, 0.2, photos=20, prior_photos=20) == pytest.approx(0.5)
    assert blended(0.8, 0.2, photos=10**6, prior_photos=20) == pytest.approx(0.8, abs=1e-3)
