"""Asks the question that the SearchState describes, and again when the library changed underneath it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.language.chips import Chip, ChipKind
from desktop_app.domain.language.degrees import sure_part
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, SearchResult
from desktop_app.domain.question import Answer, Question
from desktop_app.domain.weighed import Weighed
from desktop_app.services.exporting import PhotoList
from desktop_app.services.services import Services
from desktop_app.ui.search_state import SearchState, SearchTerms, Showing
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.wording import counted, nearest_words, number

# At most four live refreshes a second, and at most a quarter of the time spent on them: a search shares the model with
# the indexer, which must not starve because somebody looks on.
_SHORTEST_PAUSE_SECONDS = 0.25
_PAUSE_PER_SEARCH = 3.0
# The first search waits for the model, for long on a slow machine; the next is not to wait three times as long.
_LONGEST_PAUSE_SECONDS = 3.0

# A search that takes longer than this is worth a sign that something is going on.
_BUSY_AFTER_MS = 300

_DEGREES = {ChipKind.MEANING, ChipKind.SIMILAR}


@dataclass(frozen=True, slots=True)
class Found:
    """An answer and everything the window says about it."""

    terms: SearchTerms
    answer: Answer
    weighed: Weighed
    chips: tuple[Chip, ...] = ()
    """What was understood of the text."""
    filters: Filter = field(default=And(()))
    """The part of the text that is true or false of every photo, and must be true."""

    moments: Mapping[PhotoId, float] = field(default_factory=dict)
    """Of the videos among the photos weighed: the second at which each matches best."""

    @property
    def is_ranked(self) -> bool:
        """Whether something of degree was asked for: meaning, or likeness."""
        if self.terms.stack is not None:
            return False
        return self.terms.has_picture or any(chip.kind in _DEGREES for chip in self.chips)

    @property
    def result(self) -> SearchResult:
        """What the grid shows."""
        nearest = self.answer.nearest
        if self.terms.showing is not Showing.NEAREST or not len(nearest):
            return replace(self.answer.result, moments=self.moments)
        result = self.answer.result
        unknown = np.full(len(nearest), np.nan, np.float32)
        return SearchResult(
            nearest,
            unknown,
            self.answer.nearest_probabilities,
            result.searched,
            result.total,
            result.seconds,
            moments=self.moments,
            note=result.note,
        )


def find(services: Services, terms: SearchTerms, kept: Found | None) -> Found:
    """The answer to these terms; `kept` is one whose photos were weighed for the same question, if there is one.

    Blocks. Raises QueryProblem for what is not understood.
    """
    if kept is None:
        question = terms.question()
        understood = services.understanding.understand(question.text)
        if understood.problem is not None:
            raise understood.problem
        weighed, chips = services.asking.weigh(question), understood.chips
        filters, _ = sure_part(services.understanding.tree(question.text))
        moments: Mapping[PhotoId, float] = (
            services.asking.moments(question, weighed.photos) if len(weighed.probabilities) else {}
        )
    else:
        weighed, chips, filters, moments = kept.weighed, kept.chips, kept.filters, kept.moments
    everything = terms.showing is Showing.EVERYTHING
    answer = weighed.answer(sensitivity=terms.sensitivity, everything=everything)
    return Found(terms, answer, weighed, chips, filters, moments)


def shown_photos(found: Found) -> PhotoList:
    """The photos of an answer as they are shown, for exporting."""
    result = found.result
    ids = [PhotoId(photo_id) for photo_id in result.photo_ids.tolist()]
    return PhotoList(found.terms.text.strip(), ids, result.probabilities.tolist(), found.terms.text.strip())


class SearchPresenter(QObject):
    """Turns SearchTerms into answers, one question at a time: what is asked meanwhile comes next, the newest only.

    So no stale answer can replace a newer one, and questions side by side do not all wait for the model while it is
    loaded, keeping every thread from fetching thumbnails.
    """

    shown = Signal(object, bool)
    """What was Found, and whether this is another question than the last (False: a live refresh, or another end)."""
    not_understood = Signal(object, object)
    """The SearchTerms and the QueryProblem with them."""
    busy = Signal(bool)

    def __init__(self, state: SearchState, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._services = services
        self._tasks = tasks
        self._searching = False
        self._outdated = False
        self._found: Found | None = None
        self._shown: Question | None = None
        self._last_seconds = 0.0
        self._refresh = QTimer(self, singleShot=True)
        self._refresh.timeout.connect(self.search)
        self._busy_sign = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._busy_sign.timeout.connect(lambda: self.busy.emit(True))
        state.changed.connect(self.search)

    def search(self) -> None:
        """Answer what the state describes: now, or as soon as the present question is answered."""
        if self._searching:
            return  # `_done` sees that the terms are other ones by then.
        terms = self._state.terms
        kept = None if self._outdated or not self._is_weighed(terms.weighing()) else self._found
        self._refresh.stop()
        self._searching, self._outdated = True, False
        if not self._busy_sign.isActive():
            self._busy_sign.start()
        self._tasks.run(
            lambda: find(self._services, terms, kept),
            self._done,
            failed=lambda exception: self._failed(terms, exception),
        )

    def refresh(self, changes: LibraryChanges) -> None:
        """Ask again, soon, if these changes can change the answer."""
        if affects(self._state.terms, changes):
            self._outdated = True
            self._schedule()

    def stop(self) -> None:
        """Ask no more."""
        self._refresh.stop()
        self._busy_sign.stop()

    def _is_weighed(self, question: Question) -> bool:
        return self._found is not None and self._found.terms.weighing() == question

    def _done(self, found: Found) -> None:
        self._found = found
        # While a slider is dragged, every answer is worth showing: the same is sought, and they come in order.
        if found.terms.sought() == self._state.terms.sought():
            self._last_seconds = found.weighed.seconds
            question = found.terms.weighing()
            another, self._shown = question != self._shown, question
            self.shown.emit(found, another)
        if not self._is_stale(found.terms):
            self._schedule()

    def _failed(self, terms: SearchTerms, exception: Exception) -> None:
        if self._is_stale(terms):
            return
        if isinstance(exception, QueryProblem):
            self.not_understood.emit(terms, exception)
        else:
            self._tasks.report(exception)

    def _is_stale(self, terms: SearchTerms) -> bool:
        """Note that the question of these terms is answered; when another is asked by now, go on with that."""
        self._searching = False
        if terms != self._state.terms:
            self.search()
            return True
        self._busy_sign.stop()
        self.busy.emit(False)
        return False

    def _schedule(self) -> None:
        if self._outdated and not self._searching and not self._refresh.isActive():
            pause = max(_SHORTEST_PAUSE_SECONDS, self._last_seconds * _PAUSE_PER_SEARCH)
            self._refresh.start(round(min(pause, _LONGEST_PAUSE_SECONDS) * 1000))


def affects(terms: SearchTerms, changes: LibraryChanges) -> bool:
    """Whether the answer to these terms can be another one after the changes."""
    if changes.added or changes.updated or changes.missing or changes.roots_changed or changes.model_changed:
        return True
    if terms.asks and changes.embedded:
        return True
    # Words are looked for in tags, too.
    by_tags = bool(terms.text.strip() or terms.ticked or terms.excluded)
    return by_tags and bool(changes.retagged or changes.tags_changed or changes.texts_changed)


def result_line(found: Found) -> str:
    """What stands beside the search field: "5,310 photos", "12 photos, best first", "Searched 1,204 of 5,310"."""
    result, shown = found.result, len(found.result.photo_ids)
    if not found.is_ranked:
        return counted(shown, "photo")
    if found.terms.showing is Showing.NEAREST and not found.answer.matches:
        return nearest_words(shown)
    photos = counted(shown, "photo")
    if result.partial:
        return f"{photos} · searched {number(result.searched)} of {number(result.total)}"
    return f"{photos}, best first" if shown > 1 else photos
