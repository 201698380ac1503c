"""Aligns the image tower with the text tower: first the projection on cached features, then the tower's upper blocks."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from recipe.image_tower import CLASSES, Classifier
from recipe.losses import AlignmentLoss
from recipe.pictures import PictureStore
from recipe.views import random_view, to_tensor

FIRST_TUNED_BLOCK = 4
"""Blocks 0-3 of MobileNetV2's seven keep their ImageNet weights: they see edges and parts, cost most of the time, and
without them each step takes half as long."""

RAISED_LOGIT = (4.0, 12.0)
"""How much an imagined class is raised above its logit in the picture; true classes reach about 8 on clear photos."""

PAIR_WEIGHT = 0.5
IMAGINED_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """Length and speed of the two phases."""

    head_steps: int = 150
    head_batch: int = 512
    head_rate: float = 1e-3
    tower_pictures: int = 90_000
    tower_batch: int = 256
    tower_rate: float = 2e-4
    tower_head_rate: float = 3e-4
    map_rate: float = 2e-4
    scale_rate: float = 5e-3
    weight_decay: float = 0.05
    view_sizes: tuple[int, ...] = (161, 193)
    """Odd (see architecture.IMAGE_SIZE), and smaller than at use: crops magnify, so that things appear about as large as
    they do in whole photos at 225 (Touvron et al. 2019); they also cost half as much."""
    smallest_crop: float = 0.35
    warm_up_steps: int = 20
    average_decay: float = 0.995
    seconds_between_checkpoints: float = 60.0


class WeightAverage:
    """Exponential moving average of parameters (Polyak & Juditsky 1992), short-sighted at first."""

    def __init__(self, modules: Sequence[nn.Module], decay: float) -> None:
        self._live = [value for module in modules for value in module.parameters()]
        self._decay = decay
        self.values = [value.detach().clone() for value in self._live]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the live parameters after optimiser step number `step`."""
        decay = min(self._decay, (step + 1) / (step + 10))
        for average, live in zip(self.values, self._live, strict=True):
            average.lerp_(live, 1 - decay)

    @torch.no_grad()
    def put_into_model(self) -> None:
        """Replace the live parameters by the average."""
        for average, live in zip(self.values, self._live, strict=True):
            live.copy_(average)


class SplitTrunk:
    """The image tower's trunk as a frozen lower part and an upper part, with the backbone's untouched upper part beside it."""

    def __init__(self, model: CLIP) -> None:
        trunk = model.visual.trunk
        stem = nn.Sequential(trunk.conv_stem, trunk.bn1, *trunk.blocks[:FIRST_TUNED_BLOCK]).requires_grad_(False)
        self.upper = nn.Sequential(*trunk.blocks[FIRST_TUNED_BLOCK:], trunk.conv_head, trunk.bn2)
        self._stem = _without_batch_norm(stem)
        self._original = _without_batch_norm(self.upper).requires_grad_(False)

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Pooled features [B, 1280] with gradient, and those of the untouched backbone without."""
        with torch.autocast(images.device.type, dtype=torch.bfloat16):
            with torch.no_grad():
                low = self._stem(images)
                original = self._original(low).float().mean((2, 3))
            features = self.upper(low).float().mean((2, 3))
        return features, original


def _without_batch_norm(module: nn.Module) -> nn.Module:
    """A frozen copy with each BatchNorm folded into the convolution before it: the same function, a quarter faster."""
    folded = copy.deepcopy(module).eval()
    for parent in list(folded.modules()):
        children = list(parent.named_children())
        for (convolution_name, convolution), (norm_name, norm) in pairwise(children):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                parent.add_module(convolution_name, fuse_conv_bn_eval(convolution, norm))
                parent.add_module(norm_name, getattr(norm, "act", nn.Identity()))
    return folded


def align_head(
    model: CLIP,
    loss: AlignmentLoss,
    classifier: Classifier,
    features: NDArray[np.float16],
    rows: NDArray[np.int64],
    odds: NDArray[np.float64],
    *,
    settings: AlignmentSettings,
    seed: int,
    report: Callable[[str], None],
) -> None:
    """Train the projection and the text map on fixed features [N, 1280] of the frozen backbone."""
    chance = np.random.default_rng((seed, 1))
    head = model.visual.head
    optimiser = _optimiser(
        [(head.parameters(), settings.head_rate), (loss.text_map.parameters(), settings.map_rate)], loss, settings
    )
    average = WeightAverage([head, loss], settings.average_decay)
    for step in range(settings.head_steps):
        _set_rate(optimiser, step, settings.head_steps, settings.warm_up_steps)
        batch = chance.choice(rows, settings.head_batch, replace=False, p=odds)
        pooled = torch.from_numpy(features[batch].astype(np.float32))
        value, parts = _total_loss(head, loss, classifier, pooled, pooled, batch, chance)
        _step(optimiser, value, average, step)
        if (step + 1) % 50 == 0:
            report(f"head: step {step + 1}/{settings.head_steps}, {_spelled(parts)}")
    average.put_into_model()


def tune_tower(
    model: CLIP,
    loss: AlignmentLoss,
    classifier: Classifier,
    pictures: PictureStore,
    rows: NDArray[np.int64],
    odds: NDArray[np.float64],
    *,
    settings: AlignmentSettings,
    seed: int,
    checkpoint: Path,
    report: Callable[[str], None],
) -> None:
    """Tune the upper blocks, the projection and the text map on fresh random views; resumes from `checkpoint`.

    BatchNorm keeps its statistics throughout: the training pictures are small and soft, a person's photos are not.
    """
    model.eval()
    model.visual.to(memory_format=torch.channels_last)
    trunk = SplitTrunk(model)
    head = model.visual.head
    optimiser = _optimiser(
        [
            (trunk.upper.parameters(), settings.tower_rate),
            (head.parameters(), settings.tower_head_rate),
            (loss.text_map.parameters(), settings.map_rate),
        ],
        loss,
        settings,
    )
    average = WeightAverage([trunk.upper, head, loss], settings.average_decay)
    total = settings.tower_pictures // settings.tower_batch
    step = _resume(checkpoint, model, loss, optimiser, average)
    saved = time.monotonic()
    while step < total:
        _set_rate(optimiser, step, total, settings.warm_up_steps)
        chance = np.random.default_rng((seed, 2, step))
        batch = chance.choice(rows, settings.tower_batch, replace=False, p=odds)
        size = int(chance.choice(settings.view_sizes))
        views = [random_view(pictures[row], size, chance, smallest=settings.smallest_crop) for row in batch]
        features, original = trunk(to_tensor(np.stack(views)))
        value, parts = _total_loss(head, loss, classifier, features, original, batch, chance)
        _step(optimiser, value, average, step)
        step += 1
        if step % 20 == 0:
            report(f"tower: step {step}/{total}, {_spelled(parts)}")
        if time.monotonic() - saved > settings.seconds_between_checkpoints or step == total:
            _save(checkpoint, model, loss, optimiser, average, step)
            saved = time.monotonic()
    average.put_into_model()


def _total_loss(
    head: nn.Module,
    loss: AlignmentLoss,
    classifier: Classifier,
    features: Tensor,
    original: Tensor,
    rows: NDArray[np.int64],
    chance: np.random.Generator,
) -> tuple[Tensor, dict[str, float]]:
    """Loss of single pictures, of pairs of them (averaged features are those of two pictures side by side), and of classes.

    `features` [B, 1280] come from the tower as it is, `original` from the frozen backbone, whose classifier they suit.
    """
    probabilities = classifier.logits(original).softmax(-1)
    value, parts = loss(_embedded(head, features), probabilities, rows, chance)
    partner = chance.permutation(len(rows))
    both = _embedded(head, (features + features[partner]) / 2)
    both_probabilities = (probabilities + probabilities[partner]) / 2
    pairs = loss.of_pairs(both, both_probabilities, rows, rows[partner], chance)
    classes = torch.from_numpy(chance.integers(0, CLASSES, len(rows)))
    strength = torch.from_numpy(chance.uniform(*RAISED_LOGIT, len(rows)).astype(np.float32))
    imagined = classifier.features_showing(classes, original, strength)
    named = loss.class_loss(_embedded(head, imagined), classifier.logits(imagined).softmax(-1), chance)
    parts |= {"pairs": float(pairs.detach()), "imagined": float(named.detach())}
    return value + PAIR_WEIGHT * pairs + loss.weights.classes * IMAGINED_WEIGHT * named, parts


def _embedded(head: nn.Module, features: Tensor) -> Tensor:
    with torch.autocast(features.device.type, dtype=torch.bfloat16):
        embeddings = head(features)
    return functional.normalize(embeddings.float(), dim=-1)


def _optimiser(
    groups: Sequence[tuple[object, float]], loss: AlignmentLoss, settings: AlignmentSettings
) -> torch.optim.Optimizer:
    options = [
        {"params": parameters, "lr": rate, "peak": rate, "weight_decay": settings.weight_decay}
        for parameters, rate in groups
    ]
    scale = {"params": [loss.log_scales], "lr": settings.scale_rate, "peak": settings.scale_rate, "weight_decay": 0.0}
    return torch.optim.AdamW([*options, scale])


def _set_rate(optimiser: torch.optim.Optimizer, step: int, total: int, warm_up: int) -> None:
    """Linear warm-up, then a half cosine to a fiftieth of each group's peak."""
    share = min(1.0, (step + 1) / warm_up) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / total)))
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def _step(optimiser: torch.optim.Optimizer, value: Tensor, average: WeightAverage, step: int) -> None:
    optimiser.zero_grad(set_to_none=True)
    value.backward()
    optimiser.step()
    average.update(step)


def _spelled(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in parts.items())


def _save(
    checkpoint: Path,
    model: CLIP,
    loss: AlignmentLoss,
    optimiser: torch.optim.Optimizer,
    average: WeightAverage,
    step: int,
) -> None:
    partial = checkpoint.with_suffix(".partial")
    state = {
        "visual": model.visual.state_dict(),
        "loss": loss.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average.values,
        "step": step,
    }
    torch.save(state, partial)
    partial.replace(checkpoint)


def _resume(
    checkpoint: Path, model: CLIP, loss: AlignmentLoss, optimiser: torch.optim.Optimizer, average: WeightAverage
) -> int:
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint, weights_only=True)
    model.visual.load_state_dict(state["visual"])
    loss.load_state_dict(state["loss"])
    optimiser.load_state_dict(state["optimiser"])
    for average_value, value in zip(average.values, state["average"], strict=True):
        average_value.copy_(value)
    return int(state["step"])
