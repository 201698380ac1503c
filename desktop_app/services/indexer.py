"""Runs the indexing pipeline in the background, one run at a time, with pause, resume and cancel."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.indexing import ChangedPlaces
from desktop_app.domain.photo import RootId
from desktop_app.domain.progress import IndexPhase, IndexProgress, IndexReport, SwitchProgress
from desktop_app.imaging import decode
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.change_feed import Feed
from desktop_app.services.index_progress import ProgressReporter
from desktop_app.services.indexing import IndexRun, Scope
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.model_switching import SwitchRun
from desktop_app.services.models import Models
from desktop_app.services.place_names import PlaceNames, name_earlier_photos
from desktop_app.services.presence import Presence
from desktop_app.services.retagging import retag_if_outdated
from desktop_app.store.files import roots
from desktop_app.store.settings import read_exclusion

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Request:
    places: tuple[ChangedPlaces, ...] | None
    """None: every root, all of it."""
    answer: Future[IndexReport]


class Indexer:
    """Owns the coordinator thread. Requests queue up; each is answered with its report.

    While none waits, the thread goes on with a pending switch of models: see `services.model_switching`.
    """

    def __init__(self, store: LibraryStore, models: Models, presence: Presence, place_names: PlaceNames) -> None:
        self._store = store
        self._presence = presence
        self._models = models
        self._place_names = place_names
        self._feed: Feed[IndexProgress] = Feed()
        self._progress = IndexProgress()
        self._switch_feed: Feed[SwitchProgress | None] = Feed()
        self._switch_progress: SwitchProgress | None = None
        self._waiting: list[_Request] = []
        self._switch: Future[bool] | None = None
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
            return self._running or bool(self._waiting) or self._switch is not None

    @property
    def paused(self) -> bool:
        """True between pause() and resume()."""
        return not self._unpaused.is_set()

    def subscribe(self, listener: Callable[[IndexProgress], None]) -> Callable[[], None]:
        """Hear of progress, on the coordinator's thread; the answer ends it."""
        return self._feed.subscribe(listener)

    @property
    def switch_progress(self) -> SwitchProgress | None:
        """How far the switch to another model has come in this session; None when none is under way."""
        return self._switch_progress

    def subscribe_switch(self, listener: Callable[[SwitchProgress | None], None]) -> Callable[[], None]:
        """Hear of a switch's progress, on the coordinator's thread, and None when it is over; the answer ends it."""
        return self._switch_feed.subscribe(listener)

    def finish_switch(self) -> Future[bool]:
        """Go on with the pending switch of models, behind waiting requests. Returns at once.

        The answer is True when the new model serves, False when there was nothing to do or the person stopped it.
        """
        with self._wake:
            if self._closing:
                raise UserFacingError("Keepsight is closing.")
            self._switch = self._switch or Future()
            self._wake.notify()
            return self._switch

    def start(self, root_ids: Sequence[RootId] | None = None, *, below: str = "") -> Future[IndexReport]:
        """Bring roots up to date (all of them, or a file or folder of them). Returns at once.

        A request that an equal waiting one covers is answered together with it.
        """
        return self.take_up(None if root_ids is None else [ChangedPlaces(root_id, (below,)) for root_id in root_ids])

    def take_up(self, places: Sequence[ChangedPlaces] | None) -> Future[IndexReport]:
        """Bring just these places up to date (None: all roots), in one run, so that moves between them are seen as moves."""
        wanted = None if places is None else tuple(places)
        with self._wake:
            if self._closing:
                raise UserFacingError("Keepsight is closing.")
            for waiting in self._waiting:
                if waiting.places == wanted:
                    return waiting.answer
            request = _Request(wanted, Future())
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
            self._end_switch(self._switch, complete=False)
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
                self._wake.wait_for(lambda: self._waiting or self._switch or self._closing)
                if self._closing:
                    self._end_switch(self._switch, complete=False)
                    return
                request = self._waiting.pop(0) if self._waiting else None
                self._running = True
                self._cancel.clear()
            try:
                self._models.release_former()
                if request is None:
                    self._go_on_switching()
                else:
                    self._answer(request)
                    self._plan_switch()
            finally:
                decode.rest()
                with self._wake:
                    self._running = False
                # The note stays: a folder that is away, a model that would not load, a device that could not be used.
                phase = IndexPhase.IDLE if not self.paused else IndexPhase.PAUSED
                self._show(IndexProgress(phase=phase, note=self._progress.note))

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
            self._show(replace(self._progress, note=" ".join(report.notes)))
            request.answer.set_result(report)

    def _run(self, request: _Request) -> IndexReport:
        model = self._models.active()
        retag_if_outdated(self._store, model, cancelled=self._cancel.is_set)
        away = self._presence.look()
        known = {root.root_id: root.path for root in roots(self._store.reader)}
        wanted = [ChangedPlaces(root_id) for root_id in known] if request.places is None else request.places
        scopes = [Scope(known[places.root_id], places) for places in wanted if places.root_id in known]
        run = IndexRun(
            self._store,
            model,
            place_names=self._place_names,
            scopes=scopes,
            away=away,
            exclusion=read_exclusion(self._store.reader),
            reporter=ProgressReporter(self._show),
            cancelled=self._cancel.is_set,
            wait_while_paused=self._wait_while_paused,
        )
        report = run.run()
        name_earlier_photos(self._store, self._place_names, cancelled=self._cancel.is_set)
        if report.embedded and not report.cancelled:
            # A library that has outgrown what its search and tags were fitted to is fitted again, and its photos with it.
            self._models.fit_search(model)
            retag_if_outdated(self._store, model, cancelled=self._cancel.is_set)
        return report

    def _plan_switch(self) -> None:
        """After a run that brought the library up to date, a pending switch goes on by itself."""
        if not self._cancel.is_set() and self._is_switch_pending():
            with self._wake:
                self._switch = self._switch or Future()

    def _is_switch_pending(self) -> bool:
        try:
            return self._models.pending_name() is not None
        except UserFacingError as error:
            # The disk fails, say. This thread must outlive it: later requests would wait for their answers for ever.
            _log.warning("It cannot be told whether a switch of models is pending: %s", error)
            return False

    def _go_on_switching(self) -> None:
        """Embed for the pending model until done, stopped, or a request waits; then the loop comes back here."""
        with self._wake:
            asked = self._switch
        try:
            model = self._models.pending()
            complete = model is not None and self._run_switch(model)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            note = str(error)
            if not isinstance(error, UserFacingError):
                _log.exception("Switching to another model failed")
                note = "Changing to another model failed. The log file has the details."
            self._show(replace(self._progress, note=note))
            self._end_switch(asked, error=error)
            return
        interrupted = not complete and not self._cancel.is_set() and self._is_switch_pending()
        if not interrupted:
            self._end_switch(asked, complete=complete)

    def _run_switch(self, model: ActiveModel) -> bool:
        def stopped() -> bool:
            return self._cancel.is_set() or bool(self._waiting) or self._models.pending() is not model

        run = SwitchRun(
            self._store,
            model,
            stopped=stopped,
            wait_while_paused=self._wait_while_paused,
            show=self._show_switch,
        )
        if not run.run():
            return False
        self._models.fit_search(model)
        if not self._models.complete_switch(model):
            return False
        retag_if_outdated(self._store, model, cancelled=self._cancel.is_set)
        self._models.release_former()
        return True

    def _end_switch(
        self, asked: Future[bool] | None, *, complete: bool = False, error: BaseException | None = None
    ) -> None:
        """Answer whoever asked for the switch, unless cancel() did already; a later asker is left for the loop."""
        with self._wake:
            if asked is None or self._switch is not asked:
                return
            self._switch = None
        self._switch_progress = None
        if error is None:
            asked.set_result(complete)
        else:
            asked.set_exception(error)
        self._switch_feed.publish(None)

    def _show_switch(self, progress: SwitchProgress) -> None:
        self._switch_progress = progress
        self._switch_feed.publish(progress)
        self._show(
            IndexProgress(
                phase=IndexPhase.SWITCHING,
                to_do=progress.total,
                done=progress.done,
                photos_per_second=progress.photos_per_second,
                eta_seconds=progress.eta_seconds,
            )
        )

    def _wait_while_paused(self) -> None:
        self._unpaused.wait()

    def _show(self, progress: IndexProgress) -> None:
        if self.paused and progress.phase is not IndexPhase.IDLE:
            progress = replace(progress, phase=IndexPhase.PAUSED)
        self._progress = progress
        self._feed.publish(progress)
