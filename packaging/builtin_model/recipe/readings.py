"""A second lesson for the text tower: words that no picture was described with, read as the dictionary explains them.

The teacher spells rare words out and errs ("settee" is near "setter" for it, "frankfurter" near "german"), and the text tower
with it. WordNet knows better: so the finished tower also reads a sentence about such a word with the word's synonyms among
the seen ones in its place, or, where it has none, with the seen words of its definition. The mean of these readings and of
the sentence as it stands is what it learns; the seen words stay where they are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recipe.corpus import FREQUENT_TEMPLATES, TEMPLATES, plural
from recipe.vocabulary import nouns_in
from recipe.wordnet import NounDictionary, Synset

OWN_SHARE = 0.45
"""How much the sentence as it stands counts; its readings share the rest. Between 0.4 and 0.5 unseen words find most."""

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
    """A sentence about a word."""

    text: str
    word: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """A seen word in place of an unseen one; the weights of a word's sum to 1."""

    text: str
    weight: float


class DictionaryReader:
    """A text tower, given by how it embeds sentences (float32 [N, D], normalised), with a dictionary at hand."""

    def __init__(
        self, encode: Callable[[Sequence[str]], Vectors], nouns: NounDictionary, seen: AbstractSet[str]
    ) -> None:
        self._encode = encode
        self._nouns = nouns
        self._seen = {word.lower() for word in seen}

    def unseen_words(self, tokens_in: Callable[[str], int]) -> list[str]:
        """The things of the dictionary that no picture was described with, but for the rarest; sorted."""
        words = {
            word
            for synset in self._nouns.synsets.values()
            if synset.lexicographer_file in THING_FILES
            for word in synset.words
            if word.islower() and not self._is_seen(word) and tokens_in(word) <= MOST_TOKENS
        }
        return sorted(word for word in words if any(self._candidates(word, sense) for sense in self._meanings(word)))

    def as_they_stand(self, sentences: Sequence[str]) -> Vectors:
        """Float32 [N, D], L2-normalised: sentences without the dictionary."""
        return self._encode(sentences)

    def encode(self, sentences: Sequence[Sentence]) -> Vectors:
        """Float32 [N, D], L2-normalised: targets of sentences."""
        targets = self._encode([sentence.text for sentence in sentences])
        stand_ins = self.stand_ins(sorted({sentence.word for sentence in sentences}))
        read = [
            (row, _read_with(sentence, stand_in), stand_in.weight)
            for row, sentence in enumerate(sentences)
            for stand_in in stand_ins[sentence.word]
        ]
        if not read:
            return targets
        rows, texts, weights = zip(*read, strict=True)
        distinct = sorted(set(texts))
        place = {text: number for number, text in enumerate(distinct)}
        vectors = self._encode(distinct)[[place[text] for text in texts]]
        targets[np.unique(rows)] *= OWN_SHARE
        np.add.at(targets, np.array(rows), vectors * ((1 - OWN_SHARE) * np.array(weights, dtype=np.float32))[:, None])
        return np.asarray(targets / np.linalg.norm(targets, axis=1, keepdims=True))

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
        return word.lower() in self._seen

    def _meanings(self, word: str) -> list[Synset]:
        things = [sense for sense in self._nouns.senses(word) if sense.lexicographer_file in THING_FILES]
        return things[: len(MEANING_WEIGHTS)]

    def _candidates(self, word: str, meaning: Synset) -> list[str]:
        """Seen synonyms, else the seen words of the definition and of the next broader meanings."""
        synonyms = [name for name in meaning.words if name.lower() != word.lower() and self._is_seen(name)]
        if synonyms:
            return synonyms
        near = nouns_in(meaning.gloss, self._nouns)
        near |= {name.lower() for broader in meaning.hypernyms for name in self._nouns.synsets[broader].words}
        return sorted(name for name in near if self._is_seen(name) and name != word.lower())


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
