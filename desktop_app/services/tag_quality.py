"""The machine's tags against the person's own decisions: tag by tag, for the model in use or one that could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagDefinition, TagId
from desktop_app.domain.tag_quality import Mistake, ModelQuality, TagQuality
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.tag_measures import expected_calibration_error, reliability
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.lessons import LessonPlan, as_learned
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.model_switching import embed_shown, put_embedded, shown_of
from desktop_app.services.models import Models
from desktop_app.services.tag_fitting import fit_if_outgrown, sampled
from desktop_app.store.embeddings import embeddings_of
from desktop_app.store.model_switching import UnembeddedPhoto, unembedded_among
from desktop_app.store.tag_fits import StoredLesson, decisions_on, embedded_ids, lessons, tags_with_decisions
from desktop_app.store.tags import tag_definition

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MISTAKES = 24
"""Enough to see what goes wrong; the first are the worst."""

# Photos embedded for a comparison at most: a few minutes of a large model on a slow machine.
_TO_COMPARE = 400
# Photos that show a model what is usual here: a tag's own scale is nearly settled by so many (see `PRIOR_PHOTOS`).
_BACKDROP = 120
_BATCH = 16


@dataclass(frozen=True, slots=True)
class _Judged:
    """A tag's decided photos that a model has seen."""

    ids: tuple[PhotoId, ...]
    accepted: Bools
    probabilities: Floats
    given: Bools
    """The machine would suggest or accept the tag."""

    @classmethod
    def nothing(cls) -> _Judged:
        """No model has anything to say."""
        return cls((), np.zeros(0, bool), np.zeros(0), np.zeros(0, bool))


class TagQualities:
    """Works the figures out anew each time, from stored embeddings. Blocks: run it off the GUI thread."""

    def __init__(self, store: LibraryStore, models: Models) -> None:
        self._store = store
        self._models = models

    def of_active(self) -> ModelQuality:
        """The model in use against everything the person decided."""
        return self._quality(self._models.active())

    def of_model(self, name: str) -> ModelQuality:
        """Any model on this machine, before a switch: it looks at the photos that were decided about, and at a few others.

        Raises UserFacingError when the model cannot be loaded.
        """
        if name == self._models.active_name():
            return self.of_active()
        model = self._models.beside(name)
        try:
            self._embed_for_comparison(model)
            return self._quality(model)
        finally:
            self._models.let_go(model)

    def of_tag(self, tag_id: TagId) -> TagQuality:
        """One tag by the model in use, decided about or not. Raises UserFacingError when the tag is gone."""
        model = self._models.active()
        definition = tag_definition(self._store.reader, tag_id)
        if definition is None:
            raise UserFacingError("This tag is no longer there.", "Undo its deletion, or choose another.")
        fit_if_outgrown(self._store, model)
        return self._of(model, definition, lessons(self._store.reader, model.model_id).get(tag_id))[0]

    def _quality(self, model: ActiveModel) -> ModelQuality:
        fit_if_outgrown(self._store, model)
        taught = lessons(self._store.reader, model.model_id)
        decided = (tag_definition(self._store.reader, tag_id) for tag_id in tags_with_decisions(self._store.reader))
        found = [self._of(model, each, taught.get(each.tag.id)) for each in decided if each is not None]
        tags = sorted(
            (figures for figures, _ in found),
            key=lambda each: (-(each.accepted + each.rejected), each.tag.name.casefold()),
        )
        return _overall(model, tags, [judged for _, judged in found])

    def _of(
        self, model: ActiveModel, definition: TagDefinition, lesson: StoredLesson | None
    ) -> tuple[TagQuality, _Judged]:
        tag, taught = definition.tag, lesson is not None
        plan = LessonPlan(self._store, model, definition)
        # Where only the person gives it, no model said anything that could be right or wrong.
        judged = self._judged(model, plan, lesson) if tag.looked_for or taught else _Judged.nothing()
        return _figures(tag, plan.decisions, judged, taught=taught), judged

    def _judged(self, model: ActiveModel, plan: LessonPlan, stored: StoredLesson | None) -> _Judged:
        ids, vectors = embeddings_of(self._store.reader, model.model_id, list(plan.decisions))
        if not len(ids):
            return _Judged.nothing()
        odds = plan.zero_shot_odds(vectors)
        probabilities = sigmoid(odds if stored is None else as_learned(stored).log_odds(vectors, odds)).astype(
            np.float64
        )
        if stored is not None and (learned := plan.learn()) is not None:
            # What was learned from would be judged too kindly: each as if it had not been.
            lesson, examples = learned
            left_out = (*lesson.accepted_probabilities.tolist(), *lesson.rejected_probabilities.tolist())
            by_photo = dict(zip(examples, left_out, strict=True))
            probabilities = np.array(
                [by_photo.get(PhotoId(int(i)), p) for i, p in zip(ids, probabilities, strict=True)]
            )
        suggest, _ = model.tagger.thresholds_of(plan.tag)
        given = probabilities >= suggest
        photos = tuple(PhotoId(int(photo)) for photo in ids)
        return _Judged(photos, np.array([plan.decisions[photo] for photo in photos], bool), probabilities, given)

    def _embed_for_comparison(self, model: ActiveModel) -> None:
        """Have a model look at decided photos, and at some others. They stay embedded, for a later switch."""
        reader = self._store.reader
        decided = sorted({photo for tag in tags_with_decisions(reader) for photo in decisions_on(reader, tag)})
        others = sampled(embedded_ids(reader, self._models.active().model_id), _BACKDROP)
        self._embed(model, unembedded_among(reader, model.model_id, decided[:_TO_COMPARE]))
        self._embed(model, unembedded_among(reader, model.model_id, [PhotoId(each) for each in others.tolist()]))
        if decided and not len(embeddings_of(reader, model.model_id, decided[:_TO_COMPARE])[0]):
            raise UserFacingError(f"{model.entry.title} could read none of the photos you decided about.")

    def _embed(self, model: ActiveModel, photos: Sequence[UnembeddedPhoto]) -> None:
        spec = model.inference.spec()
        for start in range(0, len(photos), _BATCH):
            decoded = [(photo.photo_id, shown_of(photo, spec)) for photo in photos[start : start + _BATCH]]
            readable = [(photo_id, shown) for photo_id, shown in decoded if shown is not None]
            if readable:
                embedded = embed_shown(model, readable)
                self._store.writer.do(partial(put_embedded, model_id=model.model_id, embedded=embedded))


def _figures(tag: Tag, decisions: dict[PhotoId, bool], judged: _Judged, *, taught: bool) -> TagQuality:
    accepted = sum(decisions.values())
    return TagQuality(
        tag=tag,
        accepted=accepted,
        rejected=len(decisions) - accepted,
        scored=len(judged.ids),
        precision=_share(judged.accepted[judged.given]),
        recall=_share(judged.given[judged.accepted]),
        reliability=reliability(judged.probabilities, judged.accepted),
        mistakes=_mistakes(judged),
        taught=taught,
    )


def _mistakes(judged: _Judged) -> tuple[Mistake, ...]:
    """Where machine and person disagree, the surest machine first."""
    wrong = np.flatnonzero(judged.given != judged.accepted)
    distance = np.abs(judged.probabilities - judged.accepted)
    order = wrong[np.argsort(-distance[wrong], kind="stable")][:_MISTAKES]
    return tuple(
        Mistake(judged.ids[row], float(judged.probabilities[row]), bool(judged.accepted[row])) for row in order.tolist()
    )


def _overall(model: ActiveModel, tags: Sequence[TagQuality], judged: Sequence[_Judged]) -> ModelQuality:
    accepted = np.concatenate([each.accepted for each in judged]) if judged else np.zeros(0, bool)
    given = np.concatenate([each.given for each in judged]) if judged else np.zeros(0, bool)
    probabilities = np.concatenate([each.probabilities for each in judged]) if judged else np.zeros(0)
    bins = reliability(probabilities, accepted)
    return ModelQuality(
        model=model.entry.name,
        title=model.entry.title,
        tags=tuple(tags),
        precision=_share(accepted[given]),
        recall=_share(given[accepted]),
        expected_calibration_error=expected_calibration_error(bins) if len(accepted) else None,
        reliability=bins,
    )


def _share(flags: Bools) -> float | None:
    return float(flags.mean()) if len(flags) else None
