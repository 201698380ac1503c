"""A tag learned from a handful of photos: what was accepted and rejected, blended with what the words alone say.

The log-odds of a photo x are  words(x) + reach * f(x),  rescaled, f a linear function of the embedding. Few-shot linear probes
alone are known to fall below zero-shot (Radford et al. 2021, section 3.1.4), and probes that start from the words' verdict
learn from its errors only, the odd photos. So f is fitted by itself, by logistic regression with strong weight decay (the
mode of a Gaussian process: Rasmussen & Williams 2006, algorithm 3.1), in a space where the library's main directions are
shortened: what its photos share tells nothing about a tag (as in linear discriminant analysis; Wang et al. 2024, "A
hard-to-beat baseline for training-free CLIP-based adaptation").

How far f may reach is weighed by leave-one-out: how well each accepted photo, left out, stands out among photos nobody
decided about. That needs no refitting: the answer without an example follows from the fit with it in closed form (Rad &
Maleki 2020). With a handful of examples leave-one-out can hardly tell the reaches apart; so they are averaged by their
likelihood and by what is usual, and no single one is picked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.logistic import fit_logistic, probabilities

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Examples of each kind that are worth handing in: beyond these a fit gains little and takes more than milliseconds.
MOST_EXAMPLES = 128
# So many tell how the library's photos are spread; of them, so many are set against the examples.
MOST_BYSTANDERS = 1000
_RIVALS = 100

# Standard deviations of f over the library, in those of the words' log-odds, and how usual each is. Measured on two sets of
# labelled photos, with 2 to 10 examples: a half lifts average precision most, little harms least.
REACHES = np.array([0.125, 0.25, 0.5, 1.0, 2.0, 4.0])
USUAL = np.array([1.0, 2.0, 4.0, 1.0, 0.5, 0.25])

# Leave-one-out of five photos is a rough guess: it is trusted as if there were fewer. On 23 labels, 20 draws each, 6 lifted
# average precision by 0.046 and cost one label more than noise; 2.5 lifts it by 0.040 and costs none.
_TEMPER = 2.5
# Sharper and flatter readings of the same log-odds: a reach is judged by the one that suits it best.
_SHARPNESS = (0.5, 1.0, 2.0)
_STANDS_AMONG = 100.0
"""An accepted photo is to stand out among so many."""

# Weights for five accepted photos: rejected ones were nearly right and count as much together; photos that nobody decided
# about stand for "rather not", together as many as ten rejected ones.
_BYSTANDERS_WEIGH = 2.0

# The prior variance of f; small, so that all examples count nearly alike, and what decides is where their middle lies.
_VARIANCE = 0.3
# Examples say nothing about how many photos have the tag: the intercept is free.
_INTERCEPT = 100.0
# The library's own spread is known from some hundred photos only: so many times its mean variance is added to each direction.
_RIDGE = 3.0

# How far the examples may move all log-odds at once, as the weight decay of a shift.
_SHIFT_DECAY = 1.0

_STEPS = 30


@dataclass(frozen=True, slots=True)
class Examples:
    """What a tag is learned from. Log-odds are the zero-shot ones."""

    accepted: Vectors
    """float32 [P, D]."""
    rejected: Vectors
    """float32 [R, D]; may be empty."""
    bystanders: Vectors
    """A sample of the library's other photos, in no order that matters, float32 [B, D]; may be empty."""
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
    probe = _Probe.of(task)
    reach = _reach(task, probe)
    # f is nearly independent of the words: together they spread no further than the words did alone.
    blend = 1.0 / float(np.hypot(1.0, reach))
    unit = reach * blend * task.words_spread / max(probe.spread, 1e-9) if probe.spread > 1e-6 else 0.0
    left_out = blend * task.odds[: task.judged] + unit * probe.left_out
    settled = blend * task.odds + unit * probe.values
    shift = _shift(task, np.concatenate([left_out, settled[task.judged :]]))
    direction = unit * probe.direction
    tag = LearnedTag(direction.astype(np.float32), shift - float(task.space.centre @ direction), blend)
    stated = probabilities(left_out + shift)
    return Lesson(tag, stated[: task.accepted], stated[task.accepted :])


@dataclass(frozen=True, slots=True)
class _Space:
    """Where examples are compared: around the library's centre, its main directions shortened."""

    centre: Floats
    metric: Floats
    """float64 [D, D]: the inverse of the library's covariance, its variances made more alike."""
    size: float
    """Root mean square of the photos' length by that metric."""

    @classmethod
    def of(cls, photos: Floats) -> _Space:
        """From a sample of the library [N, D], N >= 1."""
        centre = photos.mean(axis=0)
        away = photos - centre
        covariance = away.T @ away / len(away)
        ridge = _RIDGE * max(float(np.trace(covariance)) / len(centre), 1e-9)
        metric = np.linalg.inv(covariance + ridge * np.eye(len(centre)))
        size = float(np.sqrt(np.einsum("nd,nd->n", away @ metric, away).mean()))
        return cls(centre, metric, max(size, 1e-6))

    def directions(self, photos: Floats) -> tuple[Floats, Floats]:
        """Where photos lie from the centre as vectors of length 1 by the metric [N, D], and their lengths before [N]."""
        away = photos - self.centre
        lengths = np.sqrt(np.einsum("nd,nd->n", away @ self.metric, away))
        return away / np.maximum(lengths, 1e-6)[:, None], lengths


@dataclass(frozen=True, slots=True)
class _Task:
    """All examples in one table: accepted, rejected, bystanders."""

    space: _Space
    inputs: Floats
    """float64 [n, D], of length 1 by the space's metric: a photo far out counts no more than another."""
    lengths: Floats
    """What was taken off, in units of the library's."""
    kernel: Floats
    odds: Floats
    truth: Floats
    weights: Floats
    accepted: int
    judged: int
    """Examples that a person decided about; they come first."""
    words_spread: float
    """Standard deviation of the words' log-odds over the library."""

    @classmethod
    def of(cls, examples: Examples) -> _Task:
        bystanders = examples.bystanders.astype(np.float64)
        rivals = np.linspace(0, len(bystanders) - 1, min(len(bystanders), _RIVALS)).round().astype(np.int64)
        judged = np.concatenate([examples.accepted, examples.rejected]).astype(np.float64)
        space = _Space.of(bystanders if len(bystanders) else judged)
        inputs, lengths = space.directions(np.concatenate([judged, bystanders[rivals]]))
        counts = len(examples.accepted), len(examples.rejected), len(rivals)
        odds = np.concatenate([examples.accepted_odds, examples.rejected_odds, examples.bystander_odds[rivals]])
        around = examples.bystander_odds if len(rivals) else odds
        return cls(
            space=space,
            inputs=inputs,
            lengths=lengths / space.size,
            kernel=_VARIANCE * (inputs @ space.metric @ inputs.T) + _INTERCEPT,
            odds=odds.astype(np.float64),
            truth=np.repeat([1.0, 0.0, 0.0], counts),
            weights=np.repeat([1.0, 1.0, _BYSTANDERS_WEIGH * counts[0] / max(counts[2], 1)], counts),
            accepted=counts[0],
            judged=counts[0] + counts[1],
            words_spread=float(around.std()),
        )


@dataclass(frozen=True, slots=True)
class _Probe:
    """f, fitted to the examples without the words. It is measured from its intercept."""

    direction: Floats
    """float64 [D]: f(x) = (x - centre) . direction."""
    values: Floats
    """f of all examples, their lengths taken off."""
    left_out: Floats
    """The same of the judged ones, each as if it had not been there."""
    spread: float
    """Standard deviation of f over the library."""

    @classmethod
    def of(cls, task: _Task) -> _Probe:
        duals, log_odds = _fit(task)
        intercept = _INTERCEPT * float(duals.sum())
        direction = _VARIANCE * (task.space.metric @ (task.inputs.T @ duals)) / task.space.size
        values = log_odds - intercept
        around = slice(task.judged, None) if len(values) > task.judged else slice(None)
        spread = float((values * task.lengths)[around].std())
        return cls(direction, values, _left_out(task, log_odds) - intercept, spread)


def _reach(task: _Task, probe: _Probe) -> float:
    """How far f is to reach, averaged over `REACHES` by how well the accepted photos, left out, stand out with each."""
    others = slice(task.judged, None) if len(task.odds) > task.judged else slice(task.accepted, None)
    rivals, values = task.odds[others], probe.values[others]
    if not len(rivals) or probe.spread <= 1e-6:
        return float(USUAL @ REACHES / USUAL.sum())
    units = REACHES * task.words_spread / probe.spread
    ours = task.odds[: task.accepted, None] + units * probe.left_out[: task.accepted, None]
    theirs = rivals[:, None] + units * values[:, None]
    ahead = theirs[None] - ours[:, None]
    losses = np.stack([_listwise(sharpness * ahead) for sharpness in _SHARPNESS]).min(axis=0)
    shares = np.exp(-(losses - losses.min()) / _TEMPER) * USUAL
    return float(shares @ REACHES / shares.sum())


def _listwise(ahead: Floats) -> Floats:
    """For each reach, the log loss of picking the accepted photos out of so many others; `ahead` [P, rivals, reaches]."""
    crowd = _STANDS_AMONG * np.exp(np.clip(ahead, -50.0, 50.0)).mean(axis=1)
    return np.asarray(np.log1p(crowd).sum(axis=0), dtype=np.float64)


def _shift(task: _Task, log_odds: Floats) -> float:
    """By how much all log-odds are to move, for examples that were left out to come true; little without many."""
    weights = np.repeat(
        [1.0, _BYSTANDERS_WEIGH / max(len(log_odds) - task.judged, 1)], [task.judged, len(log_odds) - task.judged]
    )
    found = fit_logistic(
        np.ones((len(log_odds), 1)), task.truth, weights, decay=np.array([_SHIFT_DECAY]), offset=log_odds
    )
    return float(found[0])


def _fit(task: _Task) -> tuple[Floats, Floats]:
    """The mode of the posterior by Newton's method, in the span of the examples: duals and log-odds."""
    log_odds = np.zeros(len(task.truth))
    duals = np.zeros(len(task.truth))
    for _ in range(_STEPS):
        predicted = probabilities(log_odds)
        curvature = task.weights * predicted * (1.0 - predicted) + 1e-12
        target = curvature * log_odds + task.weights * (task.truth - predicted)
        root = np.sqrt(curvature)
        inner = np.eye(len(log_odds)) + root[:, None] * task.kernel * root[None, :]
        duals = target - root * np.linalg.solve(inner, root * (task.kernel @ target))
        moved, log_odds = np.abs(task.kernel @ duals - log_odds).max(), task.kernel @ duals
        if moved < 1e-4:
            break
    return duals, log_odds


def _left_out(task: _Task, log_odds: Floats) -> Floats:
    """Approximate leave-one-out log-odds of the judged examples: one Newton step back from the fit."""
    kernel = task.kernel
    predicted = probabilities(log_odds)
    curvature = task.weights * predicted * (1.0 - predicted) + 1e-12
    root = np.sqrt(curvature)
    inner = np.eye(len(log_odds)) + root[:, None] * kernel * root[None, :]
    variance = np.diag(kernel) - ((root[:, None] * kernel) * np.linalg.solve(inner, root[:, None] * kernel)).sum(axis=0)
    push = task.weights * (task.truth - predicted) * variance / np.maximum(1.0 - curvature * variance, 1e-6)
    return np.asarray((log_odds - push)[: task.judged], dtype=np.float64)
