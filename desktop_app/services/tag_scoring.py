"""One tag scored over the whole library at once, from the embeddings of the model that serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDefinition, TagSource, TagState
from desktop_app.ml.calibration import Background
from desktop_app.ml.learned_tag import LearnedTag
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.models import Models
from desktop_app.services.searching import Searching
from desktop_app.store.assignments import Opinion
from desktop_app.store.tag_edits import Scores

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

# So many of the most probable photos are compared exactly, which takes some hundredths of a second; the 8-bit similarities of
# the others are off by a thousandth.
_COMPARED = 16_384


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
        model = self.model
        tagger = model.tagger
        lesson = tagger.lesson_of(definition.tag) if lesson is None else lesson
        vector = tagger.vector_of(tagger.prompts_of(definition))

        def log_odds(dots: Vectors, photos: Background) -> Vectors:
            odds = tagger.odds_of(vector, definition.tag, dots[0], photos)
            return odds if lesson is None else np.asarray(lesson.blend * odds + dots[1] + lesson.bias, np.float32)

        vectors = np.stack([vector] if lesson is None else [vector, lesson.weights])
        source = TagSource.ZERO_SHOT if lesson is None else TagSource.LEARNED
        return self._searching.with_index(model, lambda index: _judged(index, vectors, log_odds, source=source))

    def scores(self, definition: TagDefinition) -> Scores:
        """What the machine says of a tag in the whole library; nothing of one that is neither looked for nor taught."""
        model = self.model
        if not definition.tag.looked_for and model.tagger.lesson_of(definition.tag) is None:
            return Scores(model.model_id, ())
        found = self.probabilities(definition)
        vector = model.tagger.vector_of(model.tagger.prompts_of(definition))
        suggest, accept = model.tagger.thresholds_by(definition.tag, vector, found.probabilities)
        return Scores(model.model_id, found.opinions(suggest=suggest, accept=accept))


def _judged(
    index: IndexSnapshot, vectors: Vectors, log_odds: Callable[[Vectors, Background], Vectors], *, source: TagSource
) -> TagProbabilities:
    """All photos by the log-odds [N] that follow from their products [Q, N] with vectors [Q, D]. Raises DamagedVectors."""
    rows = index.living
    photos = index.background.at(rows)
    dots = index.similarities(vectors)[:, rows]
    likely = np.arange(len(rows))
    if len(rows) > _COMPARED:
        likely = np.argpartition(-log_odds(dots, photos), _COMPARED)[:_COMPARED]
    dots[:, likely] = index.exact(rows[likely], vectors)
    probabilities = sigmoid(log_odds(dots, photos))
    order = np.argsort(-probabilities, kind="stable")
    return TagProbabilities(index.ids[rows[order]], probabilities[order], source)
