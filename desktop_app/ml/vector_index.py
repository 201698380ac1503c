"""Exact search over all embeddings of one model, in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background, background_of

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

Scalar = TypeVar("Scalar", bound=np.generic)

_FIRST_CAPACITY = 1024


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Photos with their cosine similarity to the query, best first, and the z scores of those similarities."""

    ids: Ids
    scores: Vectors
    z: Vectors
    searched: int


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """All embeddings of one moment, row by row."""

    ids: Ids
    vectors: Vectors
    """float32 [N, D], L2-normalised."""
    background: Background

    def rows_of(self, photo_ids: Ids) -> npt.NDArray[np.int64]:
        """The row of each photo; -1 for photos without an embedding."""
        if not len(photo_ids) or not len(self.ids):
            return np.full(len(photo_ids), -1, np.int64)
        table = np.full(int(max(self.ids.max(), photo_ids.max())) + 1, -1, np.int64)
        table[self.ids] = np.arange(len(self.ids))
        return table[photo_ids]


class VectorIndex:
    """Grows as photos are embedded; a scan sees whatever was there when it began.

    `bank` is the [B, D] matrix of background caption embeddings that probabilities are measured against.
    """

    def __init__(self, bank: Vectors) -> None:
        dimension = bank.shape[1]
        self._bank = bank
        self._lock = threading.Lock()
        self._rows: dict[int, int] = {}
        self._ids: Ids = np.empty(_FIRST_CAPACITY, np.int64)
        self._vectors: Vectors = np.empty((_FIRST_CAPACITY, dimension), np.float32)
        self._means: Vectors = np.empty(_FIRST_CAPACITY, np.float32)
        self._deviations: Vectors = np.empty(_FIRST_CAPACITY, np.float32)
        self._snapshot: IndexSnapshot | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add embeddings, or replace those of photos that are there already."""
        if not len(ids):
            return
        background = background_of(vectors, self._bank)
        with self._lock:
            self._snapshot = None
            self._reserve(len(self._rows) + len(ids))
            rows = np.fromiter(
                (self._rows.setdefault(int(photo_id), len(self._rows)) for photo_id in ids), np.int64, count=len(ids)
            )
            self._ids[rows] = ids
            self._vectors[rows] = vectors
            self._means[rows] = background.mean
            self._deviations[rows] = background.deviation

    def snapshot(self) -> IndexSnapshot:
        """Everything there is at this moment, to be read while the index grows."""
        with self._lock:
            if self._snapshot is None:
                count = len(self._rows)
                background = Background(self._means[:count], self._deviations[:count])
                self._snapshot = IndexSnapshot(self._ids[:count], self._vectors[:count], background)
            return self._snapshot

    def vectors_of(self, ids: Ids) -> Vectors:
        """The embeddings of some photos, float32 [n, D]; photos without one are left out."""
        with self._lock:
            rows = [self._rows[int(photo_id)] for photo_id in ids if int(photo_id) in self._rows]
            return self._vectors[rows].copy()

    def scan(self, query: Vectors, *, allowed: npt.NDArray[np.bool_], limit: int | None = None) -> ScanResult:
        """Rank photos by cosine similarity to a unit query [D]. `allowed` is a table indexed by photo id."""
        with self._lock:
            count = len(self._rows)
            ids, vectors = self._ids[:count], self._vectors[:count]
            means, deviations = self._means[:count], self._deviations[:count]
        inside = ids < len(allowed)
        keep = np.flatnonzero(inside & allowed[np.where(inside, ids, 0)]) if len(allowed) else np.empty(0, np.int64)
        # Copying a small selection costs less than scoring everything; for a large one it is the other way round.
        scores = vectors[keep] @ query if len(keep) * 3 < count else (vectors @ query)[keep]
        order = _best_first(scores, limit)
        chosen = keep[order]
        z = Background(means[chosen], deviations[chosen]).standardise(scores[order])
        return ScanResult(ids[chosen].copy(), scores[order], z, searched=len(keep))

    def _reserve(self, needed: int) -> None:
        capacity = len(self._ids)
        if needed <= capacity:
            return
        grown = max(needed, capacity * 2)
        # New arrays rather than a resize in place: a scan that runs on another thread keeps the old ones.
        self._ids = _grown(self._ids, grown)
        self._vectors = _grown(self._vectors, grown)
        self._means = _grown(self._means, grown)
        self._deviations = _grown(self._deviations, grown)


def _grown(array: npt.NDArray[Scalar], capacity: int) -> npt.NDArray[Scalar]:
    larger = np.empty((capacity, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


def _best_first(scores: Vectors, limit: int | None) -> npt.NDArray[np.int64]:
    """Positions of the highest scores, best first; equal scores keep their order."""
    if limit is not None and limit < len(scores):
        # A cheap partial selection first, then an exact sort of the few.
        best = np.sort(np.argpartition(-scores, limit)[:limit])
        return best[np.argsort(-scores[best], kind="stable")]
    return np.argsort(-scores, kind="stable")
