"""The dictionary reader, on a dictionary of four nouns in WordNet's own file format."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipe.vocabulary import nouns_in
from recipe.wordnet import NounDictionary

DATA = """  1 This is a licence line.
00001930 03 n 01 entity 0 000 | that which is perceived
00015388 03 n 01 animal 0 001 @ 00001930 n 0000 | a living organism
02084071 05 n 02 dog 0 domestic_dog 0 001 @ 00015388 n 0000 | a member of the genus Canis; "the dog barked"
01322604 05 n 01 puppy 0 001 @ 02084071 n 0000 | a young dog
"""

INDEX = """  1 This is a licence line.
animal n 1 1 @ 1 1 00015388
dog n 1 1 @ 1 1 02084071
domestic_dog n 1 1 @ 1 0 02084071
entity n 1 0 1 1 00001930
puppy n 1 1 @ 1 1 01322604
"""


@pytest.fixture
def nouns(tmp_path: Path) -> NounDictionary:
    (tmp_path / "data.noun").write_text(DATA, encoding="latin-1")
    (tmp_path / "index.noun").write_text(INDEX, encoding="latin-1")
    (tmp_path / "noun.exc").write_text("doggies dog\n", encoding="latin-1")
    return NounDictionary(tmp_path)


def test_meanings_with_synonyms_and_definitions(nouns: NounDictionary) -> None:
    (dog,) = nouns.senses("dog")
    assert dog.words == ("dog", "domestic dog")
    assert dog.gloss == "a member of the genus Canis"
    assert nouns.ancestors(nouns.senses("puppy")[0]) == {1322604, 2084071, 15388, 1930}
    assert nouns.is_common("dog")
    assert not nouns.is_common("domestic dog")


def test_plurals_are_found_in_their_dictionary_form(nouns: NounDictionary) -> None:
    assert [nouns.singular(word) for word in ("dogs", "puppies", "doggies", "dog", "cats")] == [
        "dog",
        "puppy",
        "dog",
        "dog",
        None,
    ]


def test_nouns_of_a_caption_are_those_that_can_be_seen(nouns: NounDictionary) -> None:
    assert nouns_in("Two dogs and a domestic dog chase puppies of an entity", nouns) == {"dog", "domestic dog", "puppy"}
