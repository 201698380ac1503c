"""Build the embeddings of the model that is to serve next, while the present one serves."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.model import ModelId, PixelSpec
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.progress import RateMeter, SwitchProgress
from desktop_app.imaging.decode import decode_moments, decode_pixels
from desktop_app.imaging.decoded import Moment
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.identity import stamp_of
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.frames import Embedded, grouped
from desktop_app.services.indexing import BATCH_SIZE
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.reading import decode_threads
from desktop_app.store.embeddings import put_embeddings
from desktop_app.store.model_switching import UnembeddedPhoto, embeddable_counts, unembedded_photos
from desktop_app.store.moments import put_moments
from desktop_app.store.writer import WriteSession

_log = logging.getLogger(__name__)

Pixels = npt.NDArray[np.uint8]

# Batches being decoded while one is at the model.
_BATCHES_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model is to be shown of a photo."""

    frames: list[Pixels]
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Batch:
    photos: list[UnembeddedPhoto]
    shown: list[Future[Shown | None]]


class SwitchRun:
    """Embeds every photo that the pending model has not seen. What is stored stays: a later run goes on from there."""

    def __init__(
        self,
        store: LibraryStore,
        model: ActiveModel,
        *,
        stopped: Callable[[], bool],
        wait_while_paused: Callable[[], None],
        show: Callable[[SwitchProgress], None],
    ) -> None:
        self._store = store
        self._model = model
        self._stopped = stopped
        self._wait_while_paused = wait_while_paused
        self._show = show
        self._meter = RateMeter()
        self._done = self._total = 0

    def run(self) -> bool:
        """Work until done (True) or stopped (False), which takes effect within one batch.

        Photos that cannot be read at present (their drive is away) do not hold up the switch: they are embedded when
        an indexing run finds them again. Raises UserFacingError when the model or the library cannot be used.
        """
        self._done, self._total = embeddable_counts(self._store.reader, self._model.model_id)
        self._report()
        spec = self._model.inference.spec()
        self._model.tagger.labels()
        pool = ThreadPoolExecutor(decode_threads(), thread_name_prefix="keepsight-decode")
        try:
            for batch in self._decoded_ahead(pool, spec):
                self._wait_while_paused()
                if self._stopped():
                    return False
                self._embed(batch)
                self._done += len(batch.photos)
                self._report()
        finally:
            pool.shutdown(cancel_futures=True)
        return not self._stopped()

    def _decoded_ahead(self, pool: ThreadPoolExecutor, spec: PixelSpec) -> Iterator[_Batch]:
        ahead: deque[_Batch] = deque()
        for photos in self._unembedded():
            ahead.append(_Batch(photos, [pool.submit(shown_of, photo, spec) for photo in photos]))
            if len(ahead) > _BATCHES_AHEAD:
                yield ahead.popleft()
        yield from ahead

    def _unembedded(self) -> Iterator[list[UnembeddedPhoto]]:
        last: PhotoId | None = None
        while photos := unembedded_photos(self._store.reader, self._model.model_id, after=last, limit=BATCH_SIZE):
            last = photos[-1].photo_id
            yield photos

    def _embed(self, batch: _Batch) -> None:
        decoded = [(photo.photo_id, future.result()) for photo, future in zip(batch.photos, batch.shown, strict=True)]
        readable = [(photo_id, shown) for photo_id, shown in decoded if shown is not None]
        if not readable:
            return
        embedded = embed_shown(self._model, readable)

        def put(session: WriteSession) -> tuple[None, LibraryChanges]:
            put_embedded(session, self._model.model_id, embedded)
            return None, LibraryChanges()  # nothing that is shown: they serve only after the switch

        self._store.index_write(put).result()

    def _report(self) -> None:
        self._meter.mark(time.monotonic(), self._done)
        rate = self._meter.rate()
        total = max(self._total, self._done)
        eta = (total - self._done) / rate if rate else None
        self._show(SwitchProgress(self._model.entry.name, self._done, total, rate, eta))


def embed_shown(model: ActiveModel, shown: Sequence[tuple[PhotoId, Shown]]) -> dict[PhotoId, Embedded]:
    """Embed some photos and videos. Blocks; raises what the model raises."""
    frames = np.stack([frame for _, each in shown for frame in each.frames])
    vectors = model.inference.embed_images(frames).result()
    embedded = grouped([each.moments for _, each in shown], vectors)
    return {photo_id: of_photo for (photo_id, _), of_photo in zip(shown, embedded, strict=True)}


def put_embedded(session: WriteSession, model_id: ModelId, embedded: dict[PhotoId, Embedded]) -> None:
    """Store what a model made of photos and videos that it had not seen."""
    put_embeddings(session, model_id, list(embedded), np.stack([whole for whole, _ in embedded.values()]))
    for photo_id, (_, moments) in embedded.items():
        if moments:
            put_moments(session, model_id, photo_id, moments)


def shown_of(photo: UnembeddedPhoto, spec: PixelSpec) -> Shown | None:
    """A photo as the model wants it, or None when its file is away or no longer holds the bytes the library knows."""
    try:
        if stamp_of(photo.path) != photo.stamp:
            return None
        if photo.is_video:
            moments = decode_moments(photo.path, spec)
            return Shown([moment.pixels for moment in moments], moments)
        return Shown([decode_pixels(photo.path, spec)])
    except (PhotoSkipped, OSError):
        return None
    except Exception:  # noqa: BLE001 - one file must never end a run; the log keeps the bug
        _log.exception("Reading %s failed", os.fspath(photo.path))
        return None
