"""Where a tag's list of photos ends: chosen for each tag by what its calibrated probabilities promise.

The cut of highest expected F1 (Lipton et al. 2014) lies at half that F1: high for a tag that the model knows well, low for one
of which it is never sure but whose best photos are probably right. Below it lies a floor, one for all tags, that holds the
share of right ones among all that are suggested to what the person chose.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_FLOORS = np.arange(0.02, 0.96, 0.01)


def best_cuts(probabilities: Vectors) -> Vectors:
    """The probability from which on each tag's expected F1 is highest, float32 [T], from probabilities [N, T], N >= 1."""
    falling = -np.sort(-probabilities, axis=0).astype(np.float64)
    hits = np.cumsum(falling, axis=0)
    given = np.arange(1, len(falling) + 1)[:, None]
    expected_f1 = 2.0 * hits / (given + hits[-1])
    best = expected_f1.argmax(axis=0)
    return np.asarray(np.take_along_axis(falling, best[None], axis=0)[0], dtype=np.float32)


def floor_for(probabilities: Vectors, cuts: Vectors, *, precision: float) -> float:
    """The lowest floor under which the tags at or above floor and cut promise this precision, all together.

    1 at most `_FLOORS`' end, when no floor does.
    """
    kept = np.sort(probabilities[probabilities >= np.maximum(cuts, _FLOORS[0])].astype(np.float64))
    if not len(kept):
        return float(_FLOORS[0])
    # Mean of the probabilities from each place on.
    above = np.cumsum(kept[::-1])[::-1] / np.arange(len(kept), 0, -1)
    for floor in _FLOORS:
        place = int(np.searchsorted(kept, floor))
        if place == len(kept) or above[place] >= precision:
            return float(floor)
    return float(_FLOORS[-1])


def blended(own: Vectors | float, default: float, *, photos: int, prior_photos: int) -> Vectors:
    """Thresholds of a library of so many photos, drawn towards the model's default while they are few; float32."""
    share = photos / (photos + prior_photos)
    return np.asarray(share * np.asarray(own) + (1.0 - share) * default, dtype=np.float32)
