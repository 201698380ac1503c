"""Counts a run's progress and tells listeners, at most 30 times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from desktop_app.domain.progress import IndexPhase, IndexProgress, RateMeter

# More than the eye reads, and little enough that a window is never flooded.
_LEAST_SECONDS_BETWEEN = 1 / 30


class ProgressReporter:
    """Thread-safe. Phase changes are always sent; counts in between only so often."""

    def __init__(self, send: Callable[[IndexProgress], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._meter = RateMeter()
        self._now = IndexProgress()
        self._total_known = False
        self._last_sent = 0.0

    def phase(self, phase: IndexPhase) -> None:
        """The run does something else now."""
        with self._lock:
            self._now = replace(self._now, phase=phase)
        self._publish(always=True)

    def scanned(self, *, found: int, to_do: int) -> None:
        """The scan has come this far."""
        with self._lock:
            self._now = replace(self._now, found=found, to_do=to_do)
        self._publish()

    def scan_finished(self) -> None:
        """The total is known from here on."""
        with self._lock:
            self._total_known = True
        self._publish(always=True)

    def advanced(self, files: int, *, skipped: int) -> None:
        """So many more files are done, skipped ones included."""
        with self._lock:
            done = self._now.done + files
            self._meter.mark(time.monotonic(), done)
            rate = self._meter.rate()
            left = max(0, self._now.to_do - done)
            eta = left / rate if rate and self._total_known else None
            self._now = replace(
                self._now, done=done, skipped=self._now.skipped + skipped, photos_per_second=rate, eta_seconds=eta
            )
        self._publish()

    def _publish(self, *, always: bool = False) -> None:
        with self._lock:
            now = time.monotonic()
            if not always and now - self._last_sent < _LEAST_SECONDS_BETWEEN:
                return
            self._last_sent = now
            snapshot = self._now
        self._send(snapshot)
