"""Look-ups that are asked for again and again while they run, as by an indexer at work, and still must arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from desktop_app.ui.tasks import Tasks

T = TypeVar("T")


class Refresh(Generic[T]):
    """Runs one look-up at a time. Those asked for meanwhile lead to one more, the newest of them.

    A key of Tasks would drop the running one's answer each time: with a steady stream of requests none would ever arrive.
    """

    def __init__(self, tasks: Tasks, done: Callable[[T], None]) -> None:
        self._tasks = tasks
        self._done = done
        self._running = False
        self._next: Callable[[], T] | None = None

    def request(self, work: Callable[[], T]) -> None:
        """Look up with `work` now, or when the present look-up has come back."""
        if self._running:
            self._next = work
            return
        self._running = True
        self._tasks.run(work, self._arrived, failed=self._failed)

    def _arrived(self, answer: T) -> None:
        self._go_on()
        self._done(answer)

    def _failed(self, exception: Exception) -> None:
        self._go_on()
        self._tasks.report(exception)

    def _go_on(self) -> None:
        self._running = False
        work, self._next = self._next, None
        if work is not None:
            self.request(work)
