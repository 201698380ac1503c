"""Fitting `MatchCalibration` and `Presence` to photos whose labels are known. Numpy only; run by packaging/fit_search.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.logistic import fit_logistic
from desktop_app.ml.matching import MatchCalibration, QueryBackground, sigmoid, views
from desktop_app.ml.presence import Presence, Words

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

MEAN_WEIGHT = 0.5
"""How much of a photo's mean similarity to the background is taken off. All of it punishes photos that show much, none of it
favours those that resemble every text: mean average precision was 0.792, 0.800 and 0.801 for 1, 0.5 and 0 over all labels,
but of everyday sentences the first ten were right most often between 0.4 and 0.8."""

LEAD, BY_LIBRARY, BELOW_BEST = 0, 2, 3
"""Columns of `views`."""

# Weight decay on standardised views: with some ten thousand examples it only keeps correlated views from drifting apart.
_DECAY = 1e-3

# So many of the names of things that photos show are in need of a doubt whether they are words: no more, for a rare word is
# as good as a common one. With all of them in need of it (up to the highest familiarity), sentences suffered.
_UNFAMILIAR = 0.25


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
    everything = libraries or [np.arange(len(photos.mean))]
    asked = [each for places in everything for each in _in_library(queries, photos, places, MEAN_WEIGHT)]
    stacked, truth, weights = _examples(asked)
    # Not by the photo's deviation: it only reorders photos, and for the worse.
    used = [LEAD, BY_LIBRARY, BELOW_BEST]
    *slopes, bias = (round(float(value), 4) for value in _logistic(stacked[:, used], truth, weights))
    first = asked[: len(queries)]
    best = np.array([(each.views[:, used] @ slopes).max() + bias for each in first])
    there, absent = _sides(first)
    probability = sigmoid(best.astype(np.float32))
    bar = round(_bar(probability[there], probability[absent]), 4)
    lead, by_library, below_best = slopes
    return MatchCalibration(lead, 0.0, by_library, below_best, bias, bar=bar, mean_weight=MEAN_WEIGHT)


def fit_presence(
    queries: Sequence[LabelledQuery],
    photos: Background,
    *,
    words: Sequence[Words],
    libraries: Sequence[Places] = (),
) -> Presence:
    """What tells queries with matches from those without, both counted alike. `words` says what is known of the words of each.

    `libraries` as in `fit_matching`: all is fitted to the first, and how much lower the bar is among fewer photos to the rest.
    """
    first, *rest = libraries or [np.arange(len(photos.mean))]
    asked = list(_in_library(queries, photos, first, MEAN_WEIGHT))
    there, absent = _sides(asked)
    enough = round(float(np.quantile(np.array([each.familiar for each in words])[there], _UNFAMILIAR)), 4)
    seen = np.array([
        (each.query.best, each.query.height, min(own.familiar, enough))
        for each, own in zip(asked, words, strict=True)
    ])  # fmt: skip
    counted = there | absent
    weights = np.where(there, 1.0 / there.sum(), 1.0 / absent.sum())[counted]
    found = _logistic(seen[counted], there[counted].astype(np.float64), weights)
    odds = sigmoid(np.asarray(seen @ found[:-1] + found[-1], np.float32))
    bar = _bar(odds[there], odds[absent])
    best, height, familiarity, bias = (
        round(float(value), 4) for value in np.append(found[:-1], found[-1] - np.log(bar / (1.0 - bar)))
    )
    fitted = Presence(best, height, familiarity, bias, familiar_from=enough, photos=float(len(first)))
    parts = [list(_in_library(queries, photos, places, MEAN_WEIGHT)) for places in rest]
    return replace(fitted, fewer=_fewer(fitted, parts, words)) if parts else fitted


def _fewer(fitted: Presence, parts: Sequence[Sequence[_Asked]], words: Sequence[Words]) -> float:
    """The fall of the bar at which, on the average over small libraries, the product of two shares is highest: of questions
    with matches that pass it, and of those without that do not.
    """
    falls = np.linspace(0.0, 2.0, 41)
    shares = np.zeros(len(falls))
    for part in parts:
        there, absent = _sides(part)
        margins = np.array([fitted.margin(each.query, own) for each, own in zip(part, words, strict=True)])
        raised = margins + falls[:, None] * np.log(fitted.photos / part[0].query.count)
        shares += (raised[:, there] >= 0.0).mean(axis=1) * (raised[:, absent] < 0.0).mean(axis=1)
    return round(float(falls[shares.argmax()]), 4)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one query sees of one library."""

    query: QueryBackground
    views: Vectors
    present: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    weight: float
    sets_bar: bool


def _in_library(
    queries: Sequence[LabelledQuery], photos: Background, places: Places, mean_weight: float
) -> Iterator[_Asked]:
    here = photos.at(places)
    for each in queries:
        similarities, present, known = each.similarities[places], each.present[places], each.known[places]
        query = QueryBackground.of(similarities - np.float32(mean_weight) * here.mean)
        # Where nobody said it of some photos, one of them may show it.
        sets_bar = each.sets_bar and bool(known.all())
        seen = views(similarities, here, query, mean_weight=mean_weight)
        yield _Asked(query, seen, present, known, each.weight, sets_bar)


def _examples(asked: Sequence[_Asked]) -> tuple[Floats, Floats, Floats]:
    """All views of which something is known, what is, and what it weighs."""
    return (
        np.concatenate([each.views[each.known].astype(np.float64) for each in asked]),
        np.concatenate([each.present[each.known] for each in asked]).astype(np.float64),
        np.concatenate([np.full(int(each.known.sum()), each.weight) for each in asked]),
    )


def _sides(asked: Sequence[_Asked]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which queries have matches, and of which it is sure that they have none."""
    there = np.array([each.present.any() for each in asked], bool)
    return there, np.array([each.sets_bar for each in asked], bool) & ~there


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
