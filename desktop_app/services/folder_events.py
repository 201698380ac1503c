"""Hearing of changes below one folder from the system, as they happen."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from desktop_app.base.paths import posix_relative
from desktop_app.domain.exclusion import Exclusion

_CHANGES = frozenset({"created", "modified", "closed", "moved", "deleted"})

# A file that these speak of may still be open in the program that writes it.
_STILL_OPEN = frozenset({"created", "modified"})


OTHER_NAMES = "the system knows its files by other names"


class FolderListener(Protocol):
    """Who wants to hear. Called on a thread of the events' own."""

    def changed(self, relative: str, *, still_open: bool, suspect: bool) -> None:
        """A file or folder changed. `suspect`: what is there may be another file of the same size and time."""
        ...

    def root_changed(self) -> None:
        """The folder itself went away, or something else took its place."""
        ...

    def lost(self, reason: str) -> None:
        """From now on changes may go unheard; the reason as a part of a sentence."""
        ...


class FolderEvents(Protocol):
    """A folder that is being listened to."""

    def close(self) -> None:
        """Listen no more and wait for the thread to end."""
        ...


def listen(root: Path, exclusion: Exclusion, listener: FolderListener) -> FolderEvents:
    """Hear of every change below a folder from now on. Raises OSError when the system refuses."""
    if sys.platform == "linux":
        from desktop_app.services.inotify import InotifyEvents

        return InotifyEvents(root, exclusion, listener)
    else:  # noqa: RET505 - what follows a return would be unreachable to the type checker
        return WatchdogEvents(root, exclusion, listener)


class WatchdogEvents:
    """FSEvents on macOS, ReadDirectoryChangesW on Windows."""

    def __init__(self, root: Path, exclusion: Exclusion, listener: FolderListener) -> None:
        self._observer = Observer()
        try:
            self._observer.schedule(_Translator(root, exclusion, listener), str(root), recursive=True)
            self._observer.start()
        except OSError:
            self._observer.stop()
            raise

    def close(self) -> None:
        """Listen no more and wait for the threads to end."""
        self._observer.stop()
        self._observer.join()


class _Translator(FileSystemEventHandler):
    """Watchdog's events in our words; those of reading, and of what the library leaves out, are dropped."""

    def __init__(self, root: Path, exclusion: Exclusion, listener: FolderListener) -> None:
        # FSEvents tells of files by their real names, whatever links the person knows the folder through.
        self._roots = tuple(dict.fromkeys((str(root), os.path.realpath(root))))
        self._exclusion = exclusion
        self._listener = listener

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called on watchdog's thread."""
        kind = event.event_type
        if kind not in _CHANGES or (event.is_directory and kind == "modified"):
            return
        for raw in (event.src_path, event.dest_path):
            if raw:
                self._hand_on(os.fsdecode(raw), is_folder=event.is_directory, kind=kind)

    def _hand_on(self, path: str, *, is_folder: bool, kind: str) -> None:
        relative = self._relative(path)
        if relative is None:
            self._listener.lost(OTHER_NAMES)
        elif relative == ".":
            self._listener.root_changed()
        elif not self._exclusion.leaves_out_below(relative, is_folder=is_folder):
            still_open = kind in _STILL_OPEN and not is_folder
            self._listener.changed(
                relative, still_open=still_open, suspect=kind == "moved" or (kind != "deleted" and not is_folder)
            )

    def _relative(self, path: str) -> str | None:
        """A path from the folder; None for one that is not below it under any name that is known here."""
        for root in self._roots:
            with suppress(ValueError):  # Windows: on another drive
                relative = posix_relative(path, root)
                if relative.partition("/")[0] != "..":
                    return relative
        return None
