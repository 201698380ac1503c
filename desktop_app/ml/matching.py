"""Does this photo show what these words say? Similarity to probability, by what is known of both sides.

A bare cosine means something else for each photo and each query: whatever all texts have in common adds to it, and so
nonsense scores like text. What counts is its lead over the photo's mean similarity to a fixed bank of background captions
(`mean_weight` says how much of that is taken off), seen in four ways that together mean the same everywhere:
 - the lead itself,
 - `by_photo`: in standard deviations of the photo's similarities to the bank,
 - `by_library`: how far it stands above the leads of the whole library for this query, in robust standard deviations
   (median and MAD: the matches themselves must not move what they are measured against),
 - `below_best`: how far it falls short of the best photo of the library, in the same units.
A logistic regression on them is fitted once per model (packaging/fit_search.py) and kept in the model's folder; a model
that brings none is fitted to each library (`ml.unlabelled_fitting`).
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

# In log-odds: more than rounding takes away.
_OVER_THE_BAR = 0.01


@dataclass(frozen=True, slots=True)
class QueryBackground:
    """One query's leads (or, for a picture, similarities) over a whole library."""

    median: float
    spread: float
    """Robust standard deviation."""
    best: float
    count: int = 0
    """Of how many photos that is the best."""

    @classmethod
    def of(cls, similarities: Vectors, *, best: float | None = None, count: int | None = None) -> QueryBackground:
        """From the similarities of every photo, or of an even sample and the best of all, so many; of an empty library,
        something that matches nothing.
        """
        if not len(similarities):
            return cls(0.0, 1.0, 1.0)
        median = float(np.median(similarities))
        spread = float(np.median(np.abs(similarities - median))) * MAD_TO_SIGMA
        highest = float(similarities.max()) if best is None else best
        return cls(median, max(spread, _LEAST_SPREAD), highest, len(similarities) if count is None else count)

    @property
    def height(self) -> float:
        """How far the best photo stands above the median, in spreads."""
        return (self.best - self.median) / self.spread


def views(similarities: Vectors, photos: Background, query: QueryBackground, *, mean_weight: float = 1.0) -> Vectors:
    """The four views of similarities [N], as float32 [N, 4]. `query` is the background of the library's leads."""
    lead = similarities - np.float32(mean_weight) * photos.mean
    by_photo = lead / photos.deviation
    by_library, below_best = (lead - query.median) / query.spread, (lead - query.best) / query.spread
    return np.stack([lead, by_photo, by_library, below_best], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class MatchCalibration:
    """P(photo shows it) = sigmoid(bias + weights . views); `bar` is what the best photo of a list must reach."""

    lead: float
    by_photo: float
    by_library: float
    below_best: float
    bias: float
    bar: float
    mean_weight: float = 1.0
    """How much of a photo's mean similarity to the background captions is taken off, 0 to 1."""

    def log_odds(self, similarities: Vectors, photos: Background, query: QueryBackground) -> Vectors:
        """Log-odds of a match, float32 of the shape of `similarities` [N]."""
        # The weighted views, with all that is the same for every photo taken together: two passes instead of four.
        slope = self.lead + (self.by_library + self.below_best) / query.spread
        rest = self.bias - (self.by_library * query.median + self.below_best * query.best) / query.spread
        odds = np.asarray(similarities - np.float32(self.mean_weight) * photos.mean, np.float32)
        # In place, and without the division where the photo's own spread has no say: a million photos are a question's third.
        odds *= np.float32(slope) + np.float32(self.by_photo) / photos.deviation if self.by_photo else np.float32(slope)
        odds += np.float32(rest)
        return odds

    def doubt(self, query: QueryBackground, margin: float) -> float:
        """What to add to all log-odds of a question so that its best photo is on that side of the bar, and so far from it, as
        `Presence` says; nothing when it is on the right side already.
        """
        best = self.lead * query.best + self.by_library * query.height + self.bias
        bar = float(np.log(self.bar / (1.0 - self.bar)))
        return min(0.0, bar + margin - best) if margin < 0.0 else max(0.0, bar + _OVER_THE_BAR - best)

    def probabilities(self, similarities: Vectors, photos: Background, query: QueryBackground) -> Vectors:
        """Probabilities of a match, 0 to 1."""
        return sigmoid(self.log_odds(similarities, photos, query))


def sigmoid(log_odds: Vectors) -> Vectors:
    """Log-odds as probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0))), dtype=np.float32)


# Until a model without figures of its own was fitted to the library: only the views in units of spreads, which CLIP models
# have in common.
DEFAULT_MATCHING = MatchCalibration(lead=0.0, by_photo=0.7, by_library=0.6, below_best=0.4, bias=-3.6, bar=0.25)


@dataclass(frozen=True, slots=True)
class PictureCalibration:
    """P(two pictures are alike) = sigmoid(slope * (by_library - offset)): pictures among pictures have their own scale."""

    slope: float = 1.0
    offset: float = 4.0

    def log_odds(self, similarities: Vectors, query: QueryBackground) -> Vectors:
        """Log-odds that a photo is like the example, float32 [N]."""
        by_library = (similarities - query.median) / query.spread
        return np.asarray(self.slope * (by_library - self.offset), dtype=np.float32)
