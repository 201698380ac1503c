"""Comparing a root with the library again and again: for folders whose changes the system does not tell of."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_folder
from desktop_app.domain.indexing import ChangedPlaces, FindKind
from desktop_app.domain.photo import RootId
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.scanning import ScanTally, scan_folder
from desktop_app.store.files import known_files
from desktop_app.store.settings import read_exclusion

_log = logging.getLogger(__name__)

# Comparing takes a tenth of the time at most: a folder of a million files is compared less often than one of a thousand.
_SHARE_OF_TIME = 10

# A file that was written this lately may not be whole yet.
_FRESH_SECONDS = 2.0


def differences(
    store: LibraryStore, root_id: RootId, root: Path, *, cancelled: Callable[[], bool] = lambda: False
) -> dict[str, bool]:
    """Files that are not as the library remembers them, by relative path: new, changed, gone, or there again.

    True for those that were written a moment ago. Files that could not be read before and have not changed are left out.
    """
    exclusion, tally = read_exclusion(store.reader), ScanTally()
    known = known_files(store.reader, root_id, model_id=None)
    now = time.time()
    changed: dict[str, bool] = {}
    places = ChangedPlaces(root_id)
    for found in scan_folder(str(root), places, known=known, exclusion=exclusion, tally=tally, cancelled=cancelled):
        before = known.get(found.key.relative_path)
        if found.kind is FindKind.RETURNED or before is None or before.stamp != found.stamp:
            age = now - found.stamp.mtime_ns / 1e9
            changed[found.key.relative_path] = 0 <= age < _FRESH_SECONDS
    return changed | {key.relative_path: False for key in (*tally.gone, *tally.left_out)}


class Poller:
    """Compares one root every so often, on a thread of its own: a server that does not answer holds up nobody else."""

    def __init__(
        self,
        store: LibraryStore,
        root_id: RootId,
        root: Path,
        *,
        seconds: float,
        found: Callable[[dict[str, bool]], None],
        at_once: bool = False,
    ) -> None:
        self._store = store
        self._root_id = root_id
        self._root = root
        self._seconds = seconds
        self._found = found
        self._stop = threading.Event()
        self._first = 0.0 if at_once else seconds
        self._thread = threading.Thread(target=self._run, name="keepsight-polling", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Compare no more and wait for the thread to end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        pause = self._first
        while not self._stop.wait(pause):
            started = time.monotonic()
            try:
                if is_folder(self._root):
                    changed = differences(self._store, self._root_id, self._root, cancelled=self._stop.is_set)
                    if not self._stop.is_set():
                        self._found(changed)
            except UserFacingError as error:
                # The library is busy or closing: the next round will do.
                _log.warning("Comparing %s failed: %s", self._root, error)
            pause = max(self._seconds, _SHARE_OF_TIME * (time.monotonic() - started))
