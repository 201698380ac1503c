"""Fitting `MatchCalibration` to photos whose labels are known. Numpy only; run by packaging/fit_search.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.logistic import fit_logistic
from desktop_app.ml.matching import MatchCalibration, QueryBackground, views

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

# Weight decay on standardised views: with some ten thousand examples it only keeps correlated views from drifting apart.
_DECAY = 1e-3


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A query's similarities to every photo of a library, and what is true of which of them."""

    similarities: Vectors
    """float32 [N]."""
    present: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    """False where nobody said whether the photo shows it."""
    weight: float = 1.0
    sets_bar: bool = True
    """False for a query without matches of which that is not quite sure."""


def fit_matching(queries: Sequence[LabelledQuery], photos: Background) -> MatchCalibration:
    """The calibration under which what is known is most likely; its bar parts queries with matches from those without.

    Every photo of every query counts the same: common things, which people search for, as often as they are there.
    """
    backgrounds = [QueryBackground.of(query.similarities - photos.mean) for query in queries]
    stacked = np.concatenate(
        [
            views(query.similarities, photos, background)[query.known].astype(np.float64)
            for query, background in zip(queries, backgrounds, strict=True)
        ]
    )
    truth = np.concatenate([query.present[query.known] for query in queries]).astype(np.float64)
    weights = np.concatenate([np.full(int(query.known.sum()), query.weight) for query in queries])
    coefficients = _logistic(stacked, truth, weights)
    lead, by_photo, by_library, below_best, bias = (round(float(value), 4) for value in coefficients)
    calibration = MatchCalibration(lead, by_photo, by_library, below_best, bias, bar=0.5)
    best = np.array(
        [
            calibration.probabilities(query.similarities, photos, background).max()
            for query, background in zip(queries, backgrounds, strict=True)
        ]
    )
    there = np.array([query.present.any() for query in queries], bool)
    absent = np.array([query.sets_bar for query in queries], bool) & ~there
    return replace(calibration, bar=round(_bar(best[there], best[absent]), 4))


def _logistic(seen: Floats, truth: Floats, weights: Floats) -> Floats:
    """Weighted logistic regression on standardised views; returns the coefficients of the views and the bias."""
    mean, deviation = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    design = np.column_stack([(seen - mean) / deviation, np.ones(len(seen))])
    # Per true example: matches are rare, and a mean over all examples would leave the decay to decide.
    weights = weights / (weights * truth).sum()
    decay = np.array([_DECAY] * (design.shape[1] - 1) + [0.0])
    found = fit_logistic(design, truth, weights, decay=decay)
    scaled = found[:-1] / deviation
    return np.append(scaled, found[-1] - float(scaled @ mean))


def _bar(there: Floats, absent: Floats) -> float:
    """The bar at which the worse of two shares is highest: queries with matches that pass it, and without that do not."""
    if not len(there) or not len(absent):
        return 0.5
    bars = np.linspace(0.01, 0.99, 491)
    passed = (there[None, :] >= bars[:, None]).mean(axis=1)
    stopped = (absent[None, :] < bars[:, None]).mean(axis=1)
    return float(bars[np.minimum(passed, stopped).argmax()])
