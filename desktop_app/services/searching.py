"""The search path: query to vector, vector to ranked photos, within the filters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.language_hint import language_hint
from desktop_app.domain.query import And, Filter, Query, SearchResult
from desktop_app.imaging.decode import decode_pixels
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.ml.calibration import Background, background_of
from desktop_app.ml.moment_index import MomentIndex
from desktop_app.ml.unit_vector import unit
from desktop_app.ml.vectors.layout import DamagedVectors
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.embedding_index import EmbeddingIndex
from desktop_app.services.library_similarities import LibrarySimilarities
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.photo_filters import PhotoFilters, Table
from desktop_app.services.stacking import folded
from desktop_app.store.moments import load_moments, moments_version
from desktop_app.store.photos import photo_ids
from desktop_app.store.stacks import stacked_pairs

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

T = TypeVar("T")


class Searching:
    """Answers queries over whatever is embedded so far. The vectors are mapped at the first search, then kept up to date."""

    def __init__(self, store: LibraryStore, models: Models) -> None:
        self._store = store
        self._models = models
        self._index = EmbeddingIndex(store)
        self.filters = PhotoFilters(store)
        self.similarities = LibrarySimilarities()
        # Guards the notes below, which the writer's thread takes: never held across anything slow.
        self._notes_lock = threading.Lock()
        self._listed: Ids | None = None
        self._pairs: Ids | None = None
        self._listings = 0
        self._all_photos: tuple[Table | None, IndexSnapshot | None, Ids] = (None, None, np.empty(0, np.int64))
        self._moments_lock = threading.Lock()
        self._moments: tuple[tuple[int, int, int], MomentIndex] | None = None
        self._unsubscribe = store.changes.subscribe(self._on_changes)

    def search(self, query: Query, *, limit: int | None = None) -> SearchResult:
        """Photos for a query, best first; without text or picture every photo that passes the filter, newest first.

        Raises UserFacingError when the model cannot be loaded or the query picture cannot be read.
        """
        if not query.has_meaning:
            started = time.perf_counter()
            candidates = self.candidates(query.where)
            return _unranked(candidates if limit is None else candidates[:limit], len(candidates), started)
        while True:
            model = self._models.active()
            try:
                return self._ranked(query, model, limit)
            except UserFacingError:
                # Another model took this one's place while it was asked: ask that one.
                if self._models.active() is model:
                    raise

    def _ranked(self, query: Query, model: ActiveModel, limit: int | None) -> SearchResult:
        started = time.perf_counter()
        candidates = self.candidates(query.where)

        def ranked(index: IndexSnapshot) -> SearchResult:
            vector, by_text = self._query_vector(query, model, index)
            rows = index.rows_of(candidates)
            rows = rows[rows >= 0]
            best, scores = index.best(vector, rows=rows, limit=len(rows) if limit is None else limit)
            z = Background(index.background.mean[best], index.background.deviation[best]).standardise(scores)
            # A picture's similarity to a picture is on another scale than to a text, and has no calibration yet.
            probabilities = model.calibration.probabilities(z) if by_text else np.full(len(best), np.nan, np.float32)
            return SearchResult(
                index.ids[best],
                scores,
                probabilities,
                len(rows),
                len(candidates),
                time.perf_counter() - started,
                note=language_hint(query.text, model.entry.languages),
            )

        return self.with_index(model, ranked)

    def with_index(self, model: ActiveModel, work: Callable[[IndexSnapshot], T]) -> T:
        """Do something with all embeddings by a model at this moment.

        When they are found damaged in the middle of it, they are built again from the library, and the work is done again.
        """
        index = self.index_of(model)
        try:
            return work(index)
        except DamagedVectors:
            self._index.discard(index)
            return work(self.index_of(model))

    def index_of(self, model: ActiveModel) -> IndexSnapshot:
        """All embeddings by a model at this moment; the same object until one is added or removed."""
        return self._index.snapshot(model)

    def moments_of(self, model: ActiveModel) -> MomentIndex:
        """All videos' moments by a model, as the library has them now."""
        version = (model.model_id, *moments_version(self._store.reader, model.model_id))
        with self._moments_lock:
            if self._moments is None or self._moments[0] != version:
                ids, seconds, vectors = load_moments(self._store.reader, model.model_id)
                bank = model.tagger.bank() if len(ids) else np.empty((1, 0), np.float32)
                self._moments = version, MomentIndex(ids, seconds, vectors, background_of(vectors, bank))
            return self._moments[1]

    def close(self) -> None:
        """Stop following the library's changes, and let go of the vectors."""
        self._unsubscribe()
        self.filters.close()
        # Explicitly, and not when somebody happens to collect it: Windows deletes no file that is mapped.
        self.similarities.forget()
        with self._notes_lock:
            self._all_photos = (None, None, np.empty(0, np.int64))
        self._index.close()

    def candidates(self, where: Filter, *, stacks: bool = False) -> Ids:
        """Ids that pass the filter, newest first; with `stacks`, without those that stand behind another of them."""
        listed = self._newest_first()
        if where != And(()):
            table = self.filters.passing(where)
            # A photo that was added a moment ago may be in the list and not yet in the table.
            listed = listed[table[np.minimum(listed, len(table) - 1)]]
        return folded(listed, self._behind()) if stacks else listed

    def candidates_for(self, where: Filter, index: IndexSnapshot, *, stacks: bool = False) -> Ids:
        """The same ids in the order that suits a ranking best: that of the index; for everything in it, the very array of
        its ids.
        """
        photos = self._passing_in_row_order(where, index)
        return folded(photos, self._behind()) if stacks else photos

    def _passing_in_row_order(self, where: Filter, index: IndexSnapshot) -> Ids:
        table = self.filters.passing(where)
        with self._notes_lock:
            known, known_index, photos = self._all_photos
        if known is table and known_index is index:
            return photos
        photos = _in_row_order(table, index)
        if where == And(()):
            with self._notes_lock:
                self._all_photos = (table, index, photos)
        return photos

    def _behind(self) -> Ids:
        """[n, 2] Photos that stand behind another, and which. Kept until the library changes."""
        with self._notes_lock:
            pairs, listings = self._pairs, self._listings
        if pairs is None:
            pairs = stacked_pairs(self._store.reader)
            with self._notes_lock:
                self._pairs = pairs if listings == self._listings else None
        return pairs

    def _newest_first(self) -> Ids:
        """All photos; kept until the library changes."""
        with self._notes_lock:
            listed, listings = self._listed, self._listings
        if listed is None:
            listed = photo_ids(self._store.reader, And(()))
            with self._notes_lock:
                # Only if the library did not change while it was listed.
                self._listed = listed if listings == self._listings else None
        return listed

    def _query_vector(self, query: Query, model: ActiveModel, index: IndexSnapshot) -> tuple[Vectors, bool]:
        """Unit vector of the query, and whether it is words alone. Pictures and words weigh the same, each as a whole."""
        parts: list[Vectors] = []
        if query.text.strip():
            parts.append(model.texts.query(query.text))
        pictures: list[Vectors] = []
        if query.like:
            pictures.extend(index.vectors_of(query.like))
        if query.image is not None:
            try:
                pixels = decode_pixels(query.image, model.inference.spec())
            except PhotoSkipped as skip:
                raise UserFacingError(f"{query.image.name} cannot be searched for: {skip.reason}") from skip
            pictures.extend(model.inference.embed_images(pixels[None]).result())
        if pictures:
            parts.append(unit(np.mean(pictures, axis=0)))
        if not parts:
            raise UserFacingError("The photo has not been indexed yet.", "Try again when indexing is done.")
        return unit(np.sum(parts, axis=0)), not pictures

    def _on_changes(self, changes: LibraryChanges) -> None:
        """Called on the writer's thread: only notes what to refresh at the next search."""
        with self._notes_lock:
            if changes.added or changes.updated or changes.missing or changes.roots_changed:
                self._listed = self._pairs = None
                self._listings += 1


def _unranked(ids: Ids, total: int, started: float) -> SearchResult:
    empty = np.empty(0, np.float32)
    return SearchResult(ids, empty, empty, total, total, time.perf_counter() - started)


def _in_row_order(table: Table, index: IndexSnapshot) -> Ids:
    if 4 * int(table.sum()) < len(index):
        return np.flatnonzero(table)
    # A dead row's id of -1 asks the last entry, which is always False; and so does what the table does not know yet.
    inside = index.ids if index.ids.max(initial=0) < len(table) else np.where(index.ids < len(table), index.ids, -1)
    keep = table[inside]
    embedded = index.ids if keep.all() else index.ids[keep]
    rest = table.copy()
    rest[embedded] = False
    without = np.flatnonzero(rest)
    return np.concatenate([embedded, without]) if len(without) else embedded
