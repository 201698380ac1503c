"""The indexing pipeline, one run of it: scan, read ahead, gather, embed ahead, store.

Each step is a generator over the one before, so that a run reads as a list of its steps, holds a bounded number of
photos in memory, and keeps the disk, the decoders and the model busy at the same time.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from desktop_app.base.memory import give_back
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.exclusion import Exclusion
from desktop_app.domain.indexing import (
    BatchCounts,
    ChangedPlaces,
    ContentFacts,
    FileKey,
    FindKind,
    FoundFile,
    FreshPhoto,
    IndexBatch,
    KnownFiles,
    KnownPhoto,
    UnreadableFile,
)
from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import ContentHash, RootId
from desktop_app.domain.progress import IndexPhase, IndexReport
from desktop_app.ml.inference import Vectors
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.annotating import read_annotations_due
from desktop_app.services.frames import by_photo, frames_of
from desktop_app.services.index_progress import ProgressReporter
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.place_names import PlaceNames
from desktop_app.services.reading import (
    AlreadyKnown,
    Decoded,
    Reading,
    Unreadable,
    decode_threads,
    read_ahead,
    read_file,
)
from desktop_app.services.scanning import ScanTally, scan_folder
from desktop_app.services.stacking import Folder, folder_of, restack
from desktop_app.store.files import drop_files, has_embedding, known_files, places_of
from desktop_app.store.indexing import mark_gone, mark_returned, note_unlisted, store_batch

# Measured best on CPUs (16-32); also the most work that a pause or a waiting search has to sit through.
BATCH_SIZE = 32

# A batch that fills slowly (huge files, a slow drive) is handed on after this, so that photos appear as they are read.
_BATCH_SECONDS = 1.0

# Batches at the model or waiting to be stored: one in work and one ready behind it.
_BATCHES_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a library to bring up to date: a root, or places in it."""

    root: Path
    places: ChangedPlaces


@dataclass(slots=True)
class _Gathered:
    """A batch on its way: what was read, before and after it is embedded."""

    decoded: list[Decoded] = field(default_factory=list)
    known: list[AlreadyKnown] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def __len__(self) -> int:
        return len(self.decoded) + len(self.known) + len(self.unreadable)

    def is_due(self) -> bool:
        frames = sum(max(len(item.photo.moments), 1) for item in self.decoded)
        return max(len(self), frames) >= BATCH_SIZE or (
            len(self) > 0 and time.monotonic() - self.since > _BATCH_SECONDS
        )


class IndexRun:
    """One run over some scopes; roots that are `away` are left as they are. `wait_while_paused` blocks during a pause; `cancelled` ends the run within one batch."""

    def __init__(
        self,
        store: LibraryStore,
        model: ActiveModel,
        *,
        place_names: PlaceNames,
        scopes: Sequence[Scope],
        away: frozenset[RootId],
        exclusion: Exclusion,
        reporter: ProgressReporter,
        cancelled: Callable[[], bool],
        wait_while_paused: Callable[[], None],
    ) -> None:
        self._store = store
        self._model = model
        self._place_names = place_names
        self._scopes = scopes
        self._away = away
        self._exclusion = exclusion
        self._reporter = reporter
        self._cancelled = cancelled
        self._wait_while_paused = wait_while_paused
        self._tally = ScanTally()
        self._returned: list[FoundFile] = []
        self._notes: list[str] = []
        self._touched: set[Folder] = set()
        self._hashes_of_run: set[ContentHash] = set()
        self._counts = BatchCounts()
        self._spec: PixelSpec | None = None
        self._spec_lock = threading.Lock()
        self._writes: deque[Future[tuple[object, LibraryChanges]]] = deque()

    def run(self) -> IndexReport:
        """Do it all; return what was done. Raises UserFacingError when the model or the library cannot be used."""
        started = time.monotonic()
        self._reporter.phase(IndexPhase.SCANNING)
        with ThreadPoolExecutor(decode_threads(), thread_name_prefix="keepsight-decode") as pool:
            found = self._scan()
            readings = read_ahead(found, self._read, pool=pool, window=2 * BATCH_SIZE, stopped=self._cancelled)
            for gathered, vectors in self._embed_ahead(self._gather(readings)):
                self._store_batch(gathered, vectors)
                read_annotations_due(self._store, cancelled=self._cancelled, at_most=BATCH_SIZE)
        self._wait_for_writes(leave=0)
        missing = self._settle_places()
        read_annotations_due(self._store, cancelled=self._cancelled)
        restack(self._store, self._touched)
        return self._report(missing, seconds=time.monotonic() - started)

    def _scan(self) -> Iterator[FoundFile]:
        for scope in self._scopes:
            if scope.places.root_id in self._away:
                self._notes.append(f"The folder {scope.root} is not there at present; its photos stay in the library.")
                continue
            files = scan_folder(
                str(scope.root),
                scope.places,
                known=self._known_files(scope.places),
                exclusion=self._exclusion,
                tally=self._tally,
                cancelled=self._cancelled,
            )
            yield from self._worth_reading(self._ahead_of_reading(files))
        self._reporter.scan_finished()

    def _known_files(self, places: ChangedPlaces) -> KnownFiles:
        known = KnownFiles()
        for below in places.below:
            known.add(known_files(self._store.reader, places.root_id, model_id=self._model.model_id, below=below))
        return known

    def _ahead_of_reading(self, files: Iterator[FoundFile]) -> Iterator[FoundFile]:
        """List a whole root before reading it: seconds for 100,000 files, and then the total and the ETA are known."""
        listed = []
        for file in files:
            listed.append(file)
            self._reporter.scanned(found=self._tally.found, to_do=self._tally.to_read)
        self._reporter.scanned(found=self._tally.found, to_do=self._tally.to_read)
        yield from listed

    def _worth_reading(self, files: Iterable[FoundFile]) -> Iterator[FoundFile]:
        for file in files:
            self._wait_while_paused()
            if file.kind is FindKind.RETURNED:
                self._returned.append(file)
            else:
                yield file

    def _read(self, found: FoundFile) -> Reading:
        return read_file(found, is_known=self._is_known, spec=self._pixel_spec)

    def _is_known(self, content_hash: ContentHash) -> bool:
        return has_embedding(self._store.reader, content_hash, self._model.model_id)

    def _pixel_spec(self) -> PixelSpec:
        """What the model wants, asked for only when there is something to decode: a run with nothing new loads no model."""
        with self._spec_lock:
            if self._spec is None:
                self._reporter.phase(IndexPhase.PREPARING)
                self._spec = self._model.inference.spec()
                self._model.tagger.labels()
                give_back()
                self._reporter.phase(IndexPhase.INDEXING)
            return self._spec

    def _gather(self, readings: Iterable[Reading]) -> Iterator[_Gathered]:
        """Put readings into batches; bytes seen before in this run are embedded once."""
        batch = _Gathered()
        for reading in readings:
            match reading:
                case Decoded(found, photo) if photo.content_hash in self._hashes_of_run:
                    batch.known.append(AlreadyKnown(found, photo.stamp, photo.content_hash))
                case Decoded():
                    self._hashes_of_run.add(reading.photo.content_hash)
                    batch.decoded.append(reading)
                case AlreadyKnown():
                    batch.known.append(reading)
                case Unreadable():
                    batch.unreadable.append(reading)
            if batch.is_due():
                yield batch
                batch = _Gathered()
        if len(batch) and not self._cancelled():
            yield batch

    def _embed_ahead(self, batches: Iterable[_Gathered]) -> Iterator[tuple[_Gathered, Vectors]]:
        """Send batches to the model while the one before is stored and the one after is read."""
        in_flight: deque[tuple[_Gathered, Future[Vectors]]] = deque()
        for batch in batches:
            self._wait_while_paused()
            in_flight.append((batch, self._embed(batch)))
            while len(in_flight) >= _BATCHES_AHEAD or (in_flight and in_flight[0][1].done()):
                gathered, vectors = in_flight.popleft()
                yield gathered, vectors.result()
        while in_flight:
            gathered, vectors = in_flight.popleft()
            yield gathered, vectors.result()

    def _embed(self, batch: _Gathered) -> Future[Vectors]:
        if batch.decoded:
            return self._model.inference.embed_images(frames_of([item.photo for item in batch.decoded]))
        nothing: Future[Vectors] = Future()
        nothing.set_result(np.empty((0, 0), np.float32))
        return nothing

    def _store_batch(self, gathered: _Gathered, vectors: Vectors) -> None:
        photos = by_photo([item.photo for item in gathered.decoded], vectors)
        tags = self._model.tagger.tags_for(np.stack([whole for whole, _ in photos])) if photos else []
        fresh = tuple(
            FreshPhoto(
                item.found,
                item.photo.stamp,
                _facts(item),
                whole,
                photo_tags,
                moments=moments,
                place=self._place_of(item),
            )
            for item, (whole, moments), photo_tags in zip(gathered.decoded, photos, tags, strict=True)
        )
        known = tuple(
            KnownPhoto(item.found, item.stamp, item.content_hash, self._gone_places(item)) for item in gathered.known
        )
        unreadable = tuple(
            UnreadableFile(item.found, item.reason, is_photo=item.is_photo, transient=item.transient)
            for item in gathered.unreadable
        )
        items: list[Reading] = [*gathered.decoded, *gathered.known, *gathered.unreadable]
        self._touch(item.found.key for item in items)
        self._touch(key for photo in known for key in photo.gone_from)
        batch = IndexBatch(self._model.model_id, fresh, known, unreadable)
        self._writes.append(self._store.index_write(lambda session: store_batch(session, batch)))
        self._wait_for_writes(leave=_BATCHES_AHEAD)
        self._reporter.advanced(len(gathered), skipped=len(unreadable))

    def _place_of(self, item: Decoded) -> str | None:
        return self._place_names.place_of(item.photo.metadata)

    def _touch(self, keys: Iterable[FileKey]) -> None:
        """Note the folders in which something may belong together otherwise than before."""
        self._touched.update(folder_of(key) for key in keys)

    def _gone_places(self, item: AlreadyKnown) -> tuple[FileKey, ...]:
        """Where else the library believes these bytes to be, though they are not there (and their root is)."""
        if item.found.kind is FindKind.UNEMBEDDED:
            return ()
        return tuple(
            key
            for key, path in places_of(self._store.reader, item.content_hash)
            if key != item.found.key and key.root_id not in self._away and not os.path.lexists(path)
        )

    def _wait_for_writes(self, *, leave: int) -> None:
        while len(self._writes) > leave:
            counts, _ = self._writes.popleft().result()
            assert isinstance(counts, BatchCounts)
            self._counts = _sum(self._counts, counts)

    def _settle_places(self) -> int:
        """Last, so that a file which was moved has found its new place: what is gone, and what came back."""
        if self._cancelled():
            return 0
        gone, returned, left_out = self._tally.gone, self._returned, self._tally.left_out
        if unlisted := self._unlisted():
            self._store.index_write(lambda session: (0, note_unlisted(session, unlisted))).result()
        if left_out:
            self._store.index_write(lambda session: (0, drop_files(session, left_out))).result()
        self._touch((*gone, *left_out, *(found.key for found in returned)))
        if not gone and not returned:
            return 0
        if returned:
            self._store.index_write(lambda session: (0, mark_returned(session, returned))).result()
        count, _ = self._store.index_write(lambda session: mark_gone(session, gone)).result()
        assert isinstance(count, int)
        return count

    def _unlisted(self) -> list[tuple[FileKey, str]]:
        """What could not be looked at, and why; without what is only gone."""
        return [(key, reason) for key, reason in self._tally.unlisted.items() if reason]

    def _report(self, missing: int, *, seconds: float) -> IndexReport:
        counts, (device, note) = self._counts, self._model.inference.device()
        return IndexReport(
            added=counts.added,
            modified=counts.modified,
            moved=counts.moved,
            reused=counts.reused + self._tally.unchanged + len(self._returned),
            missing=missing,
            embedded=counts.embedded,
            skipped=counts.skipped + self._tally.still_skipped + len(self._unlisted()),
            seconds=seconds,
            photos_per_second=counts.embedded / seconds if seconds > 0 else 0.0,
            model=self._model.entry.name,
            device=device,
            cancelled=self._cancelled(),
            notes=(*self._notes, *([note] if note else [])),
        )


def _facts(item: Decoded) -> ContentFacts:
    photo = item.photo
    return ContentFacts(
        photo.content_hash,
        photo.file_format,
        photo.width,
        photo.height,
        photo.metadata,
        photo.thumbnail,
        duration_seconds=photo.duration_seconds,
        motion=photo.motion,
    )


def _sum(first: BatchCounts, second: BatchCounts) -> BatchCounts:
    return BatchCounts(
        **{name: getattr(first, name) + getattr(second, name) for name in BatchCounts.__dataclass_fields__}
    )
