"""Teaching tags from examples: what the person accepted and rejected becomes a classifier of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagDefinition
from desktop_app.services.lessons import as_learned, learn_tag
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.retagging import keep_tags_current, tags_are_current
from desktop_app.services.tag_scoring import TagScoring
from desktop_app.store.assignments import put_opinions_of_tag
from desktop_app.store.tag_fits import decisions_on, drop_lessons, outdated_lessons, put_lesson
from desktop_app.store.tags import tag_definition, tag_named


@dataclass(frozen=True, slots=True)
class Taught:
    """What became of a lesson."""

    tag: Tag
    accepted: int
    rejected: int
    precision: float | None
    """Cross-validated, 0 to 1; None without rejected photos."""
    recall: float | None
    found: int
    """Photos that the tag is suggested or accepted for now, beside those that the person decided about."""
    changes: LibraryChanges


@dataclass(frozen=True, slots=True)
class Proposal:
    """A photo that may have a tag."""

    photo_id: PhotoId
    probability: float


class Teaching:
    """Learns tags and proposes photos. Blocks for some milliseconds per 10,000 photos: run it off the GUI thread."""

    def __init__(self, store: LibraryStore, models: Models, scoring: TagScoring) -> None:
        self._store = store
        self._models = models
        self._scoring = scoring

    def teach(self, name: str) -> Taught:
        """Learn a tag from the decisions about it; from then on it applies by itself, to new photos too.

        Later decisions are learned from by themselves (`keep_up`).

        Raises UserFacingError when there is no such tag or nothing to learn from.
        """
        definition = self._definition(name)
        model = self._models.active()
        current = tags_are_current(self._store, model)
        lesson = learn_tag(self._store, model, definition)
        if lesson is None:
            raise UserFacingError(
                f"There is nothing yet to learn “{definition.tag.name}” from.",
                "Accept it, or give it by hand, on a few photos first; rejecting some helps as much.",
            )
        self._store.writer.do(lambda session: put_lesson(session, model.model_id, lesson))
        changes, found = self._rescore(definition, current=current)
        return Taught(definition.tag, lesson.accepted, lesson.rejected, lesson.precision, lesson.recall, found, changes)

    def keep_up(self) -> tuple[Taught, ...]:
        """Learn those taught tags anew that the person said more about since."""
        reader = self._store.reader
        outdated = [tag_definition(reader, tag) for tag in outdated_lessons(reader, self._models.active().model_id)]
        # Without an accepted photo left there is nothing to learn from: what was learned stays until it is forgotten.
        return tuple(
            self.teach(each.tag.name)
            for each in outdated
            if each is not None and any(decisions_on(reader, each.tag.id).values())
        )

    def forget(self, name: str) -> LibraryChanges:
        """Go by the words alone again. The person's decisions stay."""
        definition = self._definition(name)
        current = tags_are_current(self._store, self._models.active())
        self._store.writer.do(lambda session: drop_lessons(session, definition.tag.id))
        changes, _ = self._rescore(definition, current=current)
        return changes

    def more_like_these(self, name: str, *, limit: int = 100) -> tuple[Proposal, ...]:
        """Photos that probably have a tag and were not decided about, best first. Nothing is tagged."""
        definition = self._definition(name)
        lesson = learn_tag(self._store, self._models.active(), definition)
        found = self._scoring.probabilities(definition, lesson=None if lesson is None else as_learned(lesson))
        decided = decisions_on(self._store.reader, definition.tag.id)
        undecided = ~np.isin(found.photo_ids, np.fromiter(decided, np.int64, count=len(decided)))
        best = np.flatnonzero(undecided)[:limit]
        return tuple(Proposal(PhotoId(int(found.photo_ids[row])), float(found.probabilities[row])) for row in best)

    def _rescore(self, definition: TagDefinition, *, current: bool) -> tuple[LibraryChanges, int]:
        """Store what the machine says of one tag now, and say of how many photos it says anything.

        If all tags were `current` before, they are so again: no other photo need be scored for it.
        """
        model = self._models.active()
        model.tagger.forget_labels()
        scores = self._scoring.scores(definition)
        changes = self._store.change(
            lambda session: put_opinions_of_tag(session, definition.tag.id, scores.opinions, model_id=scores.model_id)
        )
        if current:
            keep_tags_current(self._store, model, touched=changes.retagged)
        return changes, len(scores.opinions)

    def _definition(self, name: str) -> TagDefinition:
        tag = tag_named(self._store.reader, " ".join(name.split()))
        definition = None if tag is None else tag_definition(self._store.reader, tag.id)
        if definition is None:
            raise UserFacingError(f"There is no tag {name!r}.", "`keepsight tags list` shows the tags there are.")
        return definition
