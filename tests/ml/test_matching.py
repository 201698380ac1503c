"""From similarity to the probability of a match: what the views say, and that a fit finds what made its data."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.ml.calibration import Background
from desktop_app.ml.match_fitting import LabelledQuery, fit_matching
from desktop_app.ml.matching import DEFAULT_MATCHING, MatchCalibration, QueryBackground, views


def background(photos: int) -> Background:
    generator = np.random.default_rng(3)
    return Background(
        generator.uniform(-0.1, 0.1, photos).astype(np.float32), generator.uniform(0.05, 0.1, photos).astype(np.float32)
    )


def similarities(photos: int, matches: int, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0.0, 0.05, photos)
    values[:matches] += 0.4
    return values.astype(np.float32)


def test_the_odds_are_the_weighted_views() -> None:
    photos = background(50)
    values = similarities(50, 5, seed=1)
    query = QueryBackground.of(values - photos.mean)
    calibration = MatchCalibration(2.0, 0.3, 0.5, 0.7, -1.5, bar=0.3)
    wanted = views(values, photos, query) @ np.array([2.0, 0.3, 0.5, 0.7]) - 1.5
    assert calibration.log_odds(values, photos, query) == pytest.approx(wanted, abs=1e-3)
    assert views(values, photos, query)[:, 3].max() == pytest.approx(0.0, abs=1e-6)


def test_an_offset_common_to_all_texts_and_photos_changes_nothing_by_default() -> None:
    photos = background(50)
    values = similarities(50, 5, seed=1)
    shifted = Background(photos.mean + 0.2, photos.deviation)
    first = DEFAULT_MATCHING.probabilities(values, photos, QueryBackground.of(values - photos.mean))
    second = DEFAULT_MATCHING.probabilities(values + 0.2, shifted, QueryBackground.of(values - photos.mean))
    assert first == pytest.approx(second, abs=1e-4)


def test_an_empty_library_matches_nothing() -> None:
    nothing = np.empty(0, np.float32)
    query = QueryBackground.of(nothing)
    assert DEFAULT_MATCHING.probabilities(nothing, Background(nothing, nothing), query).tolist() == []


def test_a_fit_parts_matches_from_the_rest_and_sets_a_bar_between() -> None:
    photos = background(200)
    everywhere = np.ones(200, bool)
    queries = [
        LabelledQuery(similarities(200, count, seed), np.arange(200) < count, everywhere)
        for seed, count in enumerate([1, 3, 20, 5, 0, 0, 0, 0, 2, 10])
    ]
    found = fit_matching(queries, photos)
    for query in queries:
        measured = QueryBackground.of(query.similarities - photos.mean)
        probabilities = found.probabilities(query.similarities, photos, measured)
        assert (probabilities[query.present] > 0.5).mean() >= 0.9 if query.present.any() else True
        assert (probabilities.max() >= found.bar) == bool(query.present.any())


def test_a_fit_to_small_libraries_finds_the_match_in_them_too() -> None:
    photos = background(200)
    everywhere = np.ones(200, bool)
    queries = [
        LabelledQuery(similarities(200, count, seed), np.arange(200) < count, everywhere)
        for seed, count in enumerate([4, 8, 20, 12, 0, 0, 0, 0, 6, 10])
    ]
    chance = np.random.default_rng(1)
    parts = [np.sort(chance.choice(200, size, replace=False)) for size in (25, 25, 50, 100)]
    found = fit_matching(queries, photos, libraries=[np.arange(200), *parts])
    for places in parts:
        here = photos.at(places)
        for query in queries:
            values, present = query.similarities[places], query.present[places]
            probabilities = found.probabilities(values, here, QueryBackground.of(values - here.mean))
            assert ((probabilities > 0.5) == present).mean() >= 0.9
