"""Fitting `MatchCalibration` to photos whose labels are known. Numpy only; run by packaging/fit_search.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.logistic import fit_logistic
from desktop_app.ml.matching import MatchCalibration, QueryBackground, sigmoid, views

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

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


def fit_matching(
    queries: Sequence[LabelledQuery], photos: Background, *, libraries: Sequence[Places] = ()
) -> MatchCalibration:
    """The calibration under which what is known is most likely; its bar parts queries with matches from those without.

    Every photo of every query counts the same: common things, which people search for, as often as they are there.
    `libraries` are places of photos that are fitted as if each were a library by itself, so that the figures hold for small
    libraries, too; without any, all photos are one. The first sets the bar.
    """
    asked = [
        each for places in libraries or [np.arange(len(photos.mean))] for each in _in_library(queries, photos, places)
    ]
    stacked = np.concatenate([each.views[each.known].astype(np.float64) for each in asked])
    truth = np.concatenate([each.present[each.known] for each in asked]).astype(np.float64)
    weights = np.concatenate([np.full(int(each.known.sum()), each.weight) for each in asked])
    lead, by_photo, by_library, below_best, bias = (
        round(float(value), 4) for value in _logistic(stacked, truth, weights)
    )
    first = asked[: len(queries)]
    best = np.array([(each.views @ [lead, by_photo, by_library, below_best]).max() + bias for each in first])
    there = np.array([each.present.any() for each in first], bool)
    absent = np.array([each.sets_bar for each in first], bool) & ~there
    probability = sigmoid(best.astype(np.float32))
    bar = _bar(probability[there], probability[absent])
    return MatchCalibration(lead, by_photo, by_library, below_best, bias, bar=round(bar, 4))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one query sees of one library."""

    views: Vectors
    present: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    weight: float
    sets_bar: bool


def _in_library(queries: Sequence[LabelledQuery], photos: Background, places: Places) -> Iterator[_Asked]:
    here = photos.at(places)
    for query in queries:
        similarities, present, known = query.similarities[places], query.present[places], query.known[places]
        background = QueryBackground.of(similarities - here.mean)
        # Where nobody said it of some photos, one of them may show it.
        sets_bar = query.sets_bar and bool(known.all())
        yield _Asked(views(similarities, here, background), present, known, query.weight, sets_bar)


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


def _bar(there: Vectors, absent: Vectors) -> float:
    """The bar at which the worse of two shares is highest: queries with matches that pass it, and without that do not."""
    if not len(there) or not len(absent):
        return 0.5
    bars = np.linspace(0.01, 0.99, 491)
    passed = (there[None, :] >= bars[:, None]).mean(axis=1)
    stopped = (absent[None, :] < bars[:, None]).mean(axis=1)
    return float(bars[np.minimum(passed, stopped).argmax()])
