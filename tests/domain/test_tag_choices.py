"""What quick-tag offers for a few letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.fuzzy import best_matches, fuzzy_score
from desktop_app.domain.tag import Tag, TagDefinition, TagId, TagUse
from desktop_app.domain.tag_choices import Share, TagChoices

NAMES = ("beach", "beach ball", "sandy beach", "sunset", "bench", "best of June", "dog")
TAGS = {name: Tag(TagId(number), name, "Nature") for number, name in enumerate(NAMES, 1)}
DEFINITIONS = tuple(TagDefinition(tag, ("hound",) if name == "dog" else ()) for name, tag in TAGS.items())


def choices(*, recent: tuple[str, ...] = (), photos: int = 1, **uses: tuple[int, int]) -> TagChoices:
    used = tuple(TagUse(TAGS[name], *counts) for name, counts in uses.items())
    return TagChoices(DEFINITIONS, tuple(TAGS[name] for name in recent), used, photos)


def names(found: TagChoices, typed: str) -> list[str]:
    return [choice.name for choice in found.offered(typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("beach", "beach"), ("be", "beach"), ("ball", "beach ball"), ("sabe", "sandy beach"), ("bch", "beach"), ("BOJ", "best of June"),
     ("bb", "beach ball")],
)  # fmt: skip
def test_a_few_letters_find_the_tag_that_is_meant(typed: str, first: str) -> None:
    assert names(choices(), typed)[0] == first


def test_other_words_find_a_tag_and_say_so() -> None:
    found = choices().offered("hou")
    assert (found[0].name, found[0].detail) == ("dog", "“hound”")
    assert found[-1].is_new
    assert not any(choice.is_new for choice in choices().offered("Hound")), "an alias is taken"
    assert not any(choice.is_new for choice in choices().offered("  BEACH  "))


def test_of_equals_a_name_comes_before_another_word() -> None:
    deer, dog = Tag(TagId(1), "deer", "Animals"), Tag(TagId(2), "dog", "Animals")
    definitions = (TagDefinition(deer, ("doe",)), TagDefinition(dog, ()))
    found = TagChoices(definitions, uses=(TagUse(deer, 0, 1),), photos=1)
    assert names(found, "do")[:2] == ["dog", "deer"]
    assert found.offered("do")[1].detail == "“doe” · suggested"


def test_of_equals_the_one_used_last_comes_first() -> None:
    assert names(choices(recent=("bench",)), "b")[0] == "bench"


def test_without_letters_the_selections_own_tags_and_those_given_last_are_at_hand() -> None:
    found = choices(recent=("sunset", "dog"), photos=3, dog=(3, 0), beach=(1, 1), bench=(0, 2))
    assert names(found, " ") == ["dog", "beach", "sunset", "bench"]
    rows = {choice.name: choice for choice in found.offered("")}
    assert [rows[name].share for name in ("dog", "beach", "sunset")] == [Share.ALL, Share.SOME, Share.NONE]
    assert rows["beach"].detail == "1 of 3 photos"
    assert rows["bench"].detail == "suggested for 2"


@given(st.text(max_size=8), st.lists(st.text(max_size=12), max_size=12))
def test_whatever_is_typed_only_names_that_hold_its_letters_in_order_are_found(typed: str, words: list[str]) -> None:
    found = best_matches(typed, [(word, word) for word in words], limit=99)
    assert len(set(found)) == len(found)
    wanted = " ".join(typed.casefold().split())
    for word in found:
        letters = iter(word.casefold())
        assert all(letter in letters for letter in wanted.replace(" ", ""))
    assert set(found) >= {word for word in words if wanted and wanted in word.casefold()}
    scores = [fuzzy_score(wanted, word.casefold()) for word in found]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
