"""Fetches what the visible cells show, off the GUI thread: visible first, in small batches, within a bound of memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui.grid.thumbnail import ThumbnailSize, render_thumbnail
from desktop_app.ui.picture_cache import PictureCache
from desktop_app.ui.tasks import Tasks

# About 10 ms of work: long enough that threads do not spend their time on handing over, short enough that what the
# person scrolls to next is not kept waiting. Batches go one after the other: decoding two at once is no faster, because
# each holds the interpreter's lock, and makes the GUI thread wait twice as long for it.
BATCH = 16

# A screen of a 4K display holds about 30 MB of thumbnails: enough for several screens back and forth.
CAPACITY_BYTES = 256 * 2**20

# What a cell without a picture costs, roughly: its summary and its place in the cache.
BARE_CELL_BYTES = 1024

BYTES_PER_PIXEL = 4

LONGEST_HOLD_SECONDS = 0.1
"""A worker goes on after this, whatever the GUI thread does: no mistake there may stop thumbnails for good."""

log = logging.getLogger(__name__)


class ThumbnailSource(Protocol):
    """The part of the browsing service that the grid needs. Both calls block, and are made on worker threads."""

    def summaries(self, photo_ids: Sequence[int]) -> dict[PhotoId, PhotoSummary]:
        """What is written on the cells."""
        ...

    def thumbnails(self, photo_ids: Sequence[int]) -> dict[PhotoId, bytes]:
        """JPEG bytes; photos without a thumbnail are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one photo's cell. No picture: it has no thumbnail, or a damaged one."""

    summary: PhotoSummary | None
    picture: QPixmap | None
    made_for: ThumbnailSize
    outdated: bool = False
    """The photo changed: paint this until what is fetched anew is there, so that nothing flickers."""

    @property
    def byte_size(self) -> int:
        """Memory held by the picture, roughly."""
        picture = self.picture
        return BARE_CELL_BYTES + (picture.width() * picture.height() * BYTES_PER_PIXEL if picture else 0)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A batch as it comes from a worker: images only, because pixmaps belong to the GUI thread."""

    wanted: ThumbnailSize
    summaries: dict[PhotoId, PhotoSummary]
    images: dict[PhotoId, QImage]


def _fetch(source: ThumbnailSource, ids: Sequence[PhotoId], wanted: ThumbnailSize, go: threading.Event) -> _Fetched:
    summaries = source.summaries(ids)
    images = {}
    for photo, jpeg in source.thumbnails(ids).items():
        go.wait(LONGEST_HOLD_SECONDS)
        images[photo] = render_thumbnail(jpeg, wanted)
    return _Fetched(wanted, summaries, images)


class ThumbnailLoader(QObject):
    """Holds the cells of recently seen photos and fetches the ones that are wanted now. For the GUI thread."""

    loaded = Signal(object)
    """A frozenset of photo ids whose cells look different from now on."""

    def __init__(
        self,
        source: ThumbnailSource,
        tasks: Tasks,
        *,
        capacity: int = CAPACITY_BYTES,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._tasks = tasks
        self._cells: PictureCache[PhotoId, Cell] = PictureCache(capacity, lambda cell: cell.byte_size)
        self._wanted_size: ThumbnailSize | None = None
        self._queue: list[PhotoId] = []
        self._on_the_way: set[PhotoId] = set()
        self._changed_meanwhile: set[PhotoId] = set()
        self._busy = False
        self._go = threading.Event()
        self._go.set()
        self._complained = False

    @property
    def bytes_held(self) -> int:
        """Memory held by all cells."""
        return self._cells.bytes_held

    @property
    def idle(self) -> bool:
        """True when everything wanted is there."""
        return not self._queue and not self._busy

    @property
    def size(self) -> ThumbnailSize | None:
        """What pictures are made for at present; None before the grid was laid out."""
        return self._wanted_size

    def cell(self, photo: PhotoId) -> Cell | None:
        """What is known now, at once; None before anything was fetched."""
        return self._cells.get(photo)

    def summary(self, photo: PhotoId) -> PhotoSummary | None:
        """The photo's name and date, if they were fetched already."""
        cell = self._cells.peek(photo)
        return cell.summary if cell else None

    def set_size(self, size: ThumbnailSize) -> None:
        """Make pictures for this size from now on. Old ones stay until then, and are painted scaled."""
        self._wanted_size = size

    def want(self, photos: Iterable[PhotoId]) -> None:
        """Fetch these, the first ones first. Whatever was wanted before and is not yet on its way no longer is."""
        self._queue = [photo for photo in photos if self._needs(photo)]
        self._pump()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Workers begin no further thumbnail meanwhile. For painting: its hundreds of small calls into Qt each give up
        the interpreter's lock, and waiting for it every time makes a frame five times as long.
        """
        self._go.clear()
        try:
            yield
        finally:
            self._go.set()

    def refresh(self, photos: Iterable[PhotoId]) -> None:
        """These photos changed: fetch them anew when they are wanted next, and drop what is on its way."""
        for photo in photos:
            cell = self._cells.peek(photo)
            if cell is not None:
                self._cells.put(photo, replace(cell, outdated=True))
            if photo in self._on_the_way:
                self._changed_meanwhile.add(photo)

    def _needs(self, photo: PhotoId) -> bool:
        cell = self._cells.get(photo)
        return cell is None or cell.outdated or cell.made_for != self._wanted_size

    def _pump(self) -> None:
        if self._queue and self._wanted_size is not None and not self._busy:
            batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
            self._send(batch, self._wanted_size)

    def _send(self, batch: list[PhotoId], wanted: ThumbnailSize) -> None:
        source, go = self._source, self._go
        self._on_the_way = set(batch)
        self._busy = True
        self._tasks.run(
            lambda: _fetch(source, batch, wanted, go),
            lambda fetched: self._take(batch, fetched),
            failed=lambda problem: self._give_up(batch, wanted, problem),
        )

    def _take(self, batch: list[PhotoId], fetched: _Fetched) -> None:
        self._go_on([photo for photo in self._landed(batch) if self._keep(photo, fetched)])

    def _go_on(self, changed: list[PhotoId]) -> None:
        if changed:
            self.loaded.emit(frozenset(changed))
        self._queue = [photo for photo in self._queue if self._needs(photo)]
        self._pump()

    def _landed(self, batch: list[PhotoId]) -> list[PhotoId]:
        """Take a batch off the way; the answer leaves out photos that changed after they were asked for."""
        self._busy = False
        self._on_the_way = set()
        current = [photo for photo in batch if photo not in self._changed_meanwhile]
        self._changed_meanwhile = set()
        return current

    def _keep(self, photo: PhotoId, fetched: _Fetched) -> bool:
        stale = fetched.wanted != self._wanted_size
        if stale and photo in self._cells:
            return False
        image = fetched.images.get(photo)
        picture = QPixmap.fromImage(image) if image is not None and not image.isNull() else None
        self._cells.put(photo, Cell(fetched.summaries.get(photo), picture, fetched.wanted))
        return True

    def _give_up(self, batch: list[PhotoId], wanted: ThumbnailSize, problem: Exception) -> None:
        """Keep old pictures, leave other cells bare so that they are not asked for again and again; say so once."""
        log.error("Thumbnails could not be read", exc_info=problem)
        if not self._complained:
            self._complained = True
            self._tasks.error.emit(
                "Some thumbnails could not be read from the library.", "The log file has the details."
            )
        bare = [photo for photo in self._landed(batch) if photo not in self._cells]
        for photo in bare:
            self._cells.put(photo, Cell(None, None, wanted))
        self._go_on(bare)
