"""Figures of chosen tags: known cases by hand, and laws."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.ml.tag_measures import (
    best_single_threshold,
    expected_calibration_error,
    measure_chosen,
    reliability,
    top_k,
)

PRESENT = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]], bool)


def test_figures_of_chosen_tags_by_hand() -> None:
    chosen = np.array([[1, 0, 1], [1, 0, 0], [1, 1, 0], [0, 0, 0]], bool)
    found = measure_chosen(chosen, PRESENT)
    # 3 of 5 given are right, 3 of 4 true are given; by label: 2*2/(3+2) and 2*1/(1+2); the third never occurs.
    assert (found.precision, found.recall) == (3 / 5, 3 / 4)
    assert found.micro_f1 == pytest.approx(2 * 3 / 9)
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2)


def test_nothing_given_is_no_error_but_nothing_true_is() -> None:
    found = measure_chosen(np.zeros_like(PRESENT), PRESENT)
    assert (found.precision, found.recall, found.micro_f1, found.macro_f1) == (0.0, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="at least one label occurs"):
        measure_chosen(PRESENT, np.zeros_like(PRESENT))


def test_the_best_threshold_parts_what_can_be_parted() -> None:
    scores = np.where(PRESENT, 0.7, 0.2) + np.random.default_rng(1).uniform(-0.1, 0.1, PRESENT.shape)
    assert measure_chosen(scores >= best_single_threshold(scores, PRESENT), PRESENT).macro_f1 == 1.0


def test_no_single_threshold_beats_the_best_one() -> None:
    generator = np.random.default_rng(2)
    present = generator.random((60, 5)) < 0.2
    scores = generator.normal(size=(60, 5)) + present
    best = measure_chosen(scores >= best_single_threshold(scores, present), present).macro_f1
    tried = [measure_chosen(scores >= cut, present).macro_f1 for cut in np.linspace(-3, 3, 601)]
    assert best >= max(tried) - 0.01


def test_the_best_few_of_each_photo() -> None:
    chosen = top_k(np.array([[0.1, 0.9, 0.5], [0.3, 0.3, 0.1]]), 2)
    assert chosen.tolist() == [[False, True, True], [True, True, False]]


def test_probabilities_that_keep_their_word_have_no_error_and_boasts_have() -> None:
    generator = np.random.default_rng(3)
    stated = generator.random(200_000)
    honest = reliability(stated, generator.random(200_000) < stated)
    assert expected_calibration_error(honest) < 0.01
    assert sum(each.count for each in honest) == 200_000
    boasting = reliability(np.full(100, 0.9), np.arange(100) < 40)
    assert expected_calibration_error(boasting) == pytest.approx(0.5)
    assert boasting[9].observed == 0.4
    assert expected_calibration_error(reliability(np.empty(0), np.empty(0, bool))) == 0.0
