"""Which models there are to choose from, and what pictures they want to be fed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NewType

ModelId = NewType("ModelId", int)
"""Row id of a model in one library; embeddings are keyed by (content, model)."""

ENGLISH = ("English",)


@dataclass(frozen=True, slots=True)
class PixelSpec:
    """How a picture becomes a model's square input, as declared by open_clip's preprocess config."""

    size: int = 224
    """Side of the square, pixels."""
    resize: Literal["shortest", "squash", "longest"] = "shortest"
    """Shortest side to `size` then centre crop (CLIP); both sides (SigLIP); longest side then pad."""
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    fill: int = 0
    """Grey level of the padding, 0 to 255."""


class ModelOrigin(StrEnum):
    """Where a model's weights come from."""

    BUILT_IN = "built-in"
    HUB = "hub"
    """Downloaded by open_clip, only when the person asks."""
    FILE = "file"
    """A file or folder the person chose."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model a person can choose."""

    name: str
    """Unique, short, typed on the command line: "keepsight-mini"."""
    title: str
    origin: ModelOrigin
    architecture: str
    """An open_clip architecture name, or for a local folder its "local-dir:" name."""
    weights: str = ""
    """open_clip pretrained tag, or the path of a weights file; empty when the architecture names a folder."""
    size_mb: int = 0
    licence: str = ""
    languages: tuple[str, ...] = ENGLISH
    best_for: str = ""
    """One phrase: what a person would choose it for."""
    imagenet_top_1: float | None = None
    """Published zero-shot top-1 accuracy on ImageNet-1k, 0 to 1; None where none is known."""


@dataclass(frozen=True, slots=True)
class LabelScore:
    """What a model says about one label on one picture."""

    label: str
    similarity: float
    """Cosine similarity, -1 to 1."""
    probability: float
    """Calibrated probability that the label is true of the picture, 0 to 1."""
    present: bool
