"""The cross on a chip takes its term out of the question and leaves the others as they were."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from desktop_app.domain.language.chips import chips
from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.language.removal import without_term
from tests.domain.language.test_language import QUERIES


@pytest.mark.parametrize(
    ("text", "removed", "left"),
    [
        ("two dogs", "two dogs", ""),
        ("(beach OR lake) -people", "beach", "lake -people"),
        ("(beach OR lake) -people", "people", "beach OR lake"),
        ('snow "old town" ice', '"old town"', "snow AND ice"),
        ("-people tag:c beach", "tag:c", "-people AND beach"),
        ("a OR b AND tag:c", "a", "b tag:c"),
        ("-(dog tag:x)", "dog", "-tag:x"),
    ],
)
def test_what_joined_a_term_goes_with_it(text: str, removed: str, left: str) -> None:
    chip = next(chip for chip in chips(parse(text)) if chip.text == removed)
    assert without_term(text, chip.span) == left


@given(QUERIES)
@settings(max_examples=200, deadline=None)
def test_every_other_term_stays(text: str) -> None:
    try:
        before = chips(parse(text))
    except QueryProblem:
        assume(False)
    for position, chip in enumerate(before):
        after = chips(parse(without_term(text, chip.span)))
        kept = before[:position] + before[position + 1 :]
        assert [(each.text, each.negated) for each in after] == [(each.text, each.negated) for each in kept]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("a OR tag:b OR c", [False, True, True]),
        ("(a OR b) c", [False, True, False]),
        ("-(a OR b)", [False, False]),
        ("-(a tag:b)", [False, True]),
    ],
)
def test_chips_say_which_are_alternatives(text: str, joined: list[bool]) -> None:
    assert [chip.alternative for chip in chips(parse(text))] == joined
