"""Live folders: what happens on disk, settled for a moment, becomes small indexing runs.

Every root is listened to where the system tells of changes, and compared with the library from time to time anyway; where
it does not tell, or lost count, the comparing alone serves, more often.
"""

from __future__ import annotations

import logging
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.volumes import VolumeKind, mounts, place_of
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.exclusion import Exclusion
from desktop_app.domain.library import RootInfo
from desktop_app.domain.photo import RootId
from desktop_app.domain.progress import IndexReport
from desktop_app.services.changed_files import ChangedFiles
from desktop_app.services.folder_events import FolderEvents, listen
from desktop_app.services.indexer import Indexer
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.polling import Poller
from desktop_app.services.presence import Presence
from desktop_app.store.files import roots
from desktop_app.store.settings import read_exclusion

_log = logging.getLogger(__name__)

# How often folders that are away are looked for.
_CHECK_SECONDS = 5.0

# How often a folder is compared with the library where that is the only way to learn of changes …
_POLL_SECONDS = 5.0

# … and where events should have told: for whatever a system fails to report.
_SAFETY_SECONDS = 900.0

# After so many comparings in a row that found nothing new, a storm of changes is over, and events are tried again.
_CALM_POLLS = 3

_BY_KIND = {
    VolumeKind.NETWORK: "it is on the network, where changes made elsewhere are not told",
    VolumeKind.REMOVABLE: "it is on a drive that can be removed",
}


@dataclass(slots=True)
class _Watched:
    """One root that is watched."""

    path: Path
    identity: tuple[int, int]
    """Device and inode: a folder that was deleted and made again has the same name, but nobody watches it."""
    exclusion: Exclusion
    note: str
    """Why it is polled; empty while events serve."""
    events: FolderEvents | None
    poller: Poller
    lost: str = ""
    """Why events no longer serve, before it was seen to."""
    may_recover: bool = False
    calm: int = 0

    @property
    def state(self) -> str:
        """How it is watched: "events" or "polling"."""
        return "polling" if self.events is None else "events"

    def close(self) -> None:
        if self.events is not None:
            self.events.close()
        self.poller.close()


@dataclass(slots=True)
class _Listener:
    """Takes one root's news, on the events' thread."""

    watching: Watching
    root_id: RootId

    def changed(self, relative: str, *, still_open: bool, suspect: bool) -> None:
        self.watching.note(self.root_id, {relative: still_open}, suspect=suspect)

    def root_changed(self) -> None:
        self.watching.look_at_roots()

    def lost(self, reason: str) -> None:
        self.watching.events_lost(self.root_id, reason)


@dataclass(slots=True)
class _Wants:
    """What the watching thread is to do next."""

    stop: bool = False
    look: bool = True
    """Look at the roots now: one was added, went away, or is to be watched in another way."""
    changed: dict[RootId, ChangedFiles] = field(default_factory=dict)
    run: Future[IndexReport] | None = None


class Watching:
    """Watches every root of the library while started. Thread-safe and idempotent."""

    def __init__(self, store: LibraryStore, indexer: Indexer, presence: Presence) -> None:
        self._store = store
        self._indexer = indexer
        self._presence = presence
        self._wake = threading.Condition()
        self._wants = _Wants()
        self._watched: dict[RootId, _Watched] = {}
        self._offline: set[RootId] = set()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to watch, and return once the roots there are at present are watched: what changes from then on is seen.

        Roots added or removed later are picked up by themselves.
        """
        with self._wake:
            if self._thread is not None:
                return
            self._wants = _Wants()
            self._ready.clear()
            self._thread = threading.Thread(target=self._work, name="keepsight-watching", daemon=True)
            self._unsubscribe = self._store.changes.subscribe(self._on_library_changes)
            self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Stop watching and wait for the threads to end."""
        with self._wake:
            thread, self._thread = self._thread, None
            self._wants.stop = True
            self._wake.notify()
        if thread is None:
            return
        self._unsubscribe()
        thread.join()

    @property
    def started(self) -> bool:
        """Whether this process watches."""
        return self._thread is not None

    def state_of(self, root_id: RootId) -> str:
        """How a root is watched: "events", "polling", "offline" (it is away) or "off"."""
        with self._wake:
            if root_id in self._offline:
                return "offline"
            return self._watched[root_id].state if root_id in self._watched else "off"

    def note_of(self, root_id: RootId) -> str:
        """Why a root is polled, as a part of a sentence; empty when it is not."""
        with self._wake:
            return self._watched[root_id].note if root_id in self._watched else ""

    # News, from the threads of events and pollers

    def note(self, root_id: RootId, paths: dict[str, bool], *, suspect: bool = False, again: bool = True) -> None:
        """Files and folders of a root changed; True for those that may still be open in another program.

        `again` is false for what may have been told before: whoever compares finds the same until it is taken up.
        """
        now = time.monotonic()
        with self._wake:
            pending = self._wants.changed.setdefault(root_id, ChangedFiles())
            for relative, still_open in paths.items():
                pending.note(relative, now=now, still_open=still_open, suspect=suspect, again=again)
            if paths:
                self._wake.notify()

    def look_at_roots(self) -> None:
        """Look at once which roots are there and how they are to be watched."""
        with self._wake:
            self._wants.look = True
            self._wake.notify()

    def events_lost(self, root_id: RootId, reason: str) -> None:
        """Events of a root are not complete any more."""
        with self._wake:
            if root_id in self._watched:
                self._watched[root_id].lost = reason
        self.look_at_roots()

    def _compared(self, root_id: RootId, differences: dict[str, bool]) -> None:
        self.note(root_id, differences, again=False)
        with self._wake:
            watched = self._watched.get(root_id)
            if watched is None or watched.events is not None:
                return
            watched.calm = 0 if differences else watched.calm + 1
            if watched.may_recover and watched.calm == _CALM_POLLS:
                self._wants.look = True
                self._wake.notify()

    def _on_library_changes(self, changes: LibraryChanges) -> None:
        if changes.roots_changed:
            self.look_at_roots()

    # The watching thread

    def _work(self) -> None:
        next_check = 0.0
        try:
            while self._wait_for_work(next_check):
                if self._wants.look or time.monotonic() >= next_check:
                    self._wants.look = False
                    away = self._presence.look()
                    here = [root for root in roots(self._store.reader) if root.root_id not in away]
                    self._match(here, away, read_exclusion(self._store.reader))
                    self._ready.set()
                    next_check = time.monotonic() + _CHECK_SECONDS
                self._submit_settled()
        except Exception:  # the window must learn that nothing is watched any more
            _log.exception("Watching ended")
            raise
        finally:
            self._ready.set()
            for root_id in list(self._watched):
                self._unwatch(root_id)
            with self._wake:
                self._offline.clear()

    def _wait_for_work(self, next_check: float) -> bool:
        """Sleep until something is to be done. False when it is time to end."""
        with self._wake:
            while not (self._wants.stop or self._wants.look):
                wait = min(next_check, self._next_due()) - time.monotonic()
                if wait <= 0:
                    break
                self._wake.wait(wait)
            return not self._wants.stop

    def _next_due(self) -> float:
        if self._wants.run is not None and not self._wants.run.done():
            return float("inf")  # the end of the run wakes us
        dues = (pending.next_due() for pending in self._wants.changed.values())
        return min((due for due in dues if due is not None), default=float("inf"))

    def _match(self, wanted: list[RootInfo], away: frozenset[RootId], exclusion: Exclusion) -> None:
        """Watch what is there and wanted, and nothing else; a root that came back is brought up to date."""
        by_id = {root.root_id: root.path for root in wanted}
        replaced: set[RootId] = set()
        for root_id, watched in list(self._watched.items()):
            if by_id.get(root_id) != watched.path or _identity(watched.path) != watched.identity:
                self._unwatch(root_id)
                replaced.add(root_id)
            elif watched.exclusion != exclusion or watched.lost or self._has_calmed(watched):
                self._watch_otherwise(root_id, watched, exclusion)
        present = {root_id: identity for root_id, path in by_id.items() if (identity := _identity(path)) is not None}
        with self._wake:
            gone = away | (by_id.keys() - present.keys()) | replaced
            self._offline = (self._offline | gone) & (away | by_id.keys())
        for root_id, identity in present.items():
            if root_id not in self._watched:
                self._watch(root_id, by_id[root_id], identity, exclusion)

    @staticmethod
    def _has_calmed(watched: _Watched) -> bool:
        return watched.may_recover and watched.calm >= _CALM_POLLS

    def _watch_otherwise(self, root_id: RootId, watched: _Watched, exclusion: Exclusion) -> None:
        """Begin anew: other patterns, events that were lost, or events that may be trusted again."""
        self._close(root_id)
        self._begin(root_id, watched.path, watched.identity, exclusion, lost=watched.lost, compare=True)

    def _watch(self, root_id: RootId, path: Path, identity: tuple[int, int], exclusion: Exclusion) -> None:
        self._begin(root_id, path, identity, exclusion)
        with self._wake:
            returned = root_id in self._offline
            self._offline.discard(root_id)
        if returned:
            self._indexer.start([root_id])

    def _begin(
        self,
        root_id: RootId,
        path: Path,
        identity: tuple[int, int],
        exclusion: Exclusion,
        *,
        lost: str = "",
        compare: bool = False,
    ) -> None:
        """Listen, or poll where that cannot be trusted; compare at once when something may have been missed meanwhile."""
        note = lost or reason_to_poll(path)
        events: FolderEvents | None = None
        if not note:
            try:
                events = listen(path, exclusion, _Listener(self, root_id))
            except OSError as error:
                _log.warning("The system does not tell of changes in %s: %s", path, error)
                note = f"the system does not tell of its changes ({error.strerror or error})"
        if note:
            _log.info("%s is polled: %s", path, note)
        poller = Poller(
            self._store,
            root_id,
            path,
            seconds=_POLL_SECONDS if events is None else _SAFETY_SECONDS,
            found=partial(self._compared, root_id),
            at_once=compare,
        )
        with self._wake:
            self._watched[root_id] = _Watched(path, identity, exclusion, note, events, poller, may_recover=bool(lost))

    def _close(self, root_id: RootId) -> None:
        with self._wake:
            watched = self._watched.pop(root_id)
        watched.close()

    def _unwatch(self, root_id: RootId) -> None:
        self._close(root_id)
        with self._wake:
            self._wants.changed.pop(root_id, None)

    def _submit_settled(self) -> None:
        now = time.monotonic()
        with self._wake:
            if self._wants.run is not None and not self._wants.run.done():
                return  # what comes in meanwhile goes into one run after it
            settled = [
                places
                for root_id, pending in self._wants.changed.items()
                if (places := pending.take_settled(root_id, now)) is not None
            ]
        if not settled:
            return
        _log.debug("Changes settled: %s", settled)
        try:
            self._wants.run = self._indexer.take_up(settled)
        except UserFacingError:
            return  # the library is closing
        self._wants.run.add_done_callback(lambda _: self._run_ended())

    def _run_ended(self) -> None:
        with self._wake:
            self._wake.notify()


def reason_to_poll(path: Path) -> str:
    """Why the system's events would not do for a folder, as a part of a sentence; empty where they do."""
    place = place_of(path, mounts())
    return _BY_KIND.get(place.kind, "") if place else ""


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a folder; None when there is none at present."""
    try:
        info = path.stat()
    except OSError:
        return None
    return (info.st_dev, info.st_ino) if stat.S_ISDIR(info.st_mode) else None
