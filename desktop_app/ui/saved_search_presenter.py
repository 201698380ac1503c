"""Keeps the saved searches in the sidebar in step with the library: which there are, and how many photos each has."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.saved_search import SavedSearch
from desktop_app.services.services import Services
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.search_state import SearchState, SearchTerms
from desktop_app.ui.sidebar.saved_searches import CountedSearch
from desktop_app.ui.sidebar.sidebar import Sidebar
from desktop_app.ui.tasks import Tasks

# Counting shares the model and the processor with the indexer and with what the person types: at most a tenth of the
# time, and not in the window's first second.
_SHORTEST_PAUSE_MS = 1000
_PAUSE_PER_COUNT = 9.0


@dataclass(frozen=True, slots=True)
class _Counted:
    rows: tuple[CountedSearch, ...]
    seconds: float


class SavedSearchPresenter(QObject):
    """Shows the list at once, and counts behind it; a change of the library counts again, soon."""

    def __init__(
        self, sidebar: Sidebar, state: SearchState, services: Services, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._sidebar = sidebar
        self._state = state
        self._services = services
        self._lists = Refresh(tasks, self._show)
        self._counts = Refresh(tasks, self._show_counts)
        self._last_seconds = 0.0
        self._recount = QTimer(self, singleShot=True)
        self._recount.timeout.connect(self._count)
        state.changed.connect(self._mark)

    @property
    def searches(self) -> tuple[SavedSearch, ...]:
        """The searches, by name."""
        return tuple(row.saved for row in self._sidebar.saved.rows)

    @property
    def opened(self) -> SavedSearch | None:
        """The search whose photos are shown, as long as nothing of it was changed."""
        return next((saved for saved in self.searches if is_opened(saved, self._state.terms)), None)

    def refresh_all(self) -> None:
        """Look up which there are, and count them."""
        self._lists.request(self._services.saved_searches.all)

    def refresh(self, changes: LibraryChanges) -> None:
        """Look up what these changes can have changed."""
        words = changes.tags_changed or changes.texts_changed
        if changes.saved_searches_changed:
            self.refresh_all()
        elif changes.photos_touched or words or changes.roots_changed or changes.model_changed:
            self._count_soon()

    def stop(self) -> None:
        """Count no more."""
        self._recount.stop()

    def _show(self, searches: list[SavedSearch]) -> None:
        known = {row.saved: row for row in self._sidebar.saved.rows}
        self._sidebar.show_saved([known.get(saved, CountedSearch(saved)) for saved in searches])
        self._mark(self._state.terms)
        self._count_soon()

    def _mark(self, _terms: SearchTerms) -> None:
        opened = self.opened
        self._sidebar.saved.show_opened(opened.id if opened else None)

    def _count_soon(self) -> None:
        if self._sidebar.saved.rows and not self._recount.isActive():
            self._recount.start(max(_SHORTEST_PAUSE_MS, round(self._last_seconds * _PAUSE_PER_COUNT * 1000)))

    def _count(self) -> None:
        searches = self.searches
        self._counts.request(lambda: _counted(searches, self._services))

    def _show_counts(self, counted: _Counted) -> None:
        self._last_seconds = counted.seconds
        rows = {row.saved: row for row in counted.rows}
        self._sidebar.show_saved([rows.get(saved, CountedSearch(saved)) for saved in self.searches])


def is_opened(saved: SavedSearch, terms: SearchTerms) -> bool:
    """Whether these terms ask just what this search asks."""
    beside = terms.has_picture or terms.is_filtered
    return not beside and terms.text.strip() == saved.query.strip()


def _counted(searches: tuple[SavedSearch, ...], services: Services) -> _Counted:
    started = time.perf_counter()
    rows = []
    for saved in searches:
        try:
            rows.append(CountedSearch(saved, services.saved_searches.count(saved)))
        except UserFacingError as error:
            # It names a tag or an album that is gone: the row says so.
            rows.append(CountedSearch(saved, None, f"{error.sentence} {error.next_step}".strip()))
    return _Counted(tuple(rows), time.perf_counter() - started)
