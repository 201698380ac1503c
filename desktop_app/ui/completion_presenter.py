"""Looks up what could be typed next in the search field, with the names of the library."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.language.completion import Completion, KnownNames
from desktop_app.services.services import Services
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.search_bar import SearchBar
from desktop_app.ui.tasks import Tasks

_KEY = "completion"


class CompletionPresenter(QObject):
    """Keeps the library's names at hand, so that a key stroke costs no look into the library."""

    def __init__(self, bar: SearchBar, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bar = bar
        self._services = services
        self._tasks = tasks
        self._known: KnownNames | None = None
        self._outdated = True
        self._asked = ("", 0)
        self._names = Refresh(tasks, self._know)
        bar.completion_wanted.connect(self.complete)
        bar.returnPressed.connect(self._asked_at_once)

    def refresh(self, changes: LibraryChanges) -> None:
        """Note that there may be other names; they are looked up when something is typed the next time."""
        if changes.added or changes.updated or changes.retagged or changes.tags_changed or changes.roots_changed:
            self._outdated = True

    def complete(self, text: str, cursor: int) -> None:
        """Offer what could be typed at the cursor, unless more was typed meanwhile."""
        self._asked = (text, cursor)
        if self._outdated:
            self._outdated = False
            self._names.request(self._services.understanding.known_names)
        known = self._known or KnownNames()
        self._tasks.run(
            lambda: self._services.understanding.complete(text, cursor, known),
            lambda found: self._offer(text, cursor, found=found),
            key=_KEY,
        )

    def _asked_at_once(self) -> None:
        """Offer no more for what was sent with Enter: a list that came late would stand over its answer."""
        self._asked = ("", 0)
        self._tasks.forget(_KEY)

    def _know(self, known: KnownNames) -> None:
        """Complete with these names; what is typed already, once more."""
        before, self._known = self._known, known
        if known != before and self._asked[0]:
            self.complete(*self._asked)

    def _offer(self, text: str, cursor: int, *, found: Completion) -> None:
        if self._bar.takes_keys and (self._bar.text(), self._bar.cursorPosition()) == (text, cursor):
            self._bar.completion.offer(found)
