"""Everything that belongs to one model while it serves: its thread, its text embeddings, its tagger."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.model import CatalogueEntry, ModelId
from desktop_app.ml.calibration import Calibration
from desktop_app.ml.inference import Inference
from desktop_app.ml.matching import MatchCalibration
from desktop_app.ml.presence import Presence
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.services.zero_shot import ZeroShotTagger


class Matching:
    """How a model's similarities become probabilities of a match: as it states itself, else as fitted to this library.

    Searches on any thread read it while the indexer's may put a new fit in.
    """

    __slots__ = ("now", "presence", "stated")

    def __init__(self, now: MatchCalibration, *, stated: bool, presence: Presence | None = None) -> None:
        self.now = now
        """What is gone by at present."""
        self.stated = stated
        """Whether the model brought it; then it is never fitted."""
        self.presence = presence
        """How the model tells whether anything matches at all, where it brought that too."""


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """One model of the library, ready for use (its weights are loaded at the first job)."""

    entry: CatalogueEntry
    model_id: ModelId
    inference: Inference
    texts: TextEmbedding
    tagger: ZeroShotTagger
    calibration: Calibration
    matching: Matching
