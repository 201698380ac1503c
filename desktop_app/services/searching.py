"""The search path: query to vector, vector to ranked photos, within the filters."""

from __future__ import annotations

import threading
import time

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.language_hint import language_hint
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, Query, SearchResult
from desktop_app.imaging.decode import decode_pixels
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.ml.calibration import background_of
from desktop_app.ml.moment_index import MomentIndex
from desktop_app.ml.vector_index import IndexSnapshot, VectorIndex
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.stacking import folded
from desktop_app.store.embeddings import embeddings_of, load_embeddings
from desktop_app.store.moments import load_moments, moments_version
from desktop_app.store.photos import photo_ids
from desktop_app.store.stacks import stacked_pairs

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]


class Searching:
    """Answers queries over whatever is embedded so far. The index is loaded at the first search, then kept up to date."""

    def __init__(self, store: LibraryStore, models: Models) -> None:
        self._store = store
        self._models = models
        # Held while the index is built, which takes seconds and may wait for the writer: the writer must never want it.
        self._index_lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._index_model: ActiveModel | None = None
        # Guards the notes below, which the writer's thread takes: never held across anything slow.
        self._notes_lock = threading.Lock()
        self._newly_embedded: set[PhotoId] = set()
        self._listed: Ids | None = None
        self._pairs: Ids | None = None
        self._listings = 0
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
        index = self._up_to_date_index(model)
        vector, by_text = self._query_vector(query, model, index)
        found = index.scan(vector, allowed=_table(candidates), limit=limit)
        # A picture's similarity to a picture is on another scale than to a text, and has no calibration yet.
        probabilities = (
            model.calibration.probabilities(found.z) if by_text else np.full(len(found.ids), np.nan, np.float32)
        )
        return SearchResult(
            found.ids,
            found.scores,
            probabilities,
            found.searched,
            len(candidates),
            time.perf_counter() - started,
            note=language_hint(query.text, model.entry.languages),
        )

    def index_of(self, model: ActiveModel) -> IndexSnapshot:
        """All embeddings by a model at this moment; the same object until one is added. Reads the library the first time."""
        return self._up_to_date_index(model).snapshot()

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
        """Stop following the library's changes."""
        self._unsubscribe()

    def candidates(self, where: Filter, *, stacks: bool = False) -> Ids:
        """Ids that pass the filter, newest first; with `stacks`, without those that stand behind another of them.

        The unfiltered list is kept until the library changes.
        """
        listed = self._passing(where)
        return folded(listed, self._behind()) if stacks else listed

    def _behind(self) -> Ids:
        """[n, 2] Photos that stand behind another, and which. Kept until the library changes."""
        with self._notes_lock:
            pairs, listings = self._pairs, self._listings
        if pairs is None:
            pairs = stacked_pairs(self._store.reader)
            with self._notes_lock:
                self._pairs = pairs if listings == self._listings else None
        return pairs

    def _passing(self, where: Filter) -> Ids:
        if where != And(()):
            return photo_ids(self._store.reader, where)
        with self._notes_lock:
            listed, listings = self._listed, self._listings
        if listed is None:
            listed = photo_ids(self._store.reader, where)
            with self._notes_lock:
                # Only if the library did not change while it was listed.
                self._listed = listed if listings == self._listings else None
        return listed

    def _query_vector(self, query: Query, model: ActiveModel, index: VectorIndex) -> tuple[Vectors, bool]:
        """Unit vector of the query, and whether it is words alone. Pictures and words weigh the same, each as a whole."""
        parts: list[Vectors] = []
        if query.text.strip():
            parts.append(model.texts.query(query.text))
        pictures: list[Vectors] = []
        if query.like:
            pictures.extend(index.vectors_of(np.array(query.like, np.int64)))
        if query.image is not None:
            try:
                pixels = decode_pixels(query.image, model.inference.spec())
            except PhotoSkipped as skip:
                raise UserFacingError(f"{query.image.name} cannot be searched for: {skip.reason}") from skip
            pictures.extend(model.inference.embed_images(pixels[None]).result())
        if pictures:
            parts.append(_unit(np.mean(pictures, axis=0)))
        if not parts:
            raise UserFacingError("The photo has not been indexed yet.", "Try again when indexing is done.")
        return _unit(np.sum(parts, axis=0)), not pictures

    def _up_to_date_index(self, model: ActiveModel) -> VectorIndex:
        with self._index_lock:
            with self._notes_lock:
                fresh, self._newly_embedded = sorted(self._newly_embedded), set()
            if self._index is None or self._index_model is not model:
                index = VectorIndex(model.tagger.bank())
                for ids, vectors in load_embeddings(self._store.reader, model.model_id):
                    index.add(ids, vectors)
                self._index, self._index_model = index, model
            elif fresh:
                self._index.add(*embeddings_of(self._store.reader, model.model_id, fresh))
            return self._index

    def _on_changes(self, changes: LibraryChanges) -> None:
        """Called on the writer's thread: only notes what to refresh at the next search."""
        with self._notes_lock:
            self._newly_embedded |= changes.embedded
            if changes.added or changes.updated or changes.missing or changes.roots_changed:
                self._listed = self._pairs = None
                self._listings += 1


def _unranked(ids: Ids, total: int, started: float) -> SearchResult:
    empty = np.empty(0, np.float32)
    return SearchResult(ids, empty, empty, total, total, time.perf_counter() - started)


def _table(ids: Ids) -> npt.NDArray[np.bool_]:
    """A table indexed by photo id: True for the ids given."""
    table = np.zeros(int(ids.max()) + 1 if len(ids) else 0, bool)
    table[ids] = True
    return table


def _unit(vector: npt.NDArray[np.floating]) -> Vectors:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
