from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.cutoff import CutOff
from desktop_app.domain.fusion import fused_scores
from desktop_app.domain.language.degrees import degrees, sure_part, uncertain_terms
from desktop_app.domain.language.parser import parse
from desktop_app.domain.query import And, is_filter

probabilities = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=40).map(
    lambda values: np.sort(np.array(values, np.float32))[::-1]
)


def test_one_sure_photo_ends_its_list_after_one():
    assert CutOff(0.3).length(np.array([0.97, 0.2, 0.15, 0.1], np.float32)) == 1


def test_a_common_thing_goes_on_below_one_half():
    many = np.array([0.7] * 20 + [0.45] * 20 + [0.02] * 500, np.float32)
    assert CutOff(0.3).length(many) == 40


def test_nothing_matches_below_the_bar():
    doubtful = np.array([0.25, 0.2], np.float32)
    assert CutOff(0.3).length(doubtful) == 0
    assert CutOff(0.3, sensitivity=0.9).length(doubtful) > 0
    assert CutOff(0.3).length(doubtful, terms=2) > 0
    assert CutOff(0.3).length(np.empty(0, np.float32)) == 0


@given(probabilities, st.floats(0, 1), st.floats(0, 1))
def test_more_sensitive_never_lists_less(values, one, two):
    low, high = sorted((one, two))
    assert CutOff(0.3, low).length(values) <= CutOff(0.3, high).length(values)


def test_certain_results_are_all_listed_whatever_the_sensitivity():
    sure = np.ones(30, np.float32)
    assert {CutOff(0.3, at).length(sure) for at in (0.0, 0.5, 1.0)} == {30}


def table(**values):
    return {name: np.array(numbers, np.float32) for name, numbers in values.items()}


def test_terms_combine_as_probabilities_under_filters():
    known = table(dog=[0.9, 0.5, 0.1], cat=[0.2, 0.5, 0.9])

    def leaf(tree):
        return np.array([1, 1, 0], np.float32) if is_filter(tree) else known[tree.text]

    assert degrees(parse("dog AND cat"), leaf) == pytest.approx([0.18, 0.25, 0.09])
    assert degrees(parse("dog OR cat"), leaf) == pytest.approx([0.92, 0.75, 0.91])
    assert degrees(parse("-dog"), leaf) == pytest.approx([0.1, 0.5, 0.9])
    assert degrees(parse("dog is:rated"), leaf) == pytest.approx([0.9, 0.5, 0.0])
    assert degrees(parse("dog OR is:rated"), leaf) == pytest.approx([1.0, 1.0, 0.1])
    assert degrees(parse("-(dog OR cat)"), leaf) == pytest.approx(1 - degrees(parse("dog OR cat"), leaf))


def test_filters_that_all_must_pass_come_first():
    sure, rest = sure_part(parse("dog is:rated (cat OR iso:100) tag:x"))
    assert sure == parse("is:rated tag:x")
    assert rest == And((parse("dog"), parse("cat OR iso:100")))
    assert [uncertain_terms(parse(text)) for text in ("dog", "dog AND cat", "dog OR iso:100", "dog -cat")] == [
        1,
        2,
        0,
        1,
    ]


def test_ranks_are_fused_by_weight():
    meaning, words = np.array([0, 1, 2]), np.array([-1, -1, 0])
    assert fused_scores(meaning, words, words_weight=0.5).argmax() == 2
    assert fused_scores(meaning, words, words_weight=0.0).argmax() == 0
    assert fused_scores(meaning, words, words_weight=1.0).tolist() == [0, 0, 1 / 61]


def test_a_generous_list_goes_on_but_begins_no_sooner():
    fading = np.array([0.5, 0.3, 0.25, 0.2, 0.15, 0.12, 0.1, 0.08], dtype=np.float32)
    assert CutOff(0.3, generosity=0.9).length(fading) > CutOff(0.3).length(fading) > 0
    assert CutOff(0.6, generosity=0.9).length(fading) == 0
