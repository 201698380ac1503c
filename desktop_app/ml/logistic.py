"""Weighted logistic regression with weight decay, by damped Newton steps. Numpy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEPS = 50
_CLIP = 30.0
"""Log-odds beyond which a probability is 0 or 1 to thirteen digits; exp() stays finite."""


def fit_logistic(
    design: Floats, truth: Floats, weights: Floats, *, decay: Floats, offset: Floats | None = None
) -> Floats:
    """The coefficients [k] of `design` [n, k] under which `truth` [n], 0 or 1, is most likely, less the decay's price.

    Minimised is sum(weights * log loss) + sum(decay * coefficients^2) / 2; `offset` [n] is added to the log-odds as it is.
    """
    fixed = np.zeros(len(design)) if offset is None else offset
    found = np.zeros(design.shape[1])

    def loss(at: Floats) -> float:
        signed = (1.0 - 2.0 * truth) * (design @ at + fixed)
        return float((weights * np.logaddexp(0.0, signed)).sum() + (decay * at * at).sum() / 2.0)

    current = loss(found)
    for _ in range(_STEPS):
        predicted = probabilities(design @ found + fixed)
        slope = design.T @ (weights * (predicted - truth)) + decay * found
        curvature = (design * (weights * predicted * (1.0 - predicted))[:, None]).T @ design + np.diag(decay + 1e-9)
        step = np.linalg.solve(curvature, slope)
        # Far from the optimum a whole step can overshoot: halve it until the loss falls.
        while (reached := loss(found - step)) > current and np.abs(step).max() > 1e-10:
            step = step / 2.0
        found, improved, current = found - step, current - reached, reached
        if improved < 1e-12:
            break
    return found


def probabilities(log_odds: Floats) -> Floats:
    """Log-odds as probabilities, float64."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -_CLIP, _CLIP))), dtype=np.float64)
