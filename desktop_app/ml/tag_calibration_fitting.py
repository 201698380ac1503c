"""Fitting `TagCalibration` to photos whose labels are known. Numpy only; run by packaging/fit_search.py."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.logistic import fit_logistic
from desktop_app.ml.tag_calibration import TagBackground, TagCalibration, tag_views

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

# Weight decay on standardised views: the lead and its scaled forms say nearly the same, and would drift apart without.
_DECAY = 10.0


def fit_tag_calibration(
    similarities: Vectors, photos: Background, *, present: Bools, known: Bools, weights: npt.NDArray[np.float64]
) -> TagCalibration:
    """The calibration under which what is known of photos and labels [N, L] is most likely; `weights` [L] by label.

    What tells true from false is asked of all labels alike: one of many photos would else drown those of few. How sure to
    be is then fitted to all that is known as it is. The photos stand for a library: labels are measured against all of
    them, whether their truth is known or not.
    """
    tags = TagBackground.of(similarities - photos.mean[:, None])
    seen = tag_views(similarities, photos, tags)[known].astype(np.float64)
    truth = present[known].astype(np.float64)
    each = np.broadcast_to(weights, present.shape)[known]
    alike = np.broadcast_to(weights * _evening(present), present.shape)[known]
    mean, deviation = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    design = np.column_stack([(seen - mean) / deviation, np.ones(len(seen))])
    found = fit_logistic(design, truth, alike, decay=np.array([_DECAY] * (design.shape[1] - 1) + [0.0]))
    sureness, shift = fit_logistic(
        np.column_stack([design @ found, np.ones(len(seen))]), truth, each, decay=np.zeros(2)
    )
    scaled = sureness * found[:-1] / deviation
    lead, photo_mean, by_photo, by_library, below_best = (round(float(value), 4) for value in scaled)
    bias = round(float(sureness * found[-1] + shift - scaled @ mean), 4)
    return TagCalibration(lead, photo_mean, by_photo, by_library, bias, below_best)


def _evening(present: Bools) -> npt.NDArray[np.float64]:
    """How much a label counts [L] for labels of many and of few photos to count alike: the mean is 1."""
    counts = present.sum(axis=0)
    found = np.where(counts > 0, 1.0 / np.sqrt(np.maximum(counts, 1)), 0.0)
    mean = found[counts > 0].mean() if (counts > 0).any() else 1.0
    return np.asarray(np.where(counts > 0, found / mean, 1.0), dtype=np.float64)
