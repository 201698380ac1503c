"""Gives the projection a first state that names ImageNet's classes and places pictures near their captions, without gradients.

The projection's 1,024 hidden units cannot do both by themselves: units that speak only for a class above a threshold let
little else through. So most of them name classes and the rest carry the directions along which captions vary, as linear
regression finds them; both are added up in the embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from torch.nn import functional

from recipe.image_tower import CLASSES, Classifier

LINEAR_UNITS = 96
"""Directions kept of the regression from features to captions; 32 find a fifth fewer captions, 128 no more."""

CLASS_THRESHOLD = 5.0
CLASS_GAIN = 2.0
"""A class speaks from this logit on (true classes reach about 9 on photos of single things, 8 on everyday photos), and its
logits are doubled before the GELU, which so cuts more sharply."""

LINEAR_SHARE = 0.6
"""Length of the captions' part beside that of the classes' part on pictures in which a class is evident."""

EVIDENT_LOGIT = 8.0
LINEAR_BIAS = 6.0
"""Keeps the linear units where the GELU is a straight line; their inputs have unit variance."""

REGRESSED_VIEWS = 3
"""Views of each picture that the regression sees; more change nothing."""

RIDGE = 5e4
"""Penalty of the regression on standardised features."""


@dataclass(frozen=True, slots=True)
class Regression:
    """Maps features [1280] to centred caption embeddings [512]: ((x − mean) / deviation) @ inward @ outward."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    inward: NDArray[np.float32]
    outward: NDArray[np.float32]

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centred embeddings float32 [N, 512]."""
        return np.asarray((features - self.mean) / self.deviation @ self.inward @ self.outward)


def regress_captions(
    views: Sequence[NDArray[np.float16]], captions: NDArray[np.float32], weights: NDArray[np.float64]
) -> Regression:
    """Weighted ridge regression from features of views, each float16 [N, 1280], to the pictures' captions [N, 512], cut to
    LINEAR_UNITS dimensions.
    """
    total = weights.sum() * len(views)
    weight = weights.astype(np.float32)[:, None]
    mean = sum((view.astype(np.float32) * weight).sum(axis=0) for view in views) / total
    deviation = np.sqrt(np.mean([view.astype(np.float32).var(axis=0) for view in views], axis=0)) + 1e-3
    middle = (captions * weight).sum(axis=0) / weights.sum()
    squares = np.zeros((len(mean), len(mean)), dtype=np.float64)
    products = np.zeros((len(mean), captions.shape[1]), dtype=np.float64)
    for view in views:
        inputs = (view.astype(np.float32) - mean) / deviation
        squares += (inputs * weight).T @ inputs
        products += (inputs * weight).T @ (captions - middle)
    solution = np.linalg.solve(squares + RIDGE * np.eye(len(mean)), products)
    left, strengths, right = np.linalg.svd(solution, full_matrices=False)
    inward, outward = left[:, :LINEAR_UNITS], strengths[:LINEAR_UNITS, None] * right[:LINEAR_UNITS]
    return Regression(*(np.asarray(part, dtype=np.float32) for part in (mean, deviation, inward, outward)))


def merged_classes(names: NDArray[np.float32], classifier: Classifier, count: int) -> list[tuple[int, ...]]:
    """The 1,000 classes in `count` groups: each class alone, but for the pairs closest in name and in looks."""
    rows = functional.normalize(classifier.weight - classifier.weight.mean(0), dim=-1).numpy()
    likeness = np.triu((names @ names.T) * (rows @ rows.T), k=1)
    taken: set[int] = set()
    pairs: list[tuple[int, ...]] = []
    for place in np.argsort(-likeness, axis=None):
        first, second = divmod(int(place), CLASSES)
        if len(pairs) == CLASSES - count:
            break
        if taken.isdisjoint((first, second)):
            taken |= {first, second}
            pairs.append((first, second))
    return [*((number,) for number in range(CLASSES) if number not in taken), *pairs]


@torch.no_grad()
def start_head(
    model: CLIP,
    classifier: Classifier,
    names: NDArray[np.float32],
    regression: Regression,
    views: Sequence[NDArray[np.float16]],
) -> None:
    """Set the projection; `names` [1000, 512] are the embeddings that the classes shall speak, `views` typical features."""
    mlp: Any = model.visual.head.mlp
    hidden = mlp.fc1.out_features
    groups = merged_classes(names, classifier, hidden - LINEAR_UNITS)
    member = torch.zeros(len(groups), CLASSES)
    for row, group in enumerate(groups):
        member[row, list(group)] = 1 / len(group)
    spoken = member @ torch.from_numpy(names - names.mean(axis=0))
    sample = torch.from_numpy(np.concatenate([view[::20] for view in views]).astype(np.float32))
    logits = classifier.logits(sample)
    heard = functional.gelu(CLASS_GAIN * (logits @ member.T - CLASS_THRESHOLD)) @ spoken / CLASS_GAIN
    length = heard[logits.amax(1) > EVIDENT_LOGIT].norm(dim=-1).mean()
    mlp.fc1.weight[: len(groups)] = CLASS_GAIN * member @ classifier.weight
    mlp.fc1.bias[: len(groups)] = CLASS_GAIN * (member @ classifier.bias - CLASS_THRESHOLD)
    mlp.fc2.weight[:, : len(groups)] = spoken.T / CLASS_GAIN / length
    _set_linear_units(mlp, regression, sample, first=len(groups))


def _set_linear_units(mlp: Any, regression: Regression, sample: torch.Tensor, *, first: int) -> None:
    """Let the hidden units from `first` on carry the regression, and the output's bias take away what they add at rest."""
    inward = torch.from_numpy(regression.inward / regression.deviation[:, None])
    middle = torch.from_numpy(regression.mean)
    spread = ((sample - middle) @ inward).std(0)
    length = torch.from_numpy(regression(sample.numpy())).norm(dim=-1).mean()
    outward = torch.from_numpy(regression.outward) * spread[:, None] * (LINEAR_SHARE / length)
    mlp.fc1.weight[first:] = (inward / spread).T
    mlp.fc1.bias[first:] = LINEAR_BIAS - middle @ (inward / spread)
    mlp.fc2.weight[:, first:] = outward.T
    mlp.fc2.bias[:] = -LINEAR_BIAS * outward.sum(0)
