"""Measures of tags that were chosen: precision, recall, F1, and how far probabilities keep their word.

All take `present`, bool[photos, labels]: what is true. Figures are fractions between 0 and 1. Numpy only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.tag_quality import ChosenTags, ReliabilityBin

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]

# Ten bins are customary (Guo et al. 2017); so are they in most published figures, which makes ours comparable.
RELIABILITY_BINS = 10

UNKNOWN = -np.inf
"""A score below every cut-off."""

# Cut-offs tried for the best single threshold: fine enough that a finer grid changes the third decimal at most.
_CUTS = 200


def measure_chosen(chosen: Bools, present: Bools) -> ChosenTags:
    """Figures of the tags in `chosen`, bool[photos, labels]. ValueError when nothing is present."""
    hits = (chosen & present).sum(axis=0).astype(np.float64)
    given, true = chosen.sum(axis=0), present.sum(axis=0)
    occurring = true > 0
    if not occurring.any():
        raise ValueError("tags can be measured only where at least one label occurs")
    by_label = 2.0 * hits / np.maximum(given + true, 1)
    total, all_given, all_true = float(hits.sum()), int(given.sum()), int(true.sum())
    return ChosenTags(
        precision=total / all_given if all_given else 0.0,
        recall=total / all_true,
        micro_f1=2.0 * total / (all_given + all_true),
        macro_f1=float(by_label[occurring].mean()),
    )


def best_single_threshold(scores: Floats, present: Bools) -> float:
    """The one cut-off for all labels whose macro F1 is highest: what a rival that knew the answers could reach.

    Tried are quantiles of the scores, so that any scale will do. Pairs that nobody knows the truth of score `UNKNOWN`.
    """
    # True tags are few: quantiles of all scores would be coarse just where it matters.
    known = scores[scores > UNKNOWN]
    upper = np.quantile(known, np.linspace(0.5, 1.0, _CUTS))
    cuts = np.unique(np.concatenate([upper, np.quantile(scores[present], np.linspace(0.0, 1.0, _CUTS))]))
    reached = [measure_chosen(scores >= cut, present).macro_f1 for cut in cuts]
    return float(cuts[int(np.argmax(reached))])


def top_k(scores: Floats, k: int) -> Bools:
    """The `k` best labels of every photo, as bool[photos, labels]; equal scores in the order of the labels."""
    chosen = np.zeros(scores.shape, bool)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    np.put_along_axis(chosen, best, values=True, axis=1)
    return chosen


def reliability(probabilities: Floats, truth: Bools) -> tuple[ReliabilityBin, ...]:
    """The reliability curve (DeGroot & Fienberg 1983): `RELIABILITY_BINS` bins of equal width, low ones first."""
    stated = np.asarray(probabilities, np.float64).ravel()
    true = np.asarray(truth, bool).ravel()
    bins = np.clip((stated * RELIABILITY_BINS).astype(np.int64), 0, RELIABILITY_BINS - 1)
    counts = np.bincount(bins, minlength=RELIABILITY_BINS)
    sums = np.bincount(bins, weights=stated, minlength=RELIABILITY_BINS)
    hits = np.bincount(bins, weights=true, minlength=RELIABILITY_BINS)
    return tuple(
        ReliabilityBin(
            number / RELIABILITY_BINS,
            (number + 1) / RELIABILITY_BINS,
            int(counts[number]),
            float(sums[number] / max(counts[number], 1)),
            float(hits[number] / max(counts[number], 1)),
        )
        for number in range(RELIABILITY_BINS)
    )


def expected_calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Mean distance between what was stated and what was true, each bin by its size (Naeini et al. 2015)."""
    total = sum(each.count for each in bins)
    if not total:
        return 0.0
    return sum(each.count * abs(each.probability - each.observed) for each in bins) / total
