"""Aligns the image tower with the text tower: first the projection on the frozen backbone, then the tower's upper blocks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from torch import Tensor, nn
from torch.nn import functional

from recipe.image_tower import CLASSES, Classifier, upper_blocks
from recipe.losses import AlignmentLoss
from recipe.prepared_views import PreparedView

RAISED_LOGIT = (5.0, 12.0)
"""How much an imagined class is raised above its logit in the picture; true classes reach about 9 on clear photos."""

PAIR_WEIGHT = 0.5
IMAGINED_WEIGHT = 0.5
KEEPING_WEIGHT = 2.0
"""How much it counts that the backbone's own classifier still reads its classes from the tuned features (learning without
forgetting, Li & Hoiem 2016): most of ImageNet's classes occur in no training picture."""


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """Length and speed of the two phases."""

    head_steps: int = 200
    head_batch: int = 512
    head_rate: float = 3e-4
    head_map_rate: float = 1e-3
    tower_pictures: int = 50_000
    tower_batch: int = 256
    tower_rate: float = 2e-4
    tower_head_rate: float = 3e-4
    tower_map_rate: float = 5e-4
    scale_rate: float = 5e-3
    weight_decay: float = 0.05
    warm_up_steps: int = 20
    average_decay: float = 0.99
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


class Start:
    """What image tower and text map were before they were tuned.

    Weights between the start and the tuned ones do better than either: more general than the tuned ones, more able than the
    start (WiSE-FT, Wortsman et al. 2022).
    """

    def __init__(self, model: CLIP, loss: AlignmentLoss) -> None:
        self._values = [value.detach().clone() for value in _learned(model, loss)]

    @torch.no_grad()
    def keep_share(self, model: CLIP, loss: AlignmentLoss, *, tuned: float) -> None:
        """Put the model at the share `tuned`, 0…1, of the way from the start to where it is now."""
        for first, live in zip(self._values, _learned(model, loss), strict=True):
            live.copy_(first.lerp(live, tuned))


def _learned(model: CLIP, loss: AlignmentLoss) -> list[Tensor]:
    return [*upper_blocks(model).parameters(), *model.visual.head.parameters(), *loss.text_map.parameters()]


@dataclass(frozen=True, slots=True)
class TrainingPictures:
    """What alignment draws from: views of the pictures `rows`, and how likely each is drawn, summing to 1."""

    rows: NDArray[np.int64]
    views: Sequence[PreparedView]
    odds: NDArray[np.float64]

    def draw(self, count: int, chance: np.random.Generator) -> tuple[PreparedView, NDArray[np.int64]]:
        """One of the views, and places in it in ascending order, which reads the disk forwards."""
        view = self.views[int(chance.integers(len(self.views)))]
        return view, np.sort(chance.choice(len(self.rows), count, replace=False, p=self.odds))


def align_head(
    model: CLIP,
    loss: AlignmentLoss,
    classifier: Classifier,
    pictures: TrainingPictures,
    *,
    settings: AlignmentSettings,
    seed: int,
    report: Callable[[str], None],
) -> None:
    """Train the projection and the text map on features of the frozen backbone."""
    chance = np.random.default_rng((seed, 1))
    head = model.visual.head
    optimiser = _optimiser(
        [(head.parameters(), settings.head_rate), (loss.text_map.parameters(), settings.head_map_rate)], loss, settings
    )
    average = WeightAverage([head, loss], settings.average_decay)
    for step in range(settings.head_steps):
        _set_rate(optimiser, step, settings.head_steps, settings.warm_up_steps)
        view, places = pictures.draw(settings.head_batch, chance)
        pooled = torch.from_numpy(view.pooled[places].astype(np.float32))
        value, parts = _total_loss(head, loss, classifier, pooled, pooled, pictures.rows[places], chance)
        _step(optimiser, value, average, step)
        if (step + 1) % 50 == 0:
            report(f"head: step {step + 1}/{settings.head_steps}, {_spelled(parts)}")
    average.put_into_model()


def tune_tower(
    model: CLIP,
    loss: AlignmentLoss,
    classifier: Classifier,
    pictures: TrainingPictures,
    *,
    settings: AlignmentSettings,
    seed: int,
    checkpoint: Path,
    report: Callable[[str], None],
) -> None:
    """Tune the upper blocks, the projection and the text map; resumes from `checkpoint`.

    BatchNorm keeps its statistics throughout: the training pictures are small and soft, a person's photos are not.
    """
    model.eval()
    model.visual.to(memory_format=torch.channels_last)
    upper, head = upper_blocks(model), model.visual.head
    optimiser = _optimiser(
        [
            (upper.parameters(), settings.tower_rate),
            (head.parameters(), settings.tower_head_rate),
            (loss.text_map.parameters(), settings.tower_map_rate),
        ],
        loss,
        settings,
    )
    average = WeightAverage([upper, head, loss], settings.average_decay)
    total = settings.tower_pictures // settings.tower_batch
    step = _resume(checkpoint, model, loss, optimiser, average)
    saved = time.monotonic()
    while step < total:
        _set_rate(optimiser, step, total, settings.warm_up_steps)
        chance = np.random.default_rng((seed, 2, step))
        view, places = pictures.draw(settings.tower_batch, chance)
        low = torch.from_numpy(view.low[places]).permute(0, 3, 1, 2).float()
        original = torch.from_numpy(view.pooled[places].astype(np.float32))
        with torch.autocast(low.device.type, dtype=torch.bfloat16):
            features = upper(low).float().mean((2, 3))
        value, parts = _total_loss(head, loss, classifier, features, original, pictures.rows[places], chance)
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
    probabilities = classifier.probabilities(original)
    names = loss.class_names(chance)
    value, parts = loss(_embedded(head, features), probabilities, rows, names, chance)
    partner = chance.permutation(len(rows))
    both = _embedded(head, (features + features[partner]) / 2)
    both_probabilities = (probabilities + probabilities[partner]) / 2
    pairs = loss.of_pairs(both, both_probabilities, rows, rows[partner], names, chance)
    classes = torch.from_numpy(chance.integers(0, CLASSES, len(rows)))
    strength = torch.from_numpy(chance.uniform(*RAISED_LOGIT, len(rows)).astype(np.float32))
    imagined = classifier.features_showing(classes, original, strength)
    moved = features.detach() + (imagined - original)
    named = loss.class_loss(_embedded(head, moved), classifier.probabilities(imagined), names)
    kept = functional.kl_div(classifier.log_probabilities(features), probabilities, reduction="batchmean")
    parts |= {"pairs": float(pairs.detach()), "imagined": float(named.detach()), "kept": float(kept.detach())}
    value = value + PAIR_WEIGHT * pairs + loss.weights.classes * IMAGINED_WEIGHT * named + KEEPING_WEIGHT * kept
    return value, parts


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
