"""Is what was asked for in the library at all? Asked of the best photo, for a list that should not begin.

A single photo's probability is fitted to tell photos of one question apart; whether a question has any match is another
matter: the best of many photos stands high by chance alone, and words that a text tower has never seen land anywhere. Three
things tell, of which a logistic regression is fitted once per model (packaging/fit_search.py):
 - how similar the best photo is (its lead over the background captions),
 - how far that stands above the library's median, in robust standard deviations,
 - `familiarity`: how near the words come to words that are known to mean something. It tells nonsense from
   what is only not there.
Common words need less: what half of a library shows (people, grass) hardly stands out in it, and yet is there.
Among few photos the best stands less high, by chance and for matches alike: the bar is lower there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.words import telling_words
from desktop_app.ml.matching import QueryBackground

Vectors = npt.NDArray[np.float32]

# Known texts whose nearness is averaged: a single one may be near by chance.
_NEIGHBOURS = 10

COMMON_ODDS = 1.2
"""By how much, in log-odds, what is said of photos everywhere is likelier to be in a library than other things; not fitted, for
of the labels that the rest is fitted to four in five are single things that one photo shows."""

# What can be counted is as common as one of it.
_NUMBERS = frozenset("one two three four five six seven eight nine ten many several".split())

# How far from its bar a question can be found, in log-odds: sensitivity moves the bar by 3.
_FARTHEST = 8.0


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a question's words, whatever the library."""

    familiar: float
    """Their familiarity."""
    common: float
    """Their commonness, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Log-odds that the best photo matches at all = bias + weights . what is seen, less the bar."""

    best: float
    height: float
    familiarity: float
    bias: float
    """With the bar in it: above 0 something matches."""
    familiar_from: float
    """Words that are so familiar are familiar enough: rare words and whole sentences are no worse questions."""
    photos: float = 0.0
    """How many photos the rest was fitted to."""
    fewer: float = 0.0
    """By how much the bar falls when there are e times fewer than that."""

    def margin(self, query: QueryBackground, words: Words) -> float:
        """How far a question lies above (or, below 0, under) what a question with matches must reach, in log-odds."""
        known = self.familiarity * min(words.familiar, self.familiar_from) + COMMON_ODDS * words.common**2
        fewer = self.fewer * float(np.log(max(1.0, self.photos / max(query.count, 1))))
        seen = self.best * query.best + self.height * query.height + known + fewer
        return float(np.clip(seen + self.bias, -_FARTHEST, _FARTHEST))


def familiarity(text: Vectors, known: Sequence[Vectors]) -> float:
    """How near a text's unit vector [D] comes to those of texts that mean something, sets of [T, D]."""
    near = np.concatenate([np.full(_NEIGHBOURS, -1.0, np.float32), *(texts @ text for texts in known)])
    return float(np.sort(near)[-_NEIGHBOURS:].mean())


def common_words(captions: Iterable[str]) -> frozenset[str]:
    """The words that captions of all kinds of photos use, in singular and plural alike."""
    return frozenset(_root(word) for caption in captions for word in telling_words(caption))


def commonness(text: str, common: AbstractSet[str]) -> float:
    """The share of a text's telling words that are common, 0 to 1."""
    words = [word for word in telling_words(text) if word not in _NUMBERS]
    return sum(_root(word) in common for word in words) / len(words) if words else 0.0


def _root(word: str) -> str:
    return word.removesuffix("s")
