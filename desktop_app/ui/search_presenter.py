"""Runs the search that the SearchState describes, and again when the library changed underneath it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.query import SearchResult
from desktop_app.services.services import Services
from desktop_app.ui.search_state import SearchState, SearchTerms
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.wording import counted, number

# At most four live refreshes a second, and at most a quarter of the time spent on them: a search shares the model with
# the indexer, which must not starve because somebody looks on.
_SHORTEST_PAUSE_SECONDS = 0.25
_PAUSE_PER_SEARCH = 3.0

# A search that takes longer than this is worth a sign that something is going on.
_BUSY_AFTER_MS = 300


class SearchPresenter(QObject):
    """Turns SearchTerms into results, one search at a time: what is asked meanwhile is searched for next, the newest only.

    Searches side by side would all wait for the model while it is loaded, and keep every thread from fetching thumbnails.
    """

    shown = Signal(object, object, bool)
    """SearchTerms, their SearchResult, and whether this is another question than the last (False: a live refresh)."""
    busy = Signal(bool)

    def __init__(self, state: SearchState, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._services = services
        self._tasks = tasks
        self._searching = False
        self._outdated = False
        self._answered: SearchTerms | None = None
        self._last_seconds = 0.0
        self._refresh = QTimer(self, singleShot=True)
        self._refresh.timeout.connect(self.search)
        self._busy_sign = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._busy_sign.timeout.connect(lambda: self.busy.emit(True))
        state.changed.connect(self.search)

    def search(self) -> None:
        """Search for what the state describes: now, or as soon as the present search is done."""
        if self._searching:
            return  # `_done` sees that the terms are other ones by then.
        terms = self._state.terms
        query = terms.query()
        self._refresh.stop()
        self._searching, self._outdated = True, False
        if not self._busy_sign.isActive():
            self._busy_sign.start()
        self._tasks.run(
            lambda: self._services.searching.search(query),
            lambda result: self._done(terms, result),
            failed=lambda exception: self._failed(terms, exception),
        )

    def refresh(self, changes: LibraryChanges) -> None:
        """Search again, soon, if these changes can change the answer."""
        if affects(self._state.terms, changes):
            self._outdated = True
            self._schedule()

    def stop(self) -> None:
        """Search no more."""
        self._refresh.stop()
        self._busy_sign.stop()

    def _done(self, terms: SearchTerms, result: SearchResult) -> None:
        if self._is_stale(terms):
            return
        self._last_seconds = result.seconds
        another = terms != self._answered
        self._answered = terms
        self.shown.emit(terms, result, another)
        self._schedule()

    def _failed(self, terms: SearchTerms, exception: Exception) -> None:
        if not self._is_stale(terms):
            self._tasks.report(exception)

    def _is_stale(self, terms: SearchTerms) -> bool:
        """Note that the search for these terms is over; when others are wanted by now, search for those."""
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
            self._refresh.start(round(pause * 1000))


def affects(terms: SearchTerms, changes: LibraryChanges) -> bool:
    """Whether the answer to these terms can be another one after the changes."""
    if changes.added or changes.updated or changes.missing or changes.roots_changed or changes.model_changed:
        return True
    if terms.is_ranked and changes.embedded:
        return True
    return bool((terms.ticked or terms.excluded) and (changes.retagged or changes.tags_changed))


def result_line(terms: SearchTerms, result: SearchResult) -> str:
    """What stands beside the search field: "5,310 photos", "Searched 1,204 of 5,310"."""
    if terms.is_ranked and result.partial:
        return f"Searched {number(result.searched)} of {number(result.total)}"
    photos = counted(len(result.photo_ids), "photo")
    return f"{photos}, best first" if terms.is_ranked and len(result.photo_ids) > 1 else photos
