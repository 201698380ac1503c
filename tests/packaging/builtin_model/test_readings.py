"""How the teacher reads words without pictures, with a teacher that knows each word from the next and nothing else."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recipe.readings import OWN_SHARE, DictionaryReader, Sentence, all_forms, lesson
from recipe.wordnet import NounDictionary

DIMENSIONS = 4096


def words_counted(sentences: Sequence[str]) -> NDArray[np.float32]:
    """Normalised word counts [N, 4096]: a teacher by the letter, for which other words have nothing in common."""
    counts = np.zeros((len(sentences), DIMENSIONS), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        for word in re.findall("[a-z]+", sentence.lower()):
            counts[row, zlib.crc32(word.encode()) % DIMENSIONS] += 1
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def not_moved(*words: str) -> dict[str, NDArray[np.float32]]:
    return {word: np.zeros(DIMENSIONS, dtype=np.float32) for word in words}


def read(nouns: NounDictionary, seen: set[str], *sentences: Sentence) -> NDArray[np.float32]:
    return DictionaryReader(words_counted, nouns, not_moved(*seen)).encode(sentences)


def test_an_unseen_word_is_read_as_the_seen_word_of_its_definition_too(nouns: NounDictionary) -> None:
    (target,) = read(nouns, {"dog"}, Sentence("a photo of a puppy", "puppy"))
    own, as_dog, as_cat = words_counted(["a photo of a puppy", "a photo of a dog", "a photo of a cat"])
    expected = OWN_SHARE * own + (1 - OWN_SHARE) * as_dog
    assert np.allclose(target, expected / np.linalg.norm(expected), atol=1e-5)
    assert target @ as_dog > target @ as_cat


def test_a_seen_word_is_read_where_it_was_moved_and_stands_in_from_there(nouns: NounDictionary) -> None:
    dog, here = words_counted(["a dog"])[0], np.eye(DIMENSIONS, dtype=np.float32)[7]
    seen, unseen = DictionaryReader(words_counted, nouns, {"Dog": here}).encode(
        [Sentence("a dog", "dog"), Sentence("a puppy", "puppy")]
    )
    moved = (dog + here) / np.linalg.norm(dog + here)
    assert np.allclose(seen, moved, atol=1e-5)
    expected = OWN_SHARE * words_counted(["a puppy"])[0] + (1 - OWN_SHARE) * moved
    assert np.allclose(unseen, expected / np.linalg.norm(expected), atol=1e-5)


def test_a_broad_word_is_read_as_the_seen_ones_below_it(nouns: NounDictionary) -> None:
    (target,) = read(nouns, {"puppy"}, Sentence("an animal", "animal"))
    own, as_puppy = words_counted(["an animal", "an puppy"])
    expected = OWN_SHARE * own + (1 - OWN_SHARE) * as_puppy
    assert np.allclose(target, expected / np.linalg.norm(expected), atol=1e-5)


def test_all_forms_hold_every_sentence_of_a_lesson() -> None:
    told = lesson(["puppy", "dog"], chance=random.Random(3))
    assert {sentence.text for sentence in told} <= all_forms(["dog", "puppy"])


def test_plurals_are_read_in_the_plural(nouns: NounDictionary) -> None:
    (target,) = read(nouns, {"dog"}, Sentence("two puppies", "puppy"))
    dogs, dog = words_counted(["two dogs", "two dog"])
    assert target @ dogs > target @ dog


def test_words_without_a_seen_relative_are_read_as_they_stand(nouns: NounDictionary) -> None:
    sentences = [Sentence("a puppy", "puppy"), Sentence("a frobnicator", "frobnicator")]
    assert np.allclose(read(nouns, {"cat"}, *sentences), words_counted(["a puppy", "a frobnicator"]))


def test_unseen_words_are_the_frequent_ones_with_a_seen_relative(nouns: NounDictionary) -> None:
    reader = DictionaryReader(words_counted, nouns, not_moved("dog"))
    tokens = {"puppy": 1, "domestic dog": 2, "animal": 1, "entity": 1, "dog": 1}
    assert reader.unseen_words(tokens.__getitem__) == ["animal", "domestic dog", "entity", "puppy"]
    assert reader.unseen_words(lambda word: 3 * tokens[word]) == []


def test_the_lesson_says_a_word_in_many_ways() -> None:
    told = lesson(["puppy"], chance=random.Random(1))
    texts = [sentence.text for sentence in told]
    assert {"puppy", "a photo of a puppy", "puppies"} <= set(texts)
    assert len(set(texts)) == len(texts)
    assert {sentence.word for sentence in told} == {"puppy"}
