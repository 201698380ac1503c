"""Fitting `TagCalibration` to photos whose labels are known. Numpy only; run by packaging/fit_search.py."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.logistic import fit_logistic
from desktop_app.ml.tag_calibration import TagBackground, TagCalibration, tag_views

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

# Weight decay on standardised views: the lead and its two scaled forms say nearly the same, and would drift apart without.
_DECAY = 1.0


def fit_tag_calibration(
    similarities: Vectors, photos: Background, *, present: Bools, known: Bools, weights: npt.NDArray[np.float64]
) -> TagCalibration:
    """The calibration under which what is known of photos and labels [N, L] is most likely; `weights` [L] by label.

    The photos stand for a library: labels are measured against all of them, whether their truth is known or not.
    """
    tags = TagBackground.of(similarities - photos.mean[:, None])
    seen = tag_views(similarities, photos, tags)[known].astype(np.float64)
    truth = present[known].astype(np.float64)
    each = np.broadcast_to(weights, present.shape)[known]
    mean, deviation = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    design = np.column_stack([(seen - mean) / deviation, np.ones(len(seen))])
    found = fit_logistic(design, truth, each, decay=np.array([_DECAY] * (design.shape[1] - 1) + [0.0]))
    scaled = found[:-1] / deviation
    lead, photo_mean, by_photo, by_library = (round(float(value), 4) for value in scaled)
    return TagCalibration(lead, photo_mean, by_photo, by_library, round(float(found[-1] - scaled @ mean), 4))
