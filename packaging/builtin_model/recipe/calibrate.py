"""Fits the two numbers that turn a similarity into the probability that a label is true (Platt 1999)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEWTON_STEPS = 50
SMALLEST_DEVIATION = 1e-3


@dataclass(frozen=True, slots=True)
class FittedCalibration:
    """P(label) = sigmoid(slope · (z − offset))."""

    slope: float
    offset: float


def standard_scores(
    images: NDArray[np.float32], labels: NDArray[np.float32], background: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Similarities [N, L] in standard deviations above each image's mean similarity to the background captions."""
    bank = images @ background.T
    deviation = np.maximum(bank.std(axis=1, keepdims=True), SMALLEST_DEVIATION)
    return np.asarray((images @ labels.T - bank.mean(axis=1, keepdims=True)) / deviation, dtype=np.float32)


def fit_calibration(scores: NDArray[np.float32], present: NDArray[np.bool_]) -> FittedCalibration:
    """Logistic regression of truth on standard scores by Newton's method, over every pair of image and label."""
    inputs = np.stack([scores.ravel().astype(np.float64), np.ones(scores.size)], axis=1)
    truth = present.ravel().astype(np.float64)
    parameters = np.array([1.0, -3.0])
    for _ in range(NEWTON_STEPS):
        probability = 1 / (1 + np.exp(-np.clip(inputs @ parameters, -30, 30)))
        gradient = inputs.T @ (truth - probability)
        curvature = (inputs * (probability * (1 - probability))[:, None]).T @ inputs
        step = np.linalg.solve(curvature + 1e-9 * np.eye(2), gradient)
        parameters = parameters + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    slope, intercept = parameters
    return FittedCalibration(float(slope), float(-intercept / slope))
