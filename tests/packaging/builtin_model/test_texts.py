"""Cleaning of captions, statements and labels."""

from __future__ import annotations

import pytest

from recipe.corpus import plural
from recipe.labels import label_phrases
from recipe.statements import clean_caption, clean_statement


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("the picture taken at the beach", "a photo taken at the beach"),
        ("the photo taken day", ""),
        ("this photo taken on a ski slope", "a photo taken on a ski slope"),
        ("the photo taken baseball game", "a photo taken in a baseball game"),
        ("this evening", "a photo taken in the evening"),
        ("this picture taken 3:20pm", ""),
        ("Nobody in the image", ""),
        ("When will the baby have hair? Later", ""),
        ("Where does the man stand? In front of the ocean", "in front of the ocean"),
        ("the pier in the background of the picture", "the pier in the background"),
        ("Men eating at the table", "men eating at the table"),
    ],
)
def test_statements_become_plain_phrases_or_nothing(statement: str, expected: str) -> None:
    assert clean_statement(statement) == expected


def test_captions_lose_stray_spaces_and_the_full_stop() -> None:
    assert clean_caption(" A girl going into a wooden building . ") == "a girl going into a wooden building"


def test_labels_are_said_as_a_person_would() -> None:
    assert label_phrases("tinyimagenet200", "seashore, coast, seacoast") == ("seashore", "coast", "seacoast")
    assert label_phrases("miniplaces100", "temple east asia") == ("East Asian temple",)
    assert label_phrases("grocery", "Oatly Oat Milk (packages)") == ("oat milk package",)
    assert "people doing chess" in label_phrases("sports22", "chess")


def test_regular_plurals() -> None:
    assert [plural(noun) for noun in ("dog", "bus", "beach", "puppy", "monkey")] == [
        "dogs",
        "buses",
        "beaches",
        "puppies",
        "monkeys",
    ]
