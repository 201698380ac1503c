"""Changes below a folder from Linux' inotify(7), told where they can be lost.

Watchdog's own backend keeps to itself when the kernel's queue overflows and when a new folder gets no watch, and it spends
watches on folders that the library leaves out; the limits are small enough (8,192 watches on some systems) for all
three to matter.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import logging
import os
import select
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.exclusion import Exclusion
from desktop_app.services.folder_events import FolderListener

_log = logging.getLogger(__name__)

# linux/inotify.h
_MODIFY, _ATTRIB, _CLOSE_WRITE = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _UNMOUNT, _OVERFLOW, _IGNORED = 0x400, 0x800, 0x2000, 0x4000, 0x8000
_ONLY_FOLDERS, _NO_LINKS, _IS_FOLDER = 0x1000000, 0x2000000, 0x40000000
_NONBLOCK, _CLOSE_ON_EXEC = os.O_NONBLOCK, os.O_CLOEXEC

_CHANGES = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_OF_ITSELF = _DELETE_SELF | _MOVE_SELF
_HEADER = struct.Struct("iIII")

# Some thousand events at once: a reader that falls behind is what overflows the kernel's queue (16,384 by default).
_READ_BYTES = 1 << 18

OVERFLOW = "more changed at once than the system can report"
NO_WATCHES = "the system has no more watches to give"


@dataclass(frozen=True, slots=True)
class _Event:
    watch: int
    mask: int
    name: str


class InotifyEvents:
    """One inotify instance and one thread for a folder with everything below it."""

    def __init__(self, root: Path, exclusion: Exclusion, listener: FolderListener) -> None:
        self._root = str(root)
        self._exclusion = exclusion
        self._listener = listener
        self._library = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6", use_errno=True)
        self._paths: dict[int, str] = {}
        self._watches: dict[str, int] = {}
        self._told = False
        self._instance = self._checked(self._library.inotify_init1(_NONBLOCK | _CLOSE_ON_EXEC))
        self._ending, self._end = os.pipe()
        try:
            self._watch("")
            self._watch_below("")
        except OSError:
            self._release()
            raise
        self._thread = threading.Thread(target=self._run, name="keepsight-events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more and wait for the thread to end."""
        os.write(self._end, b".")
        self._thread.join()
        self._release()

    def _release(self) -> None:
        for descriptor in (self._instance, self._ending, self._end):
            os.close(descriptor)

    # Watches

    def _watch(self, relative: str) -> None:
        """Watch one folder. Raises OSError for a limit; a folder that is gone or closed to us is passed over."""
        path = os.path.join(self._root, relative) if relative else self._root
        # The root alone may be a link: the person chose it by that name.
        mask = _CHANGES | _ONLY_FOLDERS | (_NO_LINKS if relative else _OF_ITSELF)
        try:
            watch = self._checked(self._library.inotify_add_watch(self._instance, os.fsencode(path), mask))
        except OSError as error:
            if relative and error.errno in {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG}:
                return
            raise
        # A folder that moved keeps its watch.
        former = self._paths.get(watch)
        if former is not None:
            self._watches.pop(former, None)
        self._paths[watch] = relative
        self._watches[relative] = watch

    def _watch_below(self, relative: str) -> None:
        """Watch every folder below one, those that the library leaves out excepted."""
        waiting = [relative]
        while waiting:
            folder = waiting.pop()
            for inner in self._folders_in(folder):
                self._watch(inner)
                waiting.append(inner)

    def _folders_in(self, relative: str) -> Iterator[str]:
        try:
            with os.scandir(os.path.join(self._root, relative) if relative else self._root) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return
        for name in names:
            inner = f"{relative}/{name}" if relative else name
            if not self._exclusion.leaves_out(inner, is_folder=True):
                yield inner

    def _unwatch_below(self, relative: str) -> None:
        """A folder left its place: its watches would go on to speak of the old one."""
        for path in [path for path in self._watches if path == relative or path.startswith(f"{relative}/")]:
            watch = self._watches.pop(path)
            self._paths.pop(watch, None)
            self._library.inotify_rm_watch(self._instance, watch)

    # Events

    def _run(self) -> None:
        waiting = select.poll()
        waiting.register(self._instance, select.POLLIN)
        waiting.register(self._ending, select.POLLIN)
        try:
            while True:
                ready = {descriptor for descriptor, _ in waiting.poll()}
                if self._ending in ready:
                    return
                for event in self._read():
                    self._take(event)
        except Exception:
            _log.exception("Listening to %s ended", self._root)
            self._lose("listening to the system failed")
            raise

    def _read(self) -> list[_Event]:
        try:
            data = os.read(self._instance, _READ_BYTES)
        except BlockingIOError:
            return []
        events: list[_Event] = []
        at = 0
        while at < len(data):
            watch, mask, _, length = _HEADER.unpack_from(data, at)
            at += _HEADER.size
            name = os.fsdecode(data[at : at + length].rstrip(b"\0"))
            at += length
            events.append(_Event(watch, mask, name))
        return events

    def _take(self, event: _Event) -> None:
        if event.mask & _OVERFLOW:
            self._lose(OVERFLOW)
            return
        folder = self._paths.get(event.watch)
        if folder is None:
            return
        if event.mask & _IGNORED:
            del self._paths[event.watch]
            if self._watches.get(folder) == event.watch:
                del self._watches[folder]
        elif event.mask & (_OF_ITSELF | _UNMOUNT):
            self._listener.root_changed()
        elif event.name:
            self._take_change(f"{folder}/{event.name}" if folder else event.name, event.mask)

    def _take_change(self, relative: str, mask: int) -> None:
        is_folder = bool(mask & _IS_FOLDER)
        if self._exclusion.leaves_out(relative, is_folder=is_folder):
            return
        if is_folder:
            if mask & (_MOVED_FROM | _DELETE):
                self._unwatch_below(relative)
            if mask & (_MOVED_TO | _CREATE | _ATTRIB):
                # First the watches, then the news: what is put there in between is found by the scan that the news brings.
                self._watch_new(relative)
        still_open = bool(mask & (_CREATE | _MODIFY)) and not is_folder
        # Of a folder that took another's place, the files may have the very names, sizes and times of the former ones.
        suspect = bool(mask & (_MOVED_TO | _CLOSE_WRITE))
        self._listener.changed(relative, still_open=still_open, suspect=suspect)

    def _watch_new(self, relative: str) -> None:
        try:
            self._watch(relative)
            self._watch_below(relative)
        except OSError as error:
            _log.warning("A new folder of %s cannot be watched: %s", self._root, error)
            self._lose(NO_WATCHES)

    def _lose(self, reason: str) -> None:
        if not self._told:
            self._told = True
            self._listener.lost(reason)

    @staticmethod
    def _checked(answer: int) -> int:
        if answer == -1:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return answer
