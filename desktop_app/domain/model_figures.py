"""What was measured of a model: how fast it is on this machine and how well it understands photos."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One measurement of a model's quality against photos with known labels or captions."""

    truth: str
    """Name of the file with the labels or captions."""
    photos: int
    figures: tuple[tuple[str, float], ...]
    """Name and value, 0 to 1, in the order they are shown: ("top_1", 0.83), ("mean_average_precision", 0.45)."""
    on: str = ""
    """Date of the measurement, ISO 8601; empty where the model's own card states none."""
    stated: bool = False
    """True for figures from the model's card, which were not measured on this machine."""


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """All that is known of one model."""

    images_per_second: float | None = None
    """Of the model alone, pictures already decoded; None before it was measured on this machine."""
    device: str = ""
    """Where that was measured: "cpu", "cuda", "mps"."""
    evaluations: tuple[Evaluation, ...] = ()


FIGURE_TITLES = {
    "top_1": "top-1 accuracy",
    "top_5": "top-5 accuracy",
    "mean_average_precision": "mean average precision",
    "text_to_image_r1": "text to image, recall@1",
    "text_to_image_r5": "text to image, recall@5",
    "text_to_image_r10": "text to image, recall@10",
    "image_to_text_r1": "image to text, recall@1",
    "image_to_text_r5": "image to text, recall@5",
    "image_to_text_r10": "image to text, recall@10",
}
"""Figures by name, in the words of the field."""
