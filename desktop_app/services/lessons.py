"""Learning a tag from the person's decisions, for one model, from stored embeddings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagDefinition, TagId
from desktop_app.ml.calibration import background_of
from desktop_app.ml.learned_tag import MOST_BYSTANDERS, MOST_EXAMPLES, Examples, LearnedTag, Lesson, learn
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.tag_fitting import sampled
from desktop_app.store.embeddings import embeddings_of
from desktop_app.store.tag_fits import (
    StoredLesson,
    decisions_on,
    embedded_ids,
    lessons,
    outdated_lessons,
    put_lesson,
    taught_tags,
)
from desktop_app.store.tags import tag_definition

Vectors = npt.NDArray[np.float32]


class LessonPlan:
    """Everything that one tag is learned from, for one model."""

    def __init__(self, store: LibraryStore, model: ActiveModel, definition: TagDefinition) -> None:
        self._store = store
        self._model = model
        self._definition = definition
        self.decisions = decisions_on(store.reader, definition.tag.id)

    def learn(self) -> tuple[Lesson, tuple[PhotoId, ...]] | None:
        """What the decisions teach, and the photos it was learned from (accepted, then rejected).

        None while no accepted photo has an embedding.
        """
        accepted = self._embedded(accepted=True)
        rejected = self._embedded(accepted=False)
        if not len(accepted[0]):
            return None
        groups = [vectors for vectors in (accepted[1], rejected[1], self._bystanders()) if len(vectors)]
        everyone = np.concatenate(groups)
        kinds = np.cumsum([len(accepted[1]), len(rejected[1])])
        # All at once: where a tag was not fitted to the library yet, the bystanders are what it is measured against.
        found = learn(Examples(*np.split(everyone, kinds), *np.split(self.zero_shot_odds(everyone), kinds)))
        return found, tuple(PhotoId(int(photo)) for photo in (*accepted[0], *rejected[0]))

    def _embedded(self, *, accepted: bool) -> tuple[npt.NDArray[np.int64], Vectors]:
        """The latest decisions of one kind."""
        wanted = [photo for photo, is_accepted in self.decisions.items() if is_accepted is accepted]
        return embeddings_of(self._store.reader, self._model.model_id, wanted[:MOST_EXAMPLES])

    def _bystanders(self) -> Vectors:
        ids = embedded_ids(self._store.reader, self._model.model_id)
        others = ids[~np.isin(ids, np.fromiter(self.decisions, np.int64, count=len(self.decisions)))]
        chosen = sampled(others, MOST_BYSTANDERS)
        return embeddings_of(self._store.reader, self._model.model_id, chosen.tolist())[1]

    @property
    def tag(self) -> Tag:
        """The tag that is to be learned."""
        return self._definition.tag

    def zero_shot_odds(self, vectors: Vectors) -> Vectors:
        """What the words alone say of photos [N, D], float32 [N]."""
        tagger = self._model.tagger
        vector = tagger.vector_of(tagger.prompts_of(self._definition))
        photos = background_of(vectors, tagger.labels().bank)
        return tagger.odds_of(vector, self._definition.tag, vectors @ vector, photos)


def learn_tag(store: LibraryStore, model: ActiveModel, definition: TagDefinition) -> StoredLesson | None:
    """What the person's decisions teach a model about a tag; None while there is nothing to learn from."""
    plan = LessonPlan(store, model, definition)
    found = plan.learn()
    if found is None:
        return None
    lesson, _ = found
    precision, recall = _cross_validated(lesson, model.tagger.labels().rules.typical)
    return StoredLesson(
        definition.tag.id,
        lesson.tag.weights,
        lesson.tag.bias,
        lesson.tag.blend,
        accepted=sum(plan.decisions.values()),
        rejected=len(plan.decisions) - sum(plan.decisions.values()),
        precision=precision,
        recall=recall,
    )


def as_learned(lesson: StoredLesson) -> LearnedTag:
    """A stored lesson as it scores photos."""
    return LearnedTag(lesson.weights, lesson.bias, lesson.blend)


def learn_again(store: LibraryStore, model: ActiveModel, *, wanted: tuple[TagId, ...] | None = None) -> int:
    """Learn the taught tags that this model has no lesson for (after a switch) or an outdated one, or the `wanted` ones.

    Returns how many.
    """
    known = lessons(store.reader, model.model_id).keys() - set(outdated_lessons(store.reader, model.model_id))
    missing = [tag for tag in taught_tags(store.reader) if tag not in known] if wanted is None else list(wanted)
    learned = 0
    for tag_id in missing:
        definition = tag_definition(store.reader, tag_id)
        lesson = None if definition is None else learn_tag(store, model, definition)
        if lesson is not None:
            _put(store, model, lesson)
            learned += 1
    if learned:
        model.tagger.forget_labels()
    return learned


def _put(store: LibraryStore, model: ActiveModel, lesson: StoredLesson) -> None:
    store.writer.do(lambda session: put_lesson(session, model.model_id, lesson))


def _cross_validated(lesson: Lesson, threshold: float) -> tuple[float | None, float | None]:
    """Precision and recall over the examples, each judged as if it had not been one; None without rejected ones."""
    hits = int((lesson.accepted_probabilities >= threshold).sum())
    wrong = int((lesson.rejected_probabilities >= threshold).sum())
    recall = hits / len(lesson.accepted_probabilities)
    if not len(lesson.rejected_probabilities):
        return None, recall
    return (hits / (hits + wrong) if hits + wrong else 0.0), recall
