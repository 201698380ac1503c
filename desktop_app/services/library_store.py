"""The store as services use it: read anywhere, write through the one writer, publish what changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.errors import LibraryDamagedError
from desktop_app.base.paths import LibraryPaths
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.edit import Edited
from desktop_app.services.change_feed import ChangeFeed
from desktop_app.store.checking import repair
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.reader import Reader
from desktop_app.store.writer import Lane, Writer, WriteSession

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LibraryStore:
    """One open library."""

    paths: LibraryPaths
    reader: Reader
    writer: Writer
    changes: ChangeFeed

    def change(self, task: Callable[[WriteSession], LibraryChanges]) -> LibraryChanges:
        """Run a person's write, publish its changes, return them."""
        changes = self.writer.do(task)
        self.changes.publish(changes)
        return changes

    def edit(self, task: Callable[[WriteSession], Edited]) -> Edited:
        """Run an edit of tags, publish its changes, return what was done."""
        edited = self.writer.do(task)
        self.changes.publish(edited.changes)
        return edited

    def index_write(
        self, task: Callable[[WriteSession], tuple[object, LibraryChanges]]
    ) -> Future[tuple[object, LibraryChanges]]:
        """Queue an indexer's write; its changes are published once it is committed."""
        answer = self.writer.submit(task, lane=Lane.INDEXER)
        answer.add_done_callback(self._publish_of)
        return answer

    def _publish_of(self, answer: Future[tuple[object, LibraryChanges]]) -> None:
        if not answer.cancelled() and answer.exception() is None:
            self.changes.publish(answer.result()[1])

    def close(self) -> None:
        """Drain the writer, then close every file. Idempotent."""
        self.writer.close()
        self.reader.close()


def open_store(paths: LibraryPaths) -> LibraryStore:
    """Open the library in a folder, making or updating its files. Raises UserFacingError when it cannot be used.

    A damaged thumbnail file is no reason to refuse: it is begun anew, and the next indexing run fills it again.
    """
    prepare_library_file(paths.database)
    damaged = not _can_prepare_thumbnails(paths.thumbnails)
    changes = ChangeFeed()
    store = LibraryStore(
        paths,
        Reader(library=paths.database, thumbnails=paths.thumbnails),
        Writer(
            library=paths.database,
            thumbnails=paths.thumbnails,
            texts_followed=lambda: changes.publish(LibraryChanges(texts_changed=True)),
        ),
        changes,
    )
    if damaged:
        _log.warning("The thumbnail file was damaged and is made anew")
        store.change(lambda session: repair(session, store.reader))
    return store


def _can_prepare_thumbnails(path: Path) -> bool:
    """Make the thumbnail file ready. False when it was damaged, and an empty one is in its place."""
    try:
        prepare_thumbnail_file(path)
    except LibraryDamagedError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        prepare_thumbnail_file(path)
        return False
    return True
