"""The dictionary reader, on a dictionary of four nouns in WordNet's own file format."""

from __future__ import annotations

from recipe.vocabulary import nouns_in
from recipe.wordnet import NounDictionary


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
