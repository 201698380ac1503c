"""One ranking of two: reciprocal rank fusion (Cormack, Clarke & Buettcher 2009)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# The paper's constant: it keeps the very first ranks of one list from deciding alone.
_K = 60.0


def fused_scores(
    by_meaning: npt.NDArray[np.int64], by_words: npt.NDArray[np.int64], *, words_weight: float
) -> npt.NDArray[np.float64]:
    """Scores of photos from their ranks (0 is best, -1 is not in that list); `words_weight` is 0 to 1."""
    scores = np.zeros(len(by_meaning))
    for ranks, weight in ((by_meaning, 1.0 - words_weight), (by_words, words_weight)):
        there = ranks >= 0
        scores[there] += weight / (_K + 1.0 + ranks[there])
    return scores
