"""Index runs that the person asked for: when one fails, they are told."""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.domain.progress import IndexReport
from desktop_app.ui.tasks import Tasks


class FollowedRuns(QObject):
    """Reports failures on the GUI thread, whichever thread a run ends on."""

    _failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._failed.connect(tasks.report, Qt.ConnectionType.QueuedConnection)

    def follow(self, run: Future[IndexReport]) -> None:
        """Report it when this run fails."""
        run.add_done_callback(self._ended)

    def _ended(self, run: Future[IndexReport]) -> None:
        # Called on the coordinator's thread.
        if not run.cancelled() and (failure := run.exception()) is not None:
            self._failed.emit(failure)
