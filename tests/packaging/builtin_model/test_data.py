"""Splits, near-duplicates, concepts, and the fit of the calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipe.annotations import Annotation
from recipe.calibrate import fit_calibration, standard_scores
from recipe.dataset import gather_concepts, near_duplicates, split_rows, with_implied
from recipe.pictures import PictureRow
from recipe.wordnet import NounDictionary


def test_the_split_is_disjoint_and_repeats() -> None:
    rows = [PictureRow("flickr8k_part", f"{number}.webp", "", ("a dog",)) for number in range(300)]
    rows += [PictureRow("visual7w", f"{number}.webp", "", ("a cat",)) for number in range(600)]
    rows += [
        PictureRow("coco_mini", "1.webp", "val2017", ("a cup",)),
        PictureRow("coco_mini", "2.webp", "train2017", ()),
    ]
    split, again = split_rows(rows, 7), split_rows(rows, 7)
    assert (len(split.flickr), len(split.visual7w), len(split.coco)) == (200, 500, 1)
    assert not set(split.training) & set(split.held_out)
    assert len(split.training) + len(split.held_out) == len(rows)
    assert np.array_equal(split.flickr, again.flickr)


def test_copies_with_noise_are_near_duplicates_and_strangers_are_not() -> None:
    chance = np.random.default_rng(0)
    pictures = chance.random((50, 64)).astype(np.float32)
    copy = pictures[7:8] + 0.02 * chance.random((1, 64)).astype(np.float32)
    assert np.flatnonzero(near_duplicates(pictures, copy)).tolist() == [7]


def test_labels_say_nothing_about_words_that_only_captions_use() -> None:
    annotations = [Annotation(True, ("a man on grass",), frozenset({"man", "grass"}))] * 6
    annotations += [Annotation(False, ("guitar",), frozenset({"guitar"}))]
    concepts = gather_concepts(annotations)
    column = {name: number for number, name in enumerate(concepts.names)}
    assert concepts.present[0, column["grass"]]
    assert concepts.present[6, column["guitar"]]
    assert concepts.known[0, column["guitar"]]
    assert not concepts.known[6, column["grass"]]
    assert concepts.known[6, column["guitar"]]


def test_a_word_implies_what_lies_above_it(nouns: NounDictionary) -> None:
    annotations = [Annotation(True, ("a puppy",), frozenset({"puppy"}))] * 6
    annotations += [Annotation(True, ("a dog",), frozenset({"dog"}))] * 6
    annotations += [Annotation(True, ("an animal",), frozenset({"animal"}))] * 6
    concepts = with_implied(gather_concepts(annotations), nouns)
    shown = {name: concepts.present[:, column].sum() for column, name in enumerate(concepts.names)}
    assert (shown["puppy"], shown["dog"], shown["animal"]) == (6, 12, 18)
    assert bool((concepts.known | ~concepts.present).all())


@settings(max_examples=10, deadline=None)
@given(st.floats(0.5, 3.0), st.floats(0.5, 3.0))
def test_the_fit_finds_the_curve_that_made_the_data(slope: float, offset: float) -> None:
    chance = np.random.default_rng(0)
    scores = chance.normal(1.0, 2.0, size=(200, 200)).astype(np.float32)
    present = chance.random(scores.shape) < 1 / (1 + np.exp(-slope * (scores - offset)))
    fitted = fit_calibration(scores, present)
    assert fitted.slope == pytest.approx(slope, rel=0.1)
    assert fitted.offset == pytest.approx(offset, abs=0.1)


def test_standard_scores_are_relative_to_the_background() -> None:
    images = np.array([[1.0, 0.0]], dtype=np.float32)
    background = np.array([[0.0, 1.0], [0.4, 0.0]], dtype=np.float32)
    scores = standard_scores(images, np.array([[0.8, 0.6]], dtype=np.float32), background)
    assert scores[0, 0] == pytest.approx((0.8 - 0.2) / 0.2)
