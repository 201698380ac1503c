"""Grounds single words in what the finished image tower sees, before the text tower's last lesson.

During alignment all texts move by one affine map, so a word cannot go where its own pictures are. Here each word and each of
ImageNet's classes gets a vector of its own, which is fitted to the training pictures with the image tower fixed (as the text
side is in locked-image tuning, Zhai et al. 2022). How far a word moved is what the lesson then teaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from torch import Tensor, nn
from torch.nn import functional

from recipe.align import RAISED_LOGIT, TrainingPictures
from recipe.dataset import Concepts
from recipe.image_tower import CLASSES, Classifier, frozen, upper_blocks
from recipe.losses import Kinds, shown_words_loss
from recipe.prepared_views import PreparedView
from recipe.vocabulary import ImageNetClass

FIRST_SCALES = (30.0, 20.0)
"""Inverse temperatures of classes and words at the start; they are learned."""

STAYING_WEIGHT = 0.5
"""How much it counts that words stay near where the text tower has them. Ten times as much names fewer single things."""

AVERAGE_DECAY = 0.99
TRUSTED_PICTURES = 60.0
"""A word with so many pictures goes half the way to its fitted vector, one with fewer less: its few are soon known by heart."""

EMBEDDED_AT_ONCE = 256

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GroundingSettings:
    """Length and speed."""

    steps: int = 500
    batch: int = 1024
    rate: float = 1e-3
    scale_rate: float = 1e-2


@dataclass(frozen=True, slots=True)
class Sight:
    """What the finished image tower makes of one view of every training picture: float16 features [rows, 1280]; `original`
    are the frozen backbone's.
    """

    features: NDArray[np.float16]
    original: NDArray[np.float16]

    def at(self, places: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Both of the pictures at some places, float32 [B, 1280]."""
        both = (self.features, self.original)
        features, original = (torch.from_numpy(kept[places].astype(np.float32)) for kept in both)
        return features, original


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words to ground, by where the text tower has them: `words` float32 [C, 512] of the concepts, `classes` [1000, 512].

    `kinds` are the everyday kinds among the concepts.
    """

    concepts: Concepts
    kinds: Kinds
    words: Vectors
    imagenet: Sequence[ImageNetClass]
    classes: Vectors


@torch.inference_mode()
def look_at(model: CLIP, views: Iterable[PreparedView]) -> list[Sight]:
    """Run the finished upper blocks over the prepared views."""
    tower = frozen(upper_blocks(model))
    return [Sight(_features(tower, view), np.asarray(view.pooled)) for view in views]


def _features(tower: nn.Module, view: PreparedView) -> NDArray[np.float16]:
    parts = []
    device = next(tower.parameters()).device
    for start in range(0, len(view.low), EMBEDDED_AT_ONCE):
        low = torch.from_numpy(np.array(view.low[start : start + EMBEDDED_AT_ONCE])).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            parts.append(tower(low.permute(0, 3, 1, 2).float()).float().mean((2, 3)).half().cpu().numpy())
    return np.concatenate(parts)


class _Table(nn.Module):
    """A vector for each word and each class, free to move, with its running average (Polyak & Juditsky 1992)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        starts = (vocabulary.classes, vocabulary.words)
        self.start = tuple(functional.normalize(torch.from_numpy(vectors), dim=-1) for vectors in starts)
        self.classes, self.words = (nn.Parameter(vectors.clone()) for vectors in self.start)
        self.log_scales = nn.Parameter(torch.tensor([math.log(scale) for scale in FIRST_SCALES]))
        self.average = [vectors.clone() for vectors in self.start]

    def vectors(self) -> tuple[Tensor, Tensor]:
        """Classes and words, L2-normalised."""
        return functional.normalize(self.classes, dim=-1), functional.normalize(self.words, dim=-1)

    @torch.no_grad()
    def take_in(self, step: int) -> None:
        """Average in the present vectors."""
        decay = min(AVERAGE_DECAY, (step + 1) / (step + 10))
        for average, vectors in zip(self.average, self.vectors(), strict=True):
            average.lerp_(vectors, 1 - decay)


@dataclass(frozen=True, slots=True)
class _Fit:
    """What the table is fitted with: `head` embeds features."""

    head: nn.Module
    classifier: Classifier
    concepts: Concepts
    kinds: Kinds
    table: _Table

    def loss(self, features: Tensor, original: Tensor, rows: NDArray[np.int64], chance: np.random.Generator) -> Tensor:
        """Of the pictures `rows`, by their tuned and their original features [B, 1280]."""
        strayed = [
            1 - (vectors * start).sum(-1).mean()
            for vectors, start in zip(self.table.vectors(), self.table.start, strict=True)
        ]
        return self._classes(features, original, chance) + self._words(features, rows) + STAYING_WEIGHT * sum(strayed)

    def _classes(self, features: Tensor, original: Tensor, chance: np.random.Generator) -> Tensor:
        """Divergence from what the classifier reads in the tuned features, of pictures as they are and with an imagined class."""
        classes = torch.from_numpy(chance.integers(0, CLASSES, len(features)))
        strength = torch.from_numpy(chance.uniform(*RAISED_LOGIT, len(features)).astype(np.float32))
        imagined = features + self.classifier.features_showing(classes, original, strength) - original
        both = torch.cat([features, imagined])
        names = self.table.vectors()[0]
        predicted = (self.table.log_scales[0].exp() * self._images(both) @ names.T).log_softmax(1)
        return functional.kl_div(predicted, self.classifier.probabilities(both), reduction="batchmean")

    def _words(self, features: Tensor, rows: NDArray[np.int64]) -> Tensor:
        present, known = (torch.from_numpy(noted[rows]) for noted in (self.concepts.present, self.concepts.known))
        truth = self.kinds.shown(present, self.classifier.probabilities(features))
        used = truth.sum(0) > 0
        logits = self.table.log_scales[1].exp() * self._images(features) @ self.table.vectors()[1][used].T
        return shown_words_loss(logits, truth[:, used], known[:, used])

    @torch.no_grad()
    def _images(self, features: Tensor) -> Tensor:
        return functional.normalize(self.head(features), dim=-1)


def ground(
    model: CLIP,
    classifier: Classifier,
    vocabulary: Vocabulary,
    pictures: TrainingPictures,
    sights: Sequence[Sight],
    *,
    settings: GroundingSettings,
    seed: int,
    report: Callable[[str], None],
) -> dict[str, Vectors]:
    """How far each word, and each name of a class, moves from its embedding, float32 [512]; the model stays as it is."""
    table = _Table(vocabulary)
    fit = _Fit(model.visual.head, classifier, vocabulary.concepts, vocabulary.kinds, table)
    optimiser = torch.optim.Adam(
        [
            {"params": [table.classes, table.words], "lr": settings.rate},
            {"params": [table.log_scales], "lr": settings.scale_rate},
        ]
    )
    chance = np.random.default_rng((seed, 4))
    for step in range(settings.steps):
        places = np.sort(chance.choice(len(pictures.rows), settings.batch, replace=False, p=pictures.odds))
        features, original = sights[int(chance.integers(len(sights)))].at(places)
        loss = fit.loss(features, original, pictures.rows[places], chance)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        table.take_in(step)
        if (step + 1) % 100 == 0:
            report(f"words: step {step + 1}/{settings.steps}, loss {float(loss.detach()):.3f}")
    return _shifts(table, vocabulary, pictures.rows)


def _shifts(table: _Table, vocabulary: Vocabulary, rows: NDArray[np.int64]) -> dict[str, Vectors]:
    """By word in small letters: a class's names go where the class went, and each word where its own pictures are, by as much as these can be trusted."""
    classes, words = ((average - start).numpy() for average, start in zip(table.average, table.start, strict=True))
    of_classes: dict[str, list[Vectors]] = {}
    for entry, shift in zip(vocabulary.imagenet, classes, strict=True):
        for name in entry.names:
            of_classes.setdefault(name.lower(), []).append(shift)
    shifts = {name: np.mean(moved, axis=0) for name, moved in of_classes.items()}
    pictures = vocabulary.concepts.present[rows].sum(axis=0)
    trust = (pictures / (pictures + TRUSTED_PICTURES)).astype(np.float32)
    for name, shift, share in zip(vocabulary.concepts.names, words, trust, strict=True):
        shifts[name] = share * shift + (1 - share) * shifts.get(name, np.zeros_like(shift))
    return shifts
