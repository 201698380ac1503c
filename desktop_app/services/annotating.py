"""Take in what other programs wrote about photos, embedded and in sidecars, whenever either is new or changed.

Photos become due by triggers of the library's own file (store/annotation_schema.py), so whoever stores a file or notices
a sidecar need not think of it, and what a crash interrupts is still due at the next start. Nothing is embedded again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from desktop_app.base.paths import is_folder
from desktop_app.domain.annotations import Annotations, merged
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import FileKey
from desktop_app.domain.photo import PhotoId, PhotoLocation
from desktop_app.imaging.embedded import Embedded, read_embedded
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.sidecars import SidecarsRead, read_sidecars, sidecars_of
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.annotations import DuePhoto, ReadPhoto, due_photos, put_annotations
from desktop_app.store.files import roots
from desktop_app.store.writer import WriteSession

_log = logging.getLogger(__name__)

# Photos per transaction: read in about a tenth of a second, and a person's own write never waits longer.
_CHUNK = 64


def read_annotations_due(store: LibraryStore, *, cancelled: Callable[[], bool], at_most: int | None = None) -> None:
    """Read the photos that are due and whose folders are there: all of them, or so many."""
    there = [root.root_id for root in roots(store.reader) if is_folder(root.path)]
    after, done = PhotoId(0), 0
    while there and not cancelled() and (at_most is None or done < at_most):
        due = due_photos(store.reader, there, after=after, limit=_CHUNK)
        if not due:
            return
        store.index_write(_storing([_read(photo) for photo in due])).result()
        after, done = due[-1].photo_id, done + len(due)


def _storing(photos: list[ReadPhoto]) -> Callable[[WriteSession], tuple[object, LibraryChanges]]:
    return lambda session: (None, put_annotations(session, photos))


def _read(due: DuePhoto) -> ReadPhoto:
    try:
        return _read_all(due)
    except Exception:  # noqa: BLE001 - one file must never end a run; the log keeps the bug
        _log.exception("Reading what is written about %s failed", due.locations[0].path)
        return ReadPhoto(due, Annotations(), complete=False)


def _read_all(due: DuePhoto) -> ReadPhoto:
    """The photo's own file, and the sidecars beside every one of its files: those are believed first."""
    embedded = _embedded(due)
    sidecars = [(location, read_sidecars(location.path)) for location in due.locations]
    said = merged(read.annotations for _, read in sidecars)
    # What we wrote ourselves is no other program's word: it is the library's already.
    foreign = replace(said, tags=tuple(path for path in said.tags if path[-1].casefold() not in due.written))
    own = embedded.annotations if embedded else Annotations()
    damaged = bool(embedded and embedded.problem) or any(read.problems for _, read in sidecars)
    return ReadPhoto(
        due,
        merged([foreign, own]),
        complete=not damaged,
        position_known=embedded is not None,
        sidecars=tuple(noted for location, read in sidecars for noted in _noted(location, read)),
    )


def _embedded(due: DuePhoto) -> Embedded | None:
    """What the photo's file says; None when no reader of pictures can open it (a raw file, a video, one that is gone)."""
    for location in due.locations:
        try:
            return read_embedded(location.path)
        except PhotoSkipped as skip:
            _log.debug("Nothing embedded read from %s: %s", location.path, skip.reason)
    return None


def _noted(location: PhotoLocation, read: SidecarsRead) -> list[tuple[FileKey, str]]:
    problems = dict(read.problems)
    folder = location.relative_path.rpartition("/")[0]
    return [
        (FileKey(location.root_id, f"{folder}/{path.name}" if folder else path.name), problems.get(path, ""))
        for path in sidecars_of(location.path)
    ]
