"""How similar the whole library is to what a question asks for: roughly for all photos, exactly for those that may be listed."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.matching import QueryBackground
from desktop_app.ml.vectors.snapshot import IndexSnapshot

Rows = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

_Key = tuple[float, bytes, bytes]

# Similarities of a whole library are kept for the latest terms, so that moving a slider or adding a filter costs nothing.
_REMEMBERED = 8

# No more photos than this are compared exactly for being perhaps the best.
_MOST_NEAR_BEST = 16_384

# So few are simply compared exactly.
_SMALL = 2048

# Filters that let so small a part of so large a library pass narrow what is compared. Reading single rows costs some times
# as much as reading them all in turn.
_NARROW = 8
_LARGE = 65_536


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A unit vector [D], and whether it is that of a text."""

    vector: Vectors
    by_text: bool
    mean_weight: float = 0.0
    """How much of its lead over the background captions is what a photo is compared by; for a picture, nothing."""

    @property
    def key(self) -> tuple[float, bytes]:
        """Equal for equal ones."""
        return self.mean_weight, self.vector.tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Which rows a question is about."""

    rows: Rows | None = None
    """None: all of them. Otherwise the rows in question and the library's sample, which they are judged against."""
    key: bytes = b""
    """Equal for equal ones."""

    @classmethod
    def of(cls, rows: Rows | None, snapshot: IndexSnapshot) -> Scope:
        """For photos in some rows; None stands for all. Everything, unless they are a small part of a large library."""
        if rows is None or len(snapshot) < _LARGE or len(rows) * _NARROW > len(snapshot):
            return EVERYTHING
        compared = np.concatenate([snapshot.sample, rows])
        return cls(compared, hashlib.blake2b(rows.tobytes(), digest_size=16).digest())


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Similarities:
    """Of one query vector to every row of a snapshot, or to those of a scope."""

    cosines: Vectors
    """float32 [N] from 8-bit codes; exact where `exact` is true, 0 outside the scope."""
    exact: npt.NDArray[np.bool_]
    background: QueryBackground


class LibrarySimilarities:
    """Similarities of query vectors to the photos of an index snapshot, the latest few remembered. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[IndexSnapshot, Similarities]] = OrderedDict()

    def of(self, snapshot: IndexSnapshot, query: QueryVector, scope: Scope = EVERYTHING) -> Similarities:
        """Of one query. Raises DamagedVectors."""
        return self.of_all(snapshot, [query], scope)[0]

    def of_all(
        self, snapshot: IndexSnapshot, queries: Sequence[QueryVector], scope: Scope = EVERYTHING
    ) -> list[Similarities]:
        """Of several queries; those not known yet take one pass over the library together. Raises DamagedVectors."""
        found = {query.key: self._remembered(snapshot, query, scope) for query in queries}
        fresh = list({query.key: query for query in queries if found[query.key] is None}.values())
        if fresh:
            cosines = _compared(snapshot, np.stack([query.vector for query in fresh]), scope)
            for query, row in zip(fresh, cosines, strict=True):
                found[query.key] = self._remember(snapshot, query, scope, _judged(snapshot, query, row, scope=scope))
        return [similarities for query in queries if (similarities := found[query.key]) is not None]

    def refine(self, snapshot: IndexSnapshot, queries: Sequence[QueryVector], rows: Rows, scope: Scope) -> None:
        """Make the similarities of some rows of a scope exact. Raises DamagedVectors."""
        for query, known in zip(queries, self.of_all(snapshot, queries, scope), strict=True):
            rough = rows[~known.exact[rows]]
            known.cosines[rough] = snapshot.exact(rough, query.vector[None])[0]
            known.exact[rough] = True

    def forget(self) -> None:
        """Let go of everything remembered, and of the snapshots that it belongs to."""
        with self._lock:
            self._kept.clear()

    def _remembered(self, snapshot: IndexSnapshot, query: QueryVector, scope: Scope) -> Similarities | None:
        key = (*query.key, scope.key)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] is not snapshot:
                return None
            self._kept.move_to_end(key)
            return kept[1]

    def _remember(
        self, snapshot: IndexSnapshot, query: QueryVector, scope: Scope, similarities: Similarities
    ) -> Similarities:
        with self._lock:
            self._kept[*query.key, scope.key] = (snapshot, similarities)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return similarities


def _compared(snapshot: IndexSnapshot, vectors: Vectors, scope: Scope) -> Vectors:
    """Rough similarities float32 [Q, N]."""
    if scope.rows is None:
        return snapshot.similarities(vectors)
    found = np.zeros((len(vectors), len(snapshot)), np.float32)
    found[:, scope.rows] = snapshot.similarities_at(scope.rows, vectors)
    return found


def _judged(snapshot: IndexSnapshot, query: QueryVector, cosines: Vectors, *, scope: Scope) -> Similarities:
    """Rough similarities with the best ones made exact, and what all are to be measured against."""
    leads = _leads(snapshot, query, cosines, scope.rows)
    if len(leads) > _SMALL:
        error = 2.0 * snapshot.rounding_error(query.vector)
        near_best = np.flatnonzero(leads >= leads.max() - error)[:_MOST_NEAR_BEST]
    else:
        near_best = np.arange(len(leads))
    rows = near_best if scope.rows is None else scope.rows[near_best]
    cosines[rows] = snapshot.exact(rows, query.vector[None])[0]
    exact = np.zeros(len(cosines), bool)
    exact[rows] = True
    best = float(_leads(snapshot, query, cosines, rows).max()) if len(rows) else None
    sample = _leads(snapshot, query, cosines, snapshot.sample)
    return Similarities(cosines, exact, QueryBackground.of(sample, best=best, count=len(leads)))


def _leads(snapshot: IndexSnapshot, query: QueryVector, cosines: Vectors, rows: Rows | None = None) -> Vectors:
    """A text's lead over the background captions at each row; pictures are compared as they are."""
    if not query.mean_weight:
        return cosines.copy() if rows is None else cosines[rows]
    mean, weight = snapshot.background.mean, np.float32(query.mean_weight)
    return cosines - weight * mean if rows is None else cosines[rows] - weight * mean[rows]
