"""Keeps taught tags in step with the person: a moment after the last decision, what it changes is learned anew."""

from __future__ import annotations

import logging
import threading

from desktop_app.domain.changes import LibraryChanges
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.teaching import Teaching

_log = logging.getLogger(__name__)

# Who reviews a tag decides once a second or faster: one lesson for many decisions, after a breath.
_QUIET_SECONDS = 1.5


class Relearning:
    """One thread, which sleeps unless the person decides something."""

    def __init__(self, store: LibraryStore, teaching: Teaching) -> None:
        self._teaching = teaching
        self._wake = threading.Condition()
        self._edits = 0
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="keepsight-relearning", daemon=True)
        self._thread.start()
        self._unsubscribe = store.changes.subscribe(self._on_change)

    def close(self) -> None:
        """End, after the lesson that is being learned. Decisions made since are learned from at the next indexing run."""
        self._unsubscribe()
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _on_change(self, changes: LibraryChanges) -> None:
        if not changes.edits_changed:
            return
        with self._wake:
            self._edits += 1
            self._wake.notify()

    def _work(self) -> None:
        while self._wait_for_edits():
            try:
                self._teaching.keep_up()
            except Exception:  # noqa: BLE001 - a lesson that fails must not end those to come
                _log.exception("A taught tag could not be learned anew")

    def _wait_for_edits(self) -> bool:
        """Until there were edits and then none for a moment. False at the end."""
        with self._wake:
            while not self._closed:
                # What was said while the last lesson was learned needs no waking: it is counted.
                if self._edits == 0:
                    self._wake.wait()
                elif not self._wake.wait(_QUIET_SECONDS):
                    self._edits = 0
                    return True
            return False
