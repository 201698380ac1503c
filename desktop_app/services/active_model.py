"""Everything that belongs to one model while it serves: its thread, its text embeddings, its tagger."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.model import CatalogueEntry, ModelId
from desktop_app.ml.calibration import Calibration
from desktop_app.ml.inference import Inference
from desktop_app.ml.matching import MatchCalibration
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.services.zero_shot import ZeroShotTagger


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """One model of the library, ready for use (its weights are loaded at the first job)."""

    entry: CatalogueEntry
    model_id: ModelId
    inference: Inference
    texts: TextEmbedding
    tagger: ZeroShotTagger
    calibration: Calibration
    matching: MatchCalibration
