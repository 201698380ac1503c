"""One tag scored over the whole library at once, from the embeddings in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDefinition, TagSource, TagState
from desktop_app.ml.learned_tag import LearnedTag
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.vector_index import IndexSnapshot
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.models import Models
from desktop_app.services.searching import Searching
from desktop_app.store.assignments import Opinion
from desktop_app.store.tag_edits import Scores

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TagProbabilities:
    """How probable one tag is of every photo that the model has seen, the most probable first."""

    photo_ids: Ids
    probabilities: Vectors
    """float32 [N], in the order of `photo_ids`."""
    source: TagSource = TagSource.ZERO_SHOT
    """Zero-shot, or learned."""

    def at_least(self, threshold: float) -> Ids:
        """Photos of that probability and above."""
        return self.photo_ids[: self._count(threshold)]

    def opinions(self, *, suggest: float, accept: float) -> list[Opinion]:
        """What a machine says by these two thresholds: accepted from one on, suggested from the other on."""
        sure = self._count(accept)
        shown = max(sure, self._count(suggest))
        pairs = zip(self.photo_ids[:shown].tolist(), self.probabilities[:shown].tolist(), strict=True)
        return [
            Opinion(
                PhotoId(photo),
                round(probability, 4),
                TagState.ACCEPTED if row < sure else TagState.SUGGESTED,
                self.source,
            )
            for row, (photo, probability) in enumerate(pairs)
        ]

    def _count(self, threshold: float) -> int:
        return int(np.searchsorted(-self.probabilities, -np.float32(threshold), side="right"))


class TagScoring:
    """Scores tags with the model that serves. 100,000 photos take some hundredths of a second."""

    def __init__(self, models: Models, searching: Searching) -> None:
        self._models = models
        self._searching = searching

    @property
    def model(self) -> ActiveModel:
        """The model that serves."""
        return self._models.active()

    def probabilities(self, definition: TagDefinition, *, lesson: LearnedTag | None = None) -> TagProbabilities:
        """Of a tag, or of one that is only thought of: by `lesson`, else by what it was taught, else by its words.

        Loads the model when the words are new.
        """
        tagger = self.model.tagger
        index = self._searching.index_of(self.model)
        lesson = tagger.lesson_of(definition.tag) if lesson is None else lesson
        vector = tagger.vector_of(tagger.prompts_of(definition))
        odds = tagger.odds_of(vector, definition.tag, _dots(index, vector), index.background)
        if lesson is not None:
            odds = np.asarray(lesson.blend * odds + _dots(index, lesson.weights) + lesson.bias, np.float32)
        probabilities = sigmoid(odds)
        order = np.argsort(-probabilities, kind="stable")
        source = TagSource.ZERO_SHOT if lesson is None else TagSource.LEARNED
        return TagProbabilities(index.ids[order], probabilities[order], source)

    def scores(self, definition: TagDefinition) -> Scores:
        """What the machine says of a tag in the whole library; nothing of one that is neither looked for nor taught."""
        model = self.model
        if not definition.tag.looked_for and model.tagger.lesson_of(definition.tag) is None:
            return Scores(model.model_id, ())
        found = self.probabilities(definition)
        vector = model.tagger.vector_of(model.tagger.prompts_of(definition))
        suggest, accept = model.tagger.thresholds_by(definition.tag, vector, found.probabilities)
        return Scores(model.model_id, found.opinions(suggest=suggest, accept=accept))


def _dots(index: IndexSnapshot, vector: Vectors) -> Vectors:
    """Inner products of every photo with a vector of any length, float32 [N]."""
    return np.asarray(index.vectors @ vector, np.float32)
