"""Does this photo show what these words say? Similarity to probability, by what is known of both sides.

A bare cosine means something else for each photo and each query. Four views of it together mean the same everywhere:
 - the cosine itself,
 - `by_photo`: how far it stands above the photo's similarities to a fixed bank of background captions,
 - `by_library`: how far it stands above the whole library's similarities to this query (median and MAD: robust, since
   the matches themselves must not move what they are measured against),
 - `below_best`: how far it falls short of the best photo of the library, in the same units.
A logistic regression on them is fitted once per model (packaging/fit_search.py) and kept in the model's folder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background

Vectors = npt.NDArray[np.float32]

# 1 / Phi^-1(3/4): makes the median absolute deviation of a normal distribution its standard deviation.
MAD_TO_SIGMA = 1.4826

# In a tiny library the MAD can be nearly 0, and any photo would stand infinitely high above it.
_LEAST_SPREAD = 0.02


@dataclass(frozen=True, slots=True)
class QueryBackground:
    """One query's similarities over a whole library."""

    median: float
    spread: float
    """Robust standard deviation."""
    best: float

    @classmethod
    def of(cls, similarities: Vectors) -> QueryBackground:
        """From the similarities of every photo; of an empty library, something that matches nothing."""
        if not len(similarities):
            return cls(0.0, 1.0, 1.0)
        median = float(np.median(similarities))
        spread = float(np.median(np.abs(similarities - median))) * MAD_TO_SIGMA
        return cls(median, max(spread, _LEAST_SPREAD), float(similarities.max()))


@dataclass(frozen=True, slots=True)
class MatchCalibration:
    """P(photo shows it) = sigmoid(bias + weights . views); `bar` is what the best photo of a list must reach."""

    cosine: float
    by_photo: float
    by_library: float
    below_best: float
    bias: float
    bar: float

    def log_odds(self, similarities: Vectors, photos: Background, query: QueryBackground) -> Vectors:
        """Log-odds of a match, float32 of the shape of `similarities` [N]."""
        by_library = (similarities - query.median) / query.spread
        below_best = (similarities - query.best) / query.spread
        odds = (
            self.cosine * similarities
            + self.by_photo * photos.standardise(similarities)
            + self.by_library * by_library
            + self.below_best * below_best
            + self.bias
        )
        return np.asarray(odds, dtype=np.float32)

    def probabilities(self, similarities: Vectors, photos: Background, query: QueryBackground) -> Vectors:
        """Probabilities of a match, 0 to 1."""
        return sigmoid(self.log_odds(similarities, photos, query))


def sigmoid(log_odds: Vectors) -> Vectors:
    """Log-odds as probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0))), dtype=np.float32)


# For models without fitted figures: only the views in units of spreads, which CLIP models have in common.
DEFAULT_MATCHING = MatchCalibration(cosine=0.0, by_photo=0.7, by_library=0.6, below_best=0.4, bias=-3.6, bar=0.25)


@dataclass(frozen=True, slots=True)
class PictureCalibration:
    """P(two pictures are alike) = sigmoid(slope * (by_library - offset)): pictures among pictures have their own scale."""

    slope: float = 1.0
    offset: float = 4.0

    def log_odds(self, similarities: Vectors, query: QueryBackground) -> Vectors:
        """Log-odds that a photo is like the example, float32 [N]."""
        by_library = (similarities - query.median) / query.spread
        return np.asarray(self.slope * (by_library - self.offset), dtype=np.float32)
