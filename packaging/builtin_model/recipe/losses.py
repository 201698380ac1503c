"""What the image tower learns from: captions by contrast, the backbone's class probabilities, and single words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from recipe.architecture import EMBED_DIMENSIONS
from recipe.dataset import Concepts
from recipe.vocabulary import EVERYDAY_KINDS

KIND_EVIDENCE = 0.3
"""From this summed probability of its classes an everyday kind counts as present in a picture."""

FIRST_SCALES = (20.0, 25.0, 15.0)
"""Inverse temperatures of captions, classes and words at the start; they are learned."""

ABSENT = -1e4
"""Logit of a picture of which nothing is known about a word: it is no negative."""


@dataclass(frozen=True, slots=True)
class TextTargets:
    """Embeddings that do not change during alignment, all float32 and L2-normalised along the last axis.

    `bank` [T, 512] holds the captions and label phrases, `texts_of` the bank rows of each picture, `classes` [2, 1000, 512] the
    ImageNet classes, by their first name and by the mean of all their names, `concepts` [templates, C, 512] the single words, `kind_members` [kinds, 1000] which classes show a kind.
    """

    bank: Tensor
    texts_of: tuple[NDArray[np.int64], ...]
    classes: Tensor
    concepts: Tensor
    kind_members: Tensor


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each part counts."""

    captions: float = 1.0
    classes: float = 1.0
    words: float = 1.0


@dataclass(frozen=True, slots=True)
class Kinds:
    """The everyday kinds: `members` float [kinds, 1000] says which classes show each, `columns` [kinds] which concept it is."""

    members: Tensor
    columns: Tensor

    def shown(self, present: Tensor, probabilities: Tensor) -> Tensor:
        """How much each picture shows each concept, float [B, C]: what its texts say, and the kinds of its evident classes."""
        truth = present.float()
        kinds = probabilities @ self.members.T
        evident = torch.where(kinds > KIND_EVIDENCE, kinds, torch.zeros_like(kinds))
        truth[:, self.columns] = torch.maximum(truth[:, self.columns], evident)
        return truth


def everyday_kinds(members: Tensor, concepts: Concepts) -> Kinds:
    """The kinds by their place among the concepts."""
    column = {name: number for number, name in enumerate(concepts.names)}
    return Kinds(members, torch.tensor([column[kind] for kind in EVERYDAY_KINDS]))


def shown_words_loss(logits: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """For each word, which of the pictures show it: multi-positive InfoNCE over pictures, all arguments [B, words].

    Every word must be shown by some picture; a picture of which nothing is known about a word is no negative.
    """
    logits = logits.masked_fill(~(known | (truth > 0)), ABSENT)
    return -(truth / truth.sum(0, keepdim=True) * logits.log_softmax(0)).sum(0).mean()


class AlignmentLoss(nn.Module):
    """The three losses with their learned temperatures, and an affine map of the text embeddings that learns along.

    The map is folded into the text tower's projection at the end, so that the model stays plain open_clip.
    """

    def __init__(self, targets: TextTargets, concepts: Concepts, weights: LossWeights) -> None:
        super().__init__()
        self.targets = targets
        self.weights = weights
        self.text_map = nn.Linear(EMBED_DIMENSIONS, EMBED_DIMENSIONS)
        nn.init.eye_(self.text_map.weight)
        nn.init.zeros_(self.text_map.bias)
        self.log_scales = nn.Parameter(torch.tensor([math.log(scale) for scale in FIRST_SCALES]))
        self._present = torch.from_numpy(concepts.present)
        self._known = torch.from_numpy(concepts.known | concepts.present)
        self._kinds = everyday_kinds(targets.kind_members, concepts)

    def forward(
        self,
        images: Tensor,
        probabilities: Tensor,
        rows: NDArray[np.int64],
        names: Tensor,
        chance: np.random.Generator,
    ) -> tuple[Tensor, dict[str, float]]:
        """Loss of image embeddings [B, 512] (normalised) of pictures `rows`, of class probabilities [B, 1000]; and its parts.

        `names` [1000, 512] come from class_names, once a step.
        """
        captions = self._caption_loss(images, rows, self.log_scales[0].exp(), chance)
        classes = self.class_loss(images, probabilities, names)
        words = self._word_loss(images, probabilities, self._present[rows], self._known[rows], chance)
        loss = self.weights.captions * captions + self.weights.classes * classes + self.weights.words * words
        parts = {"captions": captions, "classes": classes, "words": words}
        return loss, {name: float(part.detach()) for name, part in parts.items()}

    def of_pairs(
        self,
        images: Tensor,
        probabilities: Tensor,
        rows: NDArray[np.int64],
        others: NDArray[np.int64],
        names: Tensor,
        chance: np.random.Generator,
    ) -> Tensor:
        """Loss of embeddings of two pictures side by side, which show the words of both."""
        present = self._present[rows] | self._present[others]
        known = self._known[rows] & self._known[others] | present
        words = self._word_loss(images, probabilities, present, known, chance)
        return self.weights.words * words + self.weights.classes * self.class_loss(images, probabilities, names)

    def class_names(self, chance: np.random.Generator) -> Tensor:
        """Mapped embeddings [1000, 512] of the classes, by their first name or by all, as chance will have it."""
        return self.mapped(self.targets.classes[int(chance.integers(len(self.targets.classes)))])

    def mapped(self, texts: Tensor) -> Tensor:
        """Text embeddings after the learned map, L2-normalised."""
        with torch.autocast(texts.device.type, dtype=torch.bfloat16):
            mapped = self.text_map(texts)
        return functional.normalize(mapped.float(), dim=-1)

    def _caption_loss(
        self, images: Tensor, rows: NDArray[np.int64], scale: Tensor, chance: np.random.Generator
    ) -> Tensor:
        """Symmetric InfoNCE within the batch; a text that is also said of another picture is a positive there too."""
        chosen = np.array([chance.choice(self.targets.texts_of[row]) for row in rows])
        positive = torch.from_numpy(np.stack([np.isin(chosen, self.targets.texts_of[row]) for row in rows])).float()
        logits = scale * images @ self.mapped(self.targets.bank[chosen]).T
        by_image = (positive / positive.sum(1, keepdim=True) * logits.log_softmax(1)).sum(1).mean()
        by_text = (positive / positive.sum(0, keepdim=True) * logits.log_softmax(0)).sum(0).mean()
        return -(by_image + by_text) / 2

    def class_loss(self, images: Tensor, probabilities: Tensor, names: Tensor) -> Tensor:
        """Divergence of the similarities to the 1,000 names from the frozen backbone's probabilities (Hinton et al. 2015)."""
        predicted = (self.log_scales[1].exp() * images @ names.T).log_softmax(1)
        return functional.kl_div(predicted, probabilities, reduction="batchmean")

    def _word_loss(
        self, images: Tensor, probabilities: Tensor, present: Tensor, known: Tensor, chance: np.random.Generator
    ) -> Tensor:
        truth = self._kinds.shown(present, probabilities)
        used = truth.sum(0) > 0
        template = int(chance.integers(len(self.targets.concepts)))
        words = self.mapped(self.targets.concepts[template, used])
        return shown_words_loss(self.log_scales[2].exp() * images @ words.T, truth[:, used], known[:, used])
