"""One weighing answers for every place of the sensitivity slider."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.question import EndedBy
from desktop_app.domain.weighed import NEAREST, Weighed, worth_ranking

PROBABILITIES = st.lists(st.floats(0.0, 1.0, width=32), max_size=60)


def weighed(probabilities: list[float]) -> Weighed:
    values = np.array(probabilities, np.float32)
    photos = np.arange(100, 100 + len(values))
    return Weighed(photos, len(values), 0.0, values, values.astype(np.float64), values, bar=0.4)


@given(PROBABILITIES, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_higher_sensitivity_never_lists_less(probabilities: list[float], one: float, other: float) -> None:
    found = weighed(probabilities)
    strict, loose = (found.answer(sensitivity=each) for each in sorted((one, other)))
    assert strict.matches <= loose.matches
    assert set(strict.result.photo_ids.tolist()) <= set(loose.result.photo_ids.tolist())
    assert (np.diff(loose.result.probabilities) <= 0).all()


@given(PROBABILITIES.filter(bool))
def test_everything_lists_everything_and_an_empty_list_offers_the_nearest(probabilities: list[float]) -> None:
    everything = weighed(probabilities).answer(everything=True)
    assert len(everything.result.photo_ids) == len(probabilities)
    assert everything.ended_by is EndedBy.LIMIT
    faint = weighed([each * 0.01 for each in probabilities]).answer()
    assert faint.ended_by is EndedBy.NOTHING_MATCHES
    assert len(faint.nearest) == min(NEAREST, len(probabilities))
    assert faint.nearest_probabilities[0] == pytest.approx(max(probabilities) * 0.01, rel=1e-5)


def test_filters_alone_keep_their_order() -> None:
    answer = Weighed(np.array([7, 3, 5]), 3, 0.0).answer(limit=2)
    assert (answer.result.photo_ids.tolist(), answer.matches, answer.ended_by) == ([7, 3], 3, EndedBy.LIMIT)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40_000), st.integers(1, 400))
def test_the_nearest_of_a_large_library_are_its_most_probable(seed: int, photos: int, levels: int) -> None:
    # Few levels make ties; none reaches the floor, so that the nearest are looked for.
    values = (np.random.default_rng(seed).integers(0, levels, photos) / (levels * 1e6)).astype(np.float32)
    nearest = worth_ranking(values)
    assert (np.diff(nearest) > 0).all()
    assert sorted(values[nearest]) == sorted(np.sort(values)[-NEAREST:])
