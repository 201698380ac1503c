"""Which terms of a question can be pointed at in a picture."""

from __future__ import annotations

import pytest

from desktop_app.domain.language.sights import sights


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("two dogs on grass", ("two dogs on grass",)),
        ("(beach OR lake) -people tag:2019", ("beach", "lake")),
        ("-(-dog) dog AND cat", ("dog", "cat")),
        ('"exact words" rating:>=3', ()),
        ('meaning:"is:it"', ("is:it",)),
        ("(beach", ()),
        ('"open', ()),
    ],
)
def test_terms_that_speak_for_a_photo(text: str, found: tuple[str, ...]) -> None:
    assert sights(text) == found
