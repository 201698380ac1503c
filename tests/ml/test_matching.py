"""From similarity to the probability of a match: what the views say, and that a fit finds what made its data."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.ml.calibration import Background
from desktop_app.ml.match_fitting import MEAN_WEIGHT, LabelledQuery, fit_matching, fit_presence
from desktop_app.ml.matching import DEFAULT_MATCHING, MatchCalibration, QueryBackground, sigmoid, views
from desktop_app.ml.presence import Presence, Words, common_words, commonness, familiarity


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


@pytest.mark.parametrize("mean_weight", [0.0, 0.4])
def test_as_much_of_the_mean_is_taken_off_as_the_calibration_says(mean_weight: float) -> None:
    photos = background(50)
    values = similarities(50, 5, seed=1)
    query = QueryBackground.of(values - np.float32(mean_weight) * photos.mean)
    calibration = MatchCalibration(2.0, 0.3, 0.5, 0.7, -1.5, bar=0.3, mean_weight=mean_weight)
    seen = views(values, photos, query, mean_weight=mean_weight)
    assert calibration.log_odds(values, photos, query) == pytest.approx(seen @ [2.0, 0.3, 0.5, 0.7] - 1.5, abs=1e-3)


@pytest.mark.parametrize(("bias", "margin"), [(-9.0, 2.0), (-9.0, 0.0), (9.0, -2.0), (9.0, 2.0), (-9.0, -2.0)])
def test_doubt_puts_the_best_photo_on_the_side_of_the_bar_that_it_belongs_to(bias: float, margin: float) -> None:
    photos = background(50)
    values = similarities(50, 5, seed=1)
    query = QueryBackground.of(values - photos.mean)
    calibration = MatchCalibration(2.0, 0.0, 0.5, 0.7, bias, bar=0.3)
    odds = calibration.log_odds(values, photos, query)
    judged = sigmoid(odds + np.float32(calibration.doubt(query, margin)))
    assert (judged.max() >= calibration.bar) == (margin >= 0.0)
    if (sigmoid(odds).max() >= calibration.bar) == (margin >= 0.0) and margin >= 0.0:
        assert judged == pytest.approx(sigmoid(odds)), "what is right already stays as it is"


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
        measured = QueryBackground.of(query.similarities - found.mean_weight * photos.mean)
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
            probabilities = found.probabilities(
                values, here, QueryBackground.of(values - found.mean_weight * here.mean)
            )
            assert ((probabilities > 0.5) == present).mean() >= 0.9


def test_presence_tells_what_is_not_there_and_what_means_nothing_from_what_is() -> None:
    photos = background(200)
    everywhere = np.ones(200, bool)
    # There; familiar and not there; letters at random that stand as high as what is there.
    kinds = [(5, 0.9)] * 12 + [(0, 0.9)] * 12 + [(5, 0.3)] * 12
    queries = [
        LabelledQuery(similarities(200, count, seed), (np.arange(200) < count) & (known > 0.5), everywhere)
        for seed, (count, known) in enumerate(kinds)
    ]
    words = [Words(known, 0.0) for _, known in kinds]
    presence = fit_presence(queries, photos, words=words)
    margins = [
        presence.margin(QueryBackground.of(query.similarities - MEAN_WEIGHT * photos.mean), own)
        for query, own in zip(queries, words, strict=True)
    ]
    assert [margin >= 0.0 for margin in margins] == [True] * 12 + [False] * 24


def test_words_are_as_familiar_as_the_nearest_ten_known_texts_and_beyond_a_point_no_more_so() -> None:
    known = np.eye(40, dtype=np.float32)
    text = np.zeros(40, np.float32)
    text[:10] = np.sqrt(0.1)
    assert familiarity(text, (known[:20], known[20:])) == pytest.approx(np.sqrt(0.1))
    assert familiarity(text, (known[:5], known[20:])) < np.sqrt(0.1)
    presence = Presence(1.0, 0.1, 2.0, -1.0, familiar_from=0.4, photos=500.0, fewer=0.3)
    query = QueryBackground(0.0, 0.1, 0.5, count=20)
    rare = Words(0.4, 0.0)
    among_many = [presence.margin(QueryBackground(0.0, 0.1, 0.5, count), rare) for count in (1, 20, 500, 1_000_000)]
    assert among_many == sorted(among_many, reverse=True)
    assert among_many[-1] == among_many[-2] < among_many[1], "more photos than were fitted to raise no bar"
    assert (
        presence.margin(query, Words(0.9, 0.0))
        == presence.margin(query, rare)
        > presence.margin(query, Words(0.3, 0.0))
    )
    assert (
        presence.margin(query, Words(0.4, 1.0)) > presence.margin(query, Words(0.4, 0.5)) > presence.margin(query, rare)
    )


def test_words_are_as_common_as_the_share_of_them_that_captions_say() -> None:
    common = common_words(["Dogs on the grass", "two people at a table"])
    assert commonness("three dogs on grass", common) == 1.0
    assert commonness("a dog", common) == commonness("PEOPLE", common) == 1.0
    assert commonness("a submarine and a table", common) == 0.5
    assert commonness("a penguin", common) == commonness("two", common) == commonness("", common) == 0.0
