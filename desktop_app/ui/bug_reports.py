"""Bugs reach the log with their traceback, and the person once, in the window, without ending the program."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)


class BugReports(QObject):
    """Collects exceptions that nobody expected. `reported` is sent once for each kind of them."""

    reported = Signal(str)
    """One-line summary of a bug that was not reported before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()
        self._previous = sys.excepthook

    def install(self) -> None:
        """Take exceptions that escape from a slot or an event handler on the GUI thread."""
        self._previous = sys.excepthook
        sys.excepthook = self._on_exception

    def uninstall(self) -> None:
        """Hand them back to whoever had them before. Without `install` nothing happens."""
        if sys.excepthook == self._on_exception:
            sys.excepthook = self._previous

    def report(self, summary: str) -> None:
        """Tell the person, unless the same was told before."""
        if summary not in self._seen:
            self._seen.add(summary)
            self.reported.emit(summary)

    def _on_exception(
        self, kind: type[BaseException], exception: BaseException, traceback: TracebackType | None
    ) -> None:
        self._previous(kind, exception, traceback)
        if issubclass(kind, Exception):
            log.error("Something unexpected happened in the window", exc_info=(kind, exception, traceback))
            self.report(f"{kind.__name__}: {exception}")
