"""One tag scored against the whole library at once, from the embeddings in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagDefinition, TagState
from desktop_app.domain.tag_prompts import prompts_of
from desktop_app.domain.vocabulary import Vocabulary
from desktop_app.ml.matching import sigmoid
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.models import Models
from desktop_app.services.searching import Searching
from desktop_app.store.assignments import Opinion
from desktop_app.store.tag_edits import Scores

Ids = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TagProbabilities:
    """How probable one tag is of every photo that the model has seen, the most probable first."""

    photo_ids: Ids
    probabilities: Probabilities

    def at_least(self, threshold: float) -> Ids:
        """Photos of that probability and above."""
        return self.photo_ids[: int(np.searchsorted(-self.probabilities, -threshold, side="right"))]


class TagScoring:
    """Scores tags with the model that serves."""

    def __init__(self, models: Models, searching: Searching, *, vocabulary: Vocabulary) -> None:
        self._models = models
        self._searching = searching
        self._vocabulary = vocabulary

    @property
    def model(self) -> ActiveModel:
        """The model that serves."""
        return self._models.active()

    def probabilities(self, definition: TagDefinition) -> TagProbabilities:
        """Of a tag, or of one that is only thought of. Loads the model when its words are new."""
        model = self.model
        vector = model.tagger.vector_of(prompts_of(definition, self._vocabulary))
        index = self._searching.index_of(model)
        odds = model.tagger.odds_of(vector, definition.tag, index.vectors @ vector, index.background)
        probabilities = sigmoid(odds)
        order = np.argsort(-probabilities, kind="stable")
        return TagProbabilities(index.ids[order], probabilities[order])

    def scores(self, definition: TagDefinition) -> Scores:
        """What the machine says of a tag in the whole library; nothing of one that it does not look for."""
        model = self.model
        if not definition.tag.looked_for:
            return Scores(model.model_id, ())
        found = self.probabilities(definition)
        return Scores(model.model_id, tuple(_opinions(model, definition.tag, found)))


def _opinions(model: ActiveModel, tag: Tag, found: TagProbabilities) -> list[Opinion]:
    opinions = []
    for photo_id, probability in zip(found.photo_ids.tolist(), found.probabilities.tolist(), strict=True):
        state: TagState | None = model.tagger.state_of(probability, tag)
        if state is None:
            break  # the rest is less probable still
        opinions.append(Opinion(PhotoId(photo_id), round(probability, 4), state))
    return opinions
