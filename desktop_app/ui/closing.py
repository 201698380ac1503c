"""Closing the window in order, without freezing it: first its parts end, then its last tasks, then it is gone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from desktop_app.ui.tasks import Tasks

# How often a window that is being closed looks whether its last tasks are done, and how many times at most.
_STEP_MS = 40
_STEPS = 125


class Closing(QObject):
    """Answers the close events of one window. `wind_down` is called once, at the first; `wait` each time tasks still run."""

    def __init__(
        self, window: QMainWindow, tasks: Tasks, *, wind_down: Callable[[], None], wait: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._wind_down = wind_down
        self._wait = wait
        self._steps = 0

    def answer(self, event: QCloseEvent) -> None:
        """Let the window close, or have it ask again in a moment."""
        if not self._steps:
            self._steps = 1
            self._wind_down()
        if self._tasks.busy and self._steps < _STEPS:
            # The GUI thread stays free: look again in a moment instead of waiting here.
            self._steps += 1
            self._wait()
            QTimer.singleShot(_STEP_MS, self._window, self._window.close)
            event.ignore()
            return
        self._tasks.close()
        event.accept()
