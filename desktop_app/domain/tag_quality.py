"""How good a machine's tags are, as figures: against labelled photos, and against the person's own decisions."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag


@dataclass(frozen=True, slots=True)
class ChosenTags:
    """What is to be said of one way of choosing tags. Fractions between 0 and 1."""

    precision: float
    """Micro: of all tags that were given, the share that is right; 0 when none was given."""
    recall: float
    """Micro: of all tags that are true, the share that was given."""
    micro_f1: float
    macro_f1: float
    """Mean over the labels that occur of each label's F1; a label never given rightly counts 0."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Those answers whose probability fell between two bounds."""

    low: float
    high: float
    count: int
    probability: float
    """Mean probability that was stated; 0 for an empty bin."""
    observed: float
    """Share that was true; 0 for an empty bin."""


@dataclass(frozen=True, slots=True)
class TagEvaluation:
    """Tags measured against labelled photos."""

    model: str
    photos: int
    labels: int
    mean_average_precision: float
    calibrated: ChosenTags
    """By the automatic thresholds."""
    single_threshold: ChosenTags
    """By the one cosine threshold that is best for exactly these photos: chosen with their truth at hand."""
    top_3: ChosenTags
    expected_calibration_error: float
    """Over every pair of photo and label; nearly all of them are easy noes."""
    suggested_calibration_error: float
    """The same over the tags that were given: how far from its word a shown probability is."""
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A photo where the person and the machine disagree."""

    photo_id: PhotoId
    probability: float
    accepted: bool
    """What the person said."""


@dataclass(frozen=True, slots=True)
class TagQuality:
    """One tag against the person's decisions."""

    tag: Tag
    accepted: int
    rejected: int
    scored: int
    """Decisions on photos that the model has seen: the figures are of these."""
    precision: float | None
    """Of the decided photos that the machine would give the tag, the share accepted; None when there are none."""
    recall: float | None
    """Of the accepted photos, the share that the machine would give the tag; None when there are none."""
    reliability: tuple[ReliabilityBin, ...]
    mistakes: tuple[Mistake, ...]
    """The worst first."""
    taught: bool
    """Learned from these decisions; then each is judged as if it had not been learned from."""


@dataclass(frozen=True, slots=True)
class ModelQuality:
    """One model against all of the person's decisions."""

    model: str
    title: str
    tags: tuple[TagQuality, ...]
    """The most decided about first."""
    precision: float | None
    recall: float | None
    expected_calibration_error: float | None
    reliability: tuple[ReliabilityBin, ...]
