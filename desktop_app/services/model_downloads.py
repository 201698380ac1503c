"""Fetching models in the background, when the person asks: start, pause, go on, cancel, progress."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.domain.progress import DownloadProgress, DownloadState, RateMeter
from desktop_app.ml.download import DownloadWatch, discard, download_model, partial_bytes
from desktop_app.services.change_feed import Feed

_log = logging.getLogger(__name__)

# Often enough for a smooth bar.
_LEAST_SECONDS_BETWEEN = 0.1

# Closing the program waits so long for a silent line; the thread is a daemon and what came is kept.
_CLOSING_SECONDS = 3.0


@dataclass(slots=True, eq=False)
class _Download:
    entry: CatalogueEntry
    answer: Future[None] = field(default_factory=Future)
    stop: threading.Event = field(default_factory=threading.Event)
    discard_after: bool = False
    meter: RateMeter = field(default_factory=RateMeter)
    last_sent: float = 0.0
    thread: threading.Thread | None = None


class ModelDownloads:
    """One thread per download. Nothing here touches the network before `start` is called."""

    def __init__(self, models_folder: Path, find: Callable[[str], CatalogueEntry], *, endpoint: str = "") -> None:
        self._models_folder = models_folder
        self._find = find
        self._endpoint = endpoint
        self._feed: Feed[DownloadProgress] = Feed()
        self._lock = threading.Lock()
        self._running: dict[str, _Download] = {}
        self._progress: dict[str, DownloadProgress] = {}
        self._closed = False

    def start(self, name: str) -> Future[None]:
        """Begin a download or go on with an interrupted one. Returns at once; one that runs already is returned.

        The answer fails with UserFacingError (offline, disk full, damaged …), or Cancelled after pause() or cancel().
        """
        entry = self._find(name)
        if entry.origin is not ModelOrigin.HUB:
            raise UserFacingError(f"{entry.title} is on this machine already.")
        with self._lock:
            if self._closed:
                raise UserFacingError("Keepsight is closing.")
            if name in self._running and not self._running[name].stop.is_set():
                return self._running[name].answer
            before = self._running.get(name)
            download = _Download(entry)
            download.thread = threading.Thread(
                target=self._run, args=(download, before), name=f"keepsight-download-{name}", daemon=True
            )
            self._running[name] = download
        self._show(DownloadProgress(name, DownloadState.STARTING))
        download.thread.start()
        return download.answer

    def pause(self, name: str) -> None:
        """Stop a download and keep what is here. Returns at once."""
        with self._lock:
            download = self._running.get(name)
        if download is not None:
            download.stop.set()

    def cancel(self, name: str) -> None:
        """Stop a download and delete what is here of it; a complete model stays."""
        entry = self._find(name)
        with self._lock:
            download = self._running.get(name)
            if download is not None:
                download.discard_after = True
                download.stop.set()
        if download is None and partial_bytes(entry, self._models_folder):
            discard(entry, self._models_folder)
            self._show(DownloadProgress(name, DownloadState.CANCELLED))

    def progress(self, name: str) -> DownloadProgress | None:
        """The latest snapshot of a download of this session."""
        with self._lock:
            return self._progress.get(name)

    def subscribe(self, listener: Callable[[DownloadProgress], None]) -> Callable[[], None]:
        """Hear of progress, on the download's thread; the answer ends it."""
        return self._feed.subscribe(listener)

    def close(self) -> None:
        """Pause everything. Idempotent."""
        with self._lock:
            self._closed = True
            running = list(self._running.values())
        for download in running:
            download.stop.set()
        for download in running:
            if download.thread is not None:
                download.thread.join(_CLOSING_SECONDS)

    def _run(self, download: _Download, before: _Download | None) -> None:
        name = download.entry.name
        if before is not None and before.thread is not None:
            before.thread.join()  # paused a moment ago: it still has the unfinished file open
        try:
            self._fetch(download)
        except Cancelled as stopped:
            state = DownloadState.CANCELLED if download.discard_after else DownloadState.PAUSED
            self._finish(download, DownloadProgress(name, state), stopped)
        except UserFacingError as error:
            self._finish(download, DownloadProgress(name, DownloadState.FAILED, problem=str(error)), error)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits, and kept in the log
            _log.exception("Downloading %s failed", name)
            problem = "The download failed. The log file has the details."
            self._finish(download, DownloadProgress(name, DownloadState.FAILED, problem=problem), error)
        else:
            self._finish(download, DownloadProgress(name, DownloadState.DONE), None)

    def _fetch(self, download: _Download) -> None:
        name = download.entry.name
        watch = DownloadWatch(
            stopped=download.stop.is_set,
            arrived=lambda done, total: self._arrived(download, done, total),
            checking=lambda: self._show(replace(self._latest(name), state=DownloadState.CHECKING, eta_seconds=None)),
        )
        try:
            download_model(download.entry, self._models_folder, watch, endpoint=self._endpoint)
        except Cancelled:
            if download.discard_after:
                discard(download.entry, self._models_folder)
            raise

    def _arrived(self, download: _Download, done: int, total: int) -> None:
        now = time.monotonic()
        if now - download.last_sent < _LEAST_SECONDS_BETWEEN and done < total:
            return
        download.last_sent = now
        download.meter.mark(now, done)
        rate = download.meter.rate()
        eta = (total - done) / rate if rate else None
        self._show(DownloadProgress(download.entry.name, DownloadState.DOWNLOADING, done, total, rate, eta))

    def _finish(self, download: _Download, end: DownloadProgress, error: BaseException | None) -> None:
        latest = self._latest(end.model)
        with self._lock:
            if self._running.get(end.model) is download:
                del self._running[end.model]
        if end.state is not DownloadState.CANCELLED:
            end = replace(end, done_bytes=latest.done_bytes, total_bytes=latest.total_bytes)
        self._show(end)
        if error is None:
            download.answer.set_result(None)
        else:
            download.answer.set_exception(error)

    def _latest(self, name: str) -> DownloadProgress:
        return self.progress(name) or DownloadProgress(name, DownloadState.STARTING)

    def _show(self, progress: DownloadProgress) -> None:
        with self._lock:
            self._progress[progress.model] = progress
        self._feed.publish(progress)
