"""Who says in plain words what should not be seen is told how to."""

from __future__ import annotations

import pytest

from desktop_app.domain.language.parser import parse
from desktop_app.domain.negation_hint import negation_hint
from desktop_app.domain.query import And, Not
from desktop_app.domain.query_terms import Meaning


@pytest.mark.parametrize(
    ("text", "thing"), [("beach without people", "people"), ("Not a dog", "dog"), ("dog and not cat", "cat")]
)
def test_what_is_to_be_left_out_is_shown_with_a_minus(text: str, thing: str) -> None:
    hint = negation_hint(text)
    assert hint.endswith(f": -{thing}.")
    assert parse(f"beach -{thing}") == And((Meaning("beach"), Not(Meaning(thing))))


@pytest.mark.parametrize("text", ["a no entry sign", "knots", "notebook", "dog not", "", "two dogs on grass"])
def test_other_questions_get_no_hint(text: str) -> None:
    assert negation_hint(text) == ""
