"""A tag learned from a handful of photos: what was accepted and rejected, blended with what the words alone say.

The log-odds of a photo x are  blend * zero_shot(x) + f(x),  f a linear function of the embedding, fitted by logistic
regression with weight decay (the mode of a Gaussian process with a linear kernel: Rasmussen & Williams 2006, algorithm 3.1).
Few-shot linear probes alone are known to fall below zero-shot (Radford et al. 2021, section 3.1.4), so that how far the
examples may move the words' verdict, and how much of it is kept, are weighed by leave-one-out. That needs no refitting: the
answer without an example follows from the fit with it in closed form (Rad & Maleki 2020). With a handful of examples
leave-one-out can hardly tell the blends apart; so they are averaged by their likelihood, and no single one is picked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.logistic import probabilities

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Examples of each kind that are worth handing in: beyond these a fit gains little and takes more than milliseconds.
MOST_EXAMPLES = 128
MOST_BYSTANDERS = 100

# How much of the words' verdict is kept, and the variance that the examples may give to f over the library.
BLENDS = (1.0, 0.5, 0.25)
REACHES = (0.5, 1.0, 4.0)

# Photos nobody decided about stand for "rather not": together they weigh as much as so many rejected ones.
BYSTANDERS_WEIGH = 2.0

_STEPS = 30


@dataclass(frozen=True, slots=True)
class Examples:
    """What a tag is learned from. Log-odds are the zero-shot ones."""

    accepted: Vectors
    """float32 [P, D]."""
    rejected: Vectors
    """float32 [R, D]; may be empty."""
    bystanders: Vectors
    """A sample of the library's other photos, float32 [B, D]; may be empty."""
    accepted_odds: Vectors
    rejected_odds: Vectors
    bystander_odds: Vectors


@dataclass(frozen=True, slots=True)
class LearnedTag:
    """log-odds(x) = blend * zero-shot log-odds + x . weights + bias."""

    weights: Vectors
    """float32 [D]."""
    bias: float
    blend: float

    def log_odds(self, vectors: Vectors, zero_shot: Vectors) -> Vectors:
        """Log-odds of photos [N, D] whose zero-shot log-odds [N] are given; float32 [N]."""
        return np.asarray(self.blend * zero_shot + vectors @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A learned tag and what leave-one-out says of it."""

    tag: LearnedTag
    accepted_probabilities: Floats
    """Of each accepted example as if it had not been one, float64 [P]."""
    rejected_probabilities: Floats


def learn(examples: Examples) -> Lesson:
    """Fit a tag to its examples, a matter of milliseconds. ValueError without an accepted one."""
    if not len(examples.accepted):
        raise ValueError("a tag is learned from at least one accepted photo")
    task = _Task.of(examples)
    fits = [_fit(task, blend=blend, reach=reach) for blend in BLENDS for reach in REACHES]
    losses = np.array([fit.loss for fit in fits])
    shares = np.exp(-(losses - losses.min()))
    shares /= shares.sum()
    accepted = len(examples.accepted)
    left_out = probabilities(np.tensordot(shares, np.stack([fit.left_out for fit in fits]), axes=1))
    return Lesson(_averaged(task, fits, shares), left_out[:accepted], left_out[accepted:])


@dataclass(frozen=True, slots=True)
class _Task:
    """All examples in one table: accepted, rejected, bystanders."""

    inputs: Floats
    """float64 [n, D]: embeddings less the library's mean, on a scale where the library's variance is 1."""
    kernel: Floats
    odds: Floats
    truth: Floats
    weights: Floats
    judged: int
    """Examples that a person decided about; they come first."""
    centre: Floats
    scale: float

    @classmethod
    def of(cls, examples: Examples) -> _Task:
        vectors = np.concatenate([examples.accepted, examples.rejected, examples.bystanders]).astype(np.float64)
        around = vectors if not len(examples.bystanders) else examples.bystanders.astype(np.float64)
        centre = around.mean(axis=0)
        scale = 1.0 / max(float(np.sqrt(((around - centre) ** 2).sum(axis=1).mean())), 1e-6)
        inputs = (vectors - centre) * scale
        counts = len(examples.accepted), len(examples.rejected), len(examples.bystanders)
        odds = np.concatenate([examples.accepted_odds, examples.rejected_odds, examples.bystander_odds])
        return cls(
            inputs=inputs,
            kernel=inputs @ inputs.T,
            odds=odds.astype(np.float64),
            truth=np.repeat([1.0, 0.0, 0.0], counts),
            weights=np.repeat([1.0, 1.0, BYSTANDERS_WEIGH / max(counts[2], 1)], counts),
            judged=counts[0] + counts[1],
            centre=centre,
            scale=scale,
        )


@dataclass(frozen=True, slots=True)
class _Fit:
    duals: Floats
    """f(x) = reach * (x . inputs.T) @ duals."""
    left_out: Floats
    """Log-odds of the judged examples, each as if it had not been there."""
    blend: float
    reach: float
    loss: float
    """Log loss of the judged examples, each left out in turn."""


def _averaged(task: _Task, fits: list[_Fit], shares: Floats) -> LearnedTag:
    """Linear functions average to a linear function."""
    duals = sum(
        (share * fit.reach * fit.duals for share, fit in zip(shares, fits, strict=True)), np.zeros(len(task.truth))
    )
    direction = task.scale * (task.inputs.T @ duals)
    blend = float(sum(share * fit.blend for share, fit in zip(shares, fits, strict=True)))
    return LearnedTag(direction.astype(np.float32), float(-(task.centre @ direction)), blend)


def _fit(task: _Task, *, blend: float, reach: float) -> _Fit:
    """The mode of the posterior by Newton's method, in the span of the examples."""
    kernel, offset = reach * task.kernel, blend * task.odds
    f = np.zeros(len(offset))
    duals = np.zeros(len(offset))
    for _ in range(_STEPS):
        predicted = probabilities(offset + f)
        curvature = task.weights * predicted * (1.0 - predicted) + 1e-12
        target = curvature * f + task.weights * (task.truth - predicted)
        root = np.sqrt(curvature)
        inner = np.eye(len(f)) + root[:, None] * kernel * root[None, :]
        duals = target - root * np.linalg.solve(inner, root * (kernel @ target))
        moved, f = np.abs(kernel @ duals - f).max(), kernel @ duals
        if moved < 1e-4:
            break
    left_out = _left_out(task, kernel, offset + f)
    truth = task.truth[: task.judged]
    # Each kind counts as a whole: three rejected photos say as much as thirty accepted ones.
    share = np.where(truth > 0, 1.0 / max(truth.sum(), 1.0), 1.0 / max((1.0 - truth).sum(), 1.0)) * len(truth) / 2.0
    loss = float((share * np.logaddexp(0.0, (1.0 - 2.0 * truth) * left_out)).sum())
    return _Fit(duals, left_out, blend, reach, loss)


def _left_out(task: _Task, kernel: Floats, log_odds: Floats) -> Floats:
    """Approximate leave-one-out log-odds of the judged examples: one Newton step back from the fit."""
    predicted = probabilities(log_odds)
    curvature = task.weights * predicted * (1.0 - predicted) + 1e-12
    root = np.sqrt(curvature)
    inner = np.eye(len(log_odds)) + root[:, None] * kernel * root[None, :]
    variance = np.diag(kernel) - ((root[:, None] * kernel) * np.linalg.solve(inner, root[:, None] * kernel)).sum(axis=0)
    push = task.weights * (task.truth - predicted) * variance / np.maximum(1.0 - curvature * variance, 1e-6)
    return np.asarray((log_odds - push)[: task.judged], dtype=np.float64)
