"""Work off the GUI thread: plain blocking calls run on a small pool, and their answers come back on the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.base.errors import Cancelled, UserFacingError

log = logging.getLogger(__name__)

T = TypeVar("T")

THREAD_PREFIX = "keepsight-task"

# A task is one read of the library or one decode: far shorter than this unless a disk hangs, and then the person, who
# has closed the window, should not have to wait for the disk.
CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one task: a function to call on the GUI thread, unless a newer task made it stale."""

    key: str | None
    generation: int
    deliver: Callable[[], None]


class Tasks(QObject):
    """Runs blocking work on a few threads and delivers on the GUI thread, where it must be made and used.

    A newer run with the same key makes the older one stale: it is not begun, or its answer is dropped.
    """

    error = Signal(str, str)
    """A UserFacingError that the caller did not handle: its sentence and its next step."""
    bug = Signal(str)
    """An exception that nobody expected, already logged: its one-line summary."""
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 3) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=THREAD_PREFIX)
        self._pending: set[Future[None]] = set()
        self._undelivered = 0
        self._generations: dict[str, int] = {}
        self._retired = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        *,
        failed: Callable[[Exception], None] | None = None,
        key: str | None = None,
    ) -> None:
        """Run `work` on the pool, then `done(answer)` on the GUI thread, or `failed(exception)`.

        Without `failed`, a UserFacingError becomes the signal `error`, a Cancelled nothing, and anything else `bug`.
        Call it on the GUI thread. After `retire` or `close` it does nothing.
        """
        if self._retired:
            return
        generation = self._next_generation(key)
        on_failure = failed or self.report

        def job() -> None:
            if self._stale(key, generation):
                self._finished.emit(_Outcome(key, generation, lambda: None))
                return
            try:
                answer = work()
            except Exception as exception:  # noqa: BLE001 - handed on to the GUI thread, which reports it
                caught = exception
                self._finished.emit(_Outcome(key, generation, lambda: on_failure(caught)))
            else:
                self._finished.emit(_Outcome(key, generation, lambda: done(answer)))

        self._undelivered += 1
        self._pending = {future for future in self._pending if not future.done()}
        self._pending.add(self._pool.submit(job))

    def forget(self, key: str) -> None:
        """Make whatever runs under `key` stale."""
        self._next_generation(key)

    @property
    def busy(self) -> bool:
        """True until every task's answer was delivered; once retired, while a task is at work."""
        if self._retired:
            return any(not future.done() for future in self._pending)
        return self._undelivered > 0

    def retire(self) -> None:
        """Deliver nothing and begin nothing from now on. Returns at once; tasks at work finish unheard."""
        self._retired = True
        for future in self._pending:
            future.cancel()

    def close(self) -> None:
        """Retire, and wait for tasks at work, at most CLOSE_SECONDS. A second call does nothing."""
        self.retire()
        still_at_work = wait(self._pending, timeout=CLOSE_SECONDS).not_done
        self._pool.shutdown(wait=not still_at_work, cancel_futures=True)

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        self._undelivered -= 1
        if not self._stale(outcome.key, outcome.generation):
            outcome.deliver()

    def _next_generation(self, key: str | None) -> int:
        if key is None:
            return 0
        self._generations[key] = self._generations.get(key, 0) + 1
        return self._generations[key]

    def _stale(self, key: str | None, generation: int) -> bool:
        return self._retired or (key is not None and self._generations.get(key) != generation)

    def report(self, exception: Exception) -> None:
        """Send `error` or `bug` for a failure: for a `failed` that has only some bookkeeping of its own to do."""
        if isinstance(exception, Cancelled):
            return
        if isinstance(exception, UserFacingError):
            self.error.emit(exception.sentence, exception.next_step)
            return
        log.error("A background task failed", exc_info=exception)
        self.bug.emit(f"{type(exception).__name__}: {exception}")
