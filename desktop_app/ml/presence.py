"""Is what was asked for in the library at all? Asked of the best photo, for a list that should not begin.

A single photo's probability is fitted to tell photos of one question apart; whether a question has any match is another
matter: the best of many photos stands high by chance alone, and words that a text tower has never seen land anywhere. Three
things tell, of which a logistic regression is fitted once per model (packaging/fit_search.py):
 - how similar the best photo is (its lead over the background captions),
 - how far that stands above the library's median, in robust standard deviations,
 - `familiarity`: how near the words come to words that are known to mean something. It tells nonsense from
   what is only not there.
Among few photos the best stands less high, by chance and for matches alike: the bar is lower there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.matching import QueryBackground

Vectors = npt.NDArray[np.float32]

# Known texts whose nearness is averaged: a single one may be near by chance.
_NEIGHBOURS = 10

# How far from its bar a question can be found, in log-odds: sensitivity moves the bar by 3.
_FARTHEST = 8.0


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

    def margin(self, query: QueryBackground, familiar: float) -> float:
        """How far a question lies above (or, below 0, under) what a question with matches must reach, in log-odds."""
        known = self.familiarity * min(familiar, self.familiar_from)
        fewer = self.fewer * float(np.log(max(1.0, self.photos / max(query.count, 1))))
        seen = self.best * query.best + self.height * query.height + known + fewer
        return float(np.clip(seen + self.bias, -_FARTHEST, _FARTHEST))


def familiarity(text: Vectors, known: Sequence[Vectors]) -> float:
    """How near a text's unit vector [D] comes to those of texts that mean something, sets of [T, D]."""
    near = np.concatenate([np.full(_NEIGHBOURS, -1.0, np.float32), *(texts @ text for texts in known)])
    return float(np.sort(near)[-_NEIGHBOURS:].mean())
