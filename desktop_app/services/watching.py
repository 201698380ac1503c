"""Live folders: file-system events, settled for a moment, become small indexing runs."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from desktop_app.base.paths import posix_relative
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.library import RootInfo
from desktop_app.domain.photo import RootId
from desktop_app.services.indexer import Indexer
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.scanning import is_foreign_folder
from desktop_app.store.files import roots

_log = logging.getLogger(__name__)

# Copying a file raises a burst of events; half a second without any means that it has arrived.
_QUIET_SECONDS = 0.5

# A stream of files without a pause (a card being emptied) is taken up at least this often.
_LONGEST_WAIT_SECONDS = 3.0

# Beyond this many changed paths one scan of the whole root is cheaper than many small ones.
_PATHS_WORTH_A_SCAN = 64

# How often folders that are away are looked for, and polled ones compared.
_CHECK_SECONDS = 5.0

_CHANGES = frozenset({"created", "modified", "closed", "moved", "deleted"})


@dataclass(frozen=True, slots=True)
class _Watched:
    """One root that is watched."""

    path: Path
    identity: tuple[int, int]
    """Device and inode: a folder that was deleted and made again has the same name, but nobody watches it."""
    observer: BaseObserver
    state: str
    """"events" or "polling"."""


@dataclass(slots=True)
class _Pending:
    """Changed places of one root, waiting to settle."""

    paths: set[str] = field(default_factory=set)
    first: float = 0.0
    last: float = 0.0

    def is_settled(self, now: float) -> bool:
        return now - self.last >= _QUIET_SECONDS or now - self.first >= _LONGEST_WAIT_SECONDS


class _Listener(FileSystemEventHandler):
    """Hands the paths of real changes on; events of reading and of caches are dropped."""

    def __init__(self, changed: Callable[[str], None], root: str) -> None:
        self._changed = changed
        self._root = root

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called on watchdog's thread."""
        if event.event_type not in _CHANGES or (event.is_directory and event.event_type == "modified"):
            return
        for raw in (event.src_path, event.dest_path):
            if raw:
                path = os.fsdecode(raw)
                if not self._is_foreign(path):
                    self._changed(path)

    def _is_foreign(self, path: str) -> bool:
        folders = posix_relative(path, self._root).split("/")[:-1]
        return any(is_foreign_folder(name) for name in folders)


class Watching:
    """Watches every root of the library while started. Thread-safe and idempotent."""

    def __init__(self, store: LibraryStore, indexer: Indexer) -> None:
        self._store = store
        self._indexer = indexer
        self._lock = threading.Lock()
        self._pending: dict[RootId, _Pending] = {}
        self._observers: dict[RootId, _Watched] = {}
        self._offline: set[RootId] = set()
        self._stop = threading.Event()
        self._kick = threading.Event()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to watch, and return once the roots there are at present are watched: what changes from then on is seen.

        Roots added or removed later are picked up by themselves.
        """
        with self._lock:
            if self._thread is not None:
                return
            self._stop.clear()
            self._ready.clear()
            self._thread = threading.Thread(target=self._work, name="keepsight-watching", daemon=True)
            self._unsubscribe = self._store.changes.subscribe(self._on_library_changes)
            self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Stop watching and wait for the threads to end."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        self._unsubscribe()
        self._stop.set()
        self._kick.set()
        thread.join()

    def state_of(self, root_id: RootId) -> str:
        """How a root is watched: "events", "polling", "offline" (it is away) or "off"."""
        with self._lock:
            if root_id in self._offline:
                return "offline"
            return self._observers[root_id].state if root_id in self._observers else "off"

    def _on_library_changes(self, changes: LibraryChanges) -> None:
        if changes.roots_changed:
            self._kick.set()

    def _work(self) -> None:
        next_check = 0.0
        try:
            while not self._stop.is_set():
                if time.monotonic() >= next_check or self._kick.is_set():
                    self._kick.clear()
                    self._match_observers(roots(self._store.reader))
                    self._ready.set()
                    next_check = time.monotonic() + _CHECK_SECONDS
                self._submit_settled()
                self._kick.wait(0.1)
        except Exception:  # the window must learn that nothing is watched any more
            _log.exception("Watching ended")
            raise
        finally:
            self._ready.set()
            for root_id in list(self._observers):
                self._unwatch(root_id)

    def _match_observers(self, wanted: list[RootInfo]) -> None:
        """Watch what is there and wanted, and nothing else; a root that came back is brought up to date."""
        by_id = {root.root_id: root.path for root in wanted}
        replaced: set[RootId] = set()
        for root_id, watched in list(self._observers.items()):
            if by_id.get(root_id) != watched.path or _identity(watched.path) != watched.identity:
                self._unwatch(root_id)
                replaced.add(root_id)
        with self._lock:
            away = {root_id for root_id, path in by_id.items() if _identity(path) is None}
            self._offline = (self._offline | away | replaced) & by_id.keys()
        for root_id, path in by_id.items():
            identity = _identity(path)
            if root_id not in self._observers and identity is not None:
                self._watch(root_id, path, identity)

    def _watch(self, root_id: RootId, path: Path, identity: tuple[int, int]) -> None:
        listener = _Listener(lambda changed: self._note(root_id, path, changed), str(path))
        observer, state = _started(Observer(), listener, path), "events"
        if observer is None:
            # The system has no more watches to give (inotify limits), or cannot watch this kind of drive.
            observer, state = _started(PollingObserver(timeout=_CHECK_SECONDS), listener, path), "polling"
        if observer is None:
            return
        with self._lock:
            self._observers[root_id] = _Watched(path, identity, observer, state)
            returned = root_id in self._offline
            self._offline.discard(root_id)
        if returned:
            self._indexer.start([root_id])

    def _unwatch(self, root_id: RootId) -> None:
        with self._lock:
            observer = self._observers.pop(root_id).observer
            self._pending.pop(root_id, None)
        observer.stop()
        observer.join()

    def _note(self, root_id: RootId, root: Path, path: str) -> None:
        relative = posix_relative(path, str(root))
        if relative == ".":
            # The root itself: it went away, or came back under its watch.
            self._kick.set()
        now = time.monotonic()
        with self._lock:
            pending = self._pending.setdefault(root_id, _Pending(first=now))
            pending.paths.add("" if relative == "." else relative)
            pending.last = now

    def _submit_settled(self) -> None:
        now = time.monotonic()
        with self._lock:
            settled = {root_id: item for root_id, item in self._pending.items() if item.is_settled(now)}
            for root_id in settled:
                del self._pending[root_id]
        for root_id, item in settled.items():
            below = _common_place(item.paths)
            _log.debug("Changes settled in root %s at %r", root_id, below)
            self._indexer.start([root_id], below=below)


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a folder; None when there is none at present."""
    try:
        info = path.stat()
    except OSError:
        return None
    return (info.st_dev, info.st_ino) if stat.S_ISDIR(info.st_mode) else None


def _started(observer: BaseObserver, listener: FileSystemEventHandler, path: Path) -> BaseObserver | None:
    """The observer, watching; None when the system refuses."""
    try:
        observer.schedule(listener, str(path), recursive=True)
        observer.start()
    except OSError as error:
        _log.warning("Watching %s with %s failed: %s", path, type(observer).__name__, error)
        observer.stop()
        return None
    return observer


def _common_place(paths: set[str]) -> str:
    """The deepest path that covers all changed ones: one small scan instead of many, and moves stay in one run."""
    if len(paths) > _PATHS_WORTH_A_SCAN:
        return ""
    parts = [path.split("/") for path in paths]
    common = parts[0]
    for other in parts[1:]:
        matching = 0
        for mine, theirs in zip(common, other, strict=False):
            if mine != theirs:
                break
            matching += 1
        common = common[:matching]
    return "/".join(common)
