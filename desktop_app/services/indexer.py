"""Runs the indexing pipeline in the background, one run at a time, with pause, resume and cancel."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.photo import RootId
from desktop_app.domain.progress import IndexPhase, IndexProgress, IndexReport
from desktop_app.services.change_feed import Feed
from desktop_app.services.index_progress import ProgressReporter
from desktop_app.services.indexing import IndexRun, Scope
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.retagging import retag_if_outdated
from desktop_app.store.files import roots

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Request:
    root_ids: tuple[RootId, ...] | None
    """None: every root."""
    below: str
    answer: Future[IndexReport]


class Indexer:
    """Owns the coordinator thread. Requests queue up; each is answered with its report."""

    def __init__(self, store: LibraryStore, models: Models) -> None:
        self._store = store
        self._models = models
        self._feed: Feed[IndexProgress] = Feed()
        self._progress = IndexProgress()
        self._waiting: list[_Request] = []
        self._wake = threading.Condition()
        self._unpaused = threading.Event()
        self._unpaused.set()
        self._cancel = threading.Event()
        self._closing = False
        self._running = False
        self._thread = threading.Thread(target=self._work, name="keepsight-indexer", daemon=True)
        self._thread.start()

    @property
    def progress(self) -> IndexProgress:
        """The latest snapshot."""
        return self._progress

    @property
    def running(self) -> bool:
        """True while a run is under way or waiting to begin."""
        with self._wake:
            return self._running or bool(self._waiting)

    @property
    def paused(self) -> bool:
        """True between pause() and resume()."""
        return not self._unpaused.is_set()

    def subscribe(self, listener: Callable[[IndexProgress], None]) -> Callable[[], None]:
        """Hear of progress, on the coordinator's thread; the answer ends it."""
        return self._feed.subscribe(listener)

    def start(self, root_ids: Sequence[RootId] | None = None, *, below: str = "") -> Future[IndexReport]:
        """Bring roots up to date (all of them, or a file or folder of them). Returns at once.

        A request that an equal waiting one covers is answered together with it.
        """
        wanted = None if root_ids is None else tuple(root_ids)
        with self._wake:
            if self._closing:
                raise UserFacingError("Keepsight is closing.")
            for waiting in self._waiting:
                if (waiting.root_ids, waiting.below) == (wanted, below):
                    return waiting.answer
            request = _Request(wanted, below, Future())
            self._waiting.append(request)
            self._wake.notify()
        return request.answer

    def pause(self) -> None:
        """Stop taking up files; the batch at the model is finished."""
        self._unpaused.clear()
        self._show(replace(self._progress, phase=IndexPhase.PAUSED))

    def resume(self) -> None:
        """Go on after a pause."""
        self._unpaused.set()
        self._show(replace(self._progress, phase=IndexPhase.INDEXING if self._running else IndexPhase.IDLE))

    def cancel(self) -> None:
        """End the run within one batch and drop waiting ones. What is stored stays; the next run carries on."""
        with self._wake:
            dropped, self._waiting = self._waiting, []
            if self._running:
                self._cancel.set()
        for request in dropped:
            request.answer.cancel()
        self._unpaused.set()

    def close(self) -> None:
        """Cancel and end the thread. Idempotent."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.cancel()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._closing)
                if self._closing:
                    return
                request = self._waiting.pop(0)
                self._running = True
                self._cancel.clear()
            try:
                self._answer(request)
            finally:
                with self._wake:
                    self._running = False
                self._show(IndexProgress(phase=IndexPhase.IDLE if not self.paused else IndexPhase.PAUSED))

    def _answer(self, request: _Request) -> None:
        if not request.answer.set_running_or_notify_cancel():
            return
        try:
            report = self._run(request)
        except UserFacingError as error:
            self._show(replace(self._progress, note=str(error)))
            request.answer.set_exception(error)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits, and kept in the log
            _log.exception("An indexing run failed")
            request.answer.set_exception(error)
        else:
            request.answer.set_result(report)

    def _run(self, request: _Request) -> IndexReport:
        model = self._models.active()
        retag_if_outdated(self._store, model, cancelled=self._cancel.is_set)
        scopes = [
            Scope(root.root_id, root.path, request.below)
            for root in roots(self._store.reader)
            if request.root_ids is None or root.root_id in request.root_ids
        ]
        run = IndexRun(
            self._store,
            model,
            scopes=scopes,
            reporter=ProgressReporter(self._show),
            cancelled=self._cancel.is_set,
            wait_while_paused=self._wait_while_paused,
        )
        return run.run()

    def _wait_while_paused(self) -> None:
        self._unpaused.wait()

    def _show(self, progress: IndexProgress) -> None:
        if self.paused and progress.phase is not IndexPhase.IDLE:
            progress = replace(progress, phase=IndexPhase.PAUSED)
        self._progress = progress
        self._feed.publish(progress)
