"""A second lesson for the text tower: words as they were grounded in pictures, and words that no picture was described with.

The teacher spells rare words out and errs ("settee" is near "setter" for it, "frankfurter" near "german"), and the text tower
with it. WordNet knows better: so the finished tower also reads a sentence about such a word with the word's synonyms among
the seen ones in its place, or, where it has none, with the seen words of its definition. The mean of these readings and of
the sentence as it stands is what it learns. Sentences about a seen word are read as they stand, by where the word was moved.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recipe.corpus import FREQUENT_TEMPLATES, TEMPLATES, plural
from recipe.vocabulary import nouns_in
from recipe.wordnet import NounDictionary, Synset

OWN_SHARE = 0.3
"""How much the sentence as it stands counts; its readings share the rest. Seen words move, unseen ones do not: so it counts less
than without grounding, where unseen words find most with 0.4 to 0.5."""

MEANING_WEIGHTS = (1.0, 0.5)
"""How much a word's commonest meaning counts, and its second."""

AGREEMENT_TEMPERATURE = 0.03
"""Among several synonyms those that resemble the definition count most: "hot dog" for a frankfurter, rather than "dog"."""

LEAST_WEIGHT = 0.05

THING_FILES = frozenset({3, 5, 6, 13, 17, 18, 20})
"""WordNet's files of animals, artifacts, food, natural objects, persons and plants, and of the broadest nouns."""

MOST_TOKENS = 2
"""Words that take more of open_clip's byte-pair tokens are too rare to be searched for: its merges were made by frequency."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence about a word, which it says as TEMPLATES do."""

    text: str
    word: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """A seen word in place of an unseen one; the weights of a word's sum to 1."""

    text: str
    weight: float


class DictionaryReader:
    """A text tower, given by how it embeds sentences (float32 [N, D], normalised), with a dictionary at hand.

    The seen words are those of `shifts`, which says how far each moves; their sentences move with them.
    """

    def __init__(
        self, encode: Callable[[Sequence[str]], Vectors], nouns: NounDictionary, shifts: Mapping[str, Vectors]
    ) -> None:
        self._encode = encode
        self._nouns = nouns
        self._shifts = {word.lower(): shift for word, shift in shifts.items()}

    def unseen_words(self, tokens_in: Callable[[str], int]) -> list[str]:
        """The things of the dictionary that no picture was described with, but for the rarest; sorted."""
        words = {
            word
            for synset in self._nouns.synsets.values()
            if synset.lexicographer_file in THING_FILES
            for word in synset.words
            if word.islower() and tokens_in(word) <= MOST_TOKENS
        }
        return sorted(word for word in words if any(self._candidates(word, sense) for sense in self._meanings(word)))

    def as_they_stand(self, sentences: Sequence[str]) -> Vectors:
        """Float32 [N, D], L2-normalised: sentences about no word above others, without the dictionary."""
        return self._encode(sentences)

    def encode(self, sentences: Sequence[Sentence]) -> Vectors:
        """Float32 [N, D], L2-normalised: targets of sentences."""
        stand_ins = self.stand_ins(sorted({sentence.word for sentence in sentences}))
        targets = self._moved([sentence.text for sentence in sentences], [sentence.word for sentence in sentences])
        read = [
            (row, _read_with(sentence, stand_in), stand_in)
            for row, sentence in enumerate(sentences)
            for stand_in in stand_ins[sentence.word]
        ]
        if not read:
            return targets
        rows, texts, chosen = zip(*read, strict=True)
        vectors = self._moved(texts, [stand_in.text for stand_in in chosen])
        weights = (1 - OWN_SHARE) * np.array([stand_in.weight for stand_in in chosen], dtype=np.float32)
        targets[np.unique(rows)] *= OWN_SHARE
        np.add.at(targets, np.array(rows), vectors * weights[:, None])
        return np.asarray(targets / np.linalg.norm(targets, axis=1, keepdims=True))

    def _moved(self, texts: Sequence[str], words: Sequence[str]) -> Vectors:
        """Float32 [N, D], L2-normalised: texts, each moved as far as its word; unseen words stay."""
        distinct = sorted(set(texts))
        place = {text: number for number, text in enumerate(distinct)}
        vectors = self._encode(distinct)[[place[text] for text in texts]]
        rest = np.zeros(vectors.shape[1], dtype=np.float32)
        vectors += np.stack([self._shifts.get(word.lower(), rest) for word in words])
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def stand_ins(self, words: Sequence[str]) -> dict[str, tuple[StandIn, ...]]:
        """What stands in for each of the words; nothing for those without a seen relative."""
        meanings = {word: [sense for sense in self._meanings(word) if self._candidates(word, sense)] for word in words}
        candidates = {word: [self._candidates(word, meaning) for meaning in meanings[word]] for word in words}
        texts = {meaning.gloss for found in meanings.values() for meaning in found}
        texts |= {text for lists in candidates.values() for names in lists for text in names}
        ordered = sorted(texts)
        vectors = dict(zip(ordered, self._encode(ordered), strict=True)) if ordered else {}
        return {word: _weighed(meanings[word], candidates[word], vectors) for word in words}

    def _is_seen(self, word: str) -> bool:
        return word.lower() in self._shifts

    def _meanings(self, word: str) -> list[Synset]:
        if self._is_seen(word):
            return []
        things = [sense for sense in self._nouns.senses(word) if sense.lexicographer_file in THING_FILES]
        return things[: len(MEANING_WEIGHTS)]

    def _candidates(self, word: str, meaning: Synset) -> list[str]:
        """Seen synonyms; else seen things of the definition and the next broader meanings; else of the narrower ones."""
        broader = [self._nouns.synsets[above] for above in meaning.hypernyms]
        narrower = self._nouns.narrower(meaning)
        defined = nouns_in(meaning.gloss, self._nouns) | _names(broader)
        choices = (
            _names([meaning]),
            {name for name in defined if self._is_thing(name)},
            _names([*narrower, *(lower for one in narrower for lower in self._nouns.narrower(one))]),
        )
        seen = ([name for name in sorted(names - {word.lower()}) if self._is_seen(name)] for names in choices)
        return next((names for names in seen if names), [])

    def _is_thing(self, word: str) -> bool:
        senses = self._nouns.senses(word)
        return not senses or senses[0].lexicographer_file in THING_FILES


def _names(meanings: Iterable[Synset]) -> set[str]:
    return {name.lower() for meaning in meanings for name in meaning.words}


def lesson(words: Collection[str], *, chance: random.Random) -> list[Sentence]:
    """What is said of each word: the ways that people and programs use most, and the plural."""
    frequent = TEMPLATES[:FREQUENT_TEMPLATES]
    return [
        Sentence(text, word)
        for word in words
        for text in dict.fromkeys(
            [*(template.format(word) for template in frequent), chance.choice(TEMPLATES).format(word), plural(word)]
        )
    ]


def all_forms(words: Collection[str]) -> set[str]:
    """Everything that could be said of the words in a lesson."""
    return {form for word in words for form in (*(template.format(word) for template in TEMPLATES), plural(word))}


def _weighed(
    meanings: Sequence[Synset], candidates: Sequence[Sequence[str]], vectors: dict[str, Vectors]
) -> tuple[StandIn, ...]:
    """The stand-ins of one word from those of its meanings, by how well each agrees with the definition."""
    shares = np.array(MEANING_WEIGHTS[: len(meanings)])
    found: list[StandIn] = []
    for share, meaning, names in zip(shares / shares.sum(), meanings, candidates, strict=True):
        agreement = np.array([vectors[name] @ vectors[meaning.gloss] for name in names]) / AGREEMENT_TEMPERATURE
        odds = np.exp(agreement - agreement.max())
        odds = np.where(odds / odds.sum() < LEAST_WEIGHT, 0.0, odds)
        odds *= share / odds.sum()
        found += [StandIn(name, float(odd)) for name, odd in zip(names, odds, strict=True) if odd]
    return tuple(found)


def _read_with(sentence: Sentence, stand_in: StandIn) -> str:
    """The sentence with the stand-in in the place of its word, in singular and plural."""
    text = re.sub(rf"\b{re.escape(plural(sentence.word))}\b", plural(stand_in.text), sentence.text)
    return re.sub(rf"\b{re.escape(sentence.word)}\b", stand_in.text, text)
