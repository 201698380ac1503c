"""How similar the whole library is to what a question asks for: roughly for all photos, exactly for those that may be listed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.matching import QueryBackground
from desktop_app.ml.vectors.layout import DEAD
from desktop_app.ml.vectors.snapshot import IndexSnapshot

Rows = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

# Similarities of a whole library are kept for the latest terms, so that moving a slider or adding a filter costs nothing.
_REMEMBERED = 8

# The library's median and spread are taken from so many photos, evenly chosen, when there are more: that is right to a
# hundredth of the spread, where all of a million photos would take longer than the scan.
_SAMPLED = 16_384

# So few are simply compared exactly.
_SMALL = 2048


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A unit vector [D], and whether it is that of a text (compared by its lead over the background captions)."""

    vector: Vectors
    by_text: bool

    @property
    def key(self) -> tuple[bool, bytes]:
        """Equal for equal ones."""
        return self.by_text, self.vector.tobytes()


@dataclass(frozen=True, slots=True)
class Similarities:
    """Of one query vector to every row of a snapshot."""

    cosines: Vectors
    """float32 [N] from 8-bit codes; exact where `exact` is true."""
    exact: npt.NDArray[np.bool_]
    background: QueryBackground


class LibrarySimilarities:
    """Similarities of query vectors to every photo of an index snapshot, the latest few remembered. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[bool, bytes], tuple[IndexSnapshot, Similarities]] = OrderedDict()

    def of(self, snapshot: IndexSnapshot, query: QueryVector) -> Similarities:
        """Of one query. Raises DamagedVectors."""
        return self.of_all(snapshot, [query])[0]

    def of_all(self, snapshot: IndexSnapshot, queries: Sequence[QueryVector]) -> list[Similarities]:
        """Of several queries; those not known yet take one pass over the library together. Raises DamagedVectors."""
        found = {query.key: self._remembered(snapshot, query) for query in queries}
        fresh = list({query.key: query for query in queries if found[query.key] is None}.values())
        if fresh:
            cosines = snapshot.similarities(np.stack([query.vector for query in fresh]))
            for query, row in zip(fresh, cosines, strict=True):
                found[query.key] = self._remember(snapshot, query, row)
        return [similarities for query in queries if (similarities := found[query.key]) is not None]

    def refine(self, snapshot: IndexSnapshot, queries: Sequence[QueryVector], rows: Rows) -> None:
        """Make the similarities of some rows exact. Raises DamagedVectors."""
        for query, known in zip(queries, self.of_all(snapshot, queries), strict=True):
            rough = rows[~known.exact[rows]]
            known.cosines[rough] = snapshot.exact(rough, query.vector[None])[0]
            known.exact[rough] = True

    def _remembered(self, snapshot: IndexSnapshot, query: QueryVector) -> Similarities | None:
        with self._lock:
            kept = self._kept.get(query.key)
            if kept is None or kept[0] is not snapshot:
                return None
            self._kept.move_to_end(query.key)
            return kept[1]

    def _remember(self, snapshot: IndexSnapshot, query: QueryVector, cosines: Vectors) -> Similarities:
        leads = _leads(snapshot, query, cosines)
        near_best = (
            np.flatnonzero(leads >= leads.max() - 2.0 * snapshot.rounding_error(query.vector))[:_SAMPLED]
            if len(leads) > _SMALL
            else np.arange(len(leads))
        )
        cosines[near_best] = snapshot.exact(near_best, query.vector[None])[0]
        leads[near_best] = _leads(snapshot, query, cosines, near_best)
        exact = np.zeros(len(cosines), bool)
        exact[near_best] = True
        step = -(-len(leads) // _SAMPLED) or 1
        sample = leads[::step][snapshot.ids[::step] != DEAD]
        background = QueryBackground.of(sample, best=float(leads[near_best].max()) if len(near_best) else None)
        similarities = Similarities(cosines, exact, background)
        with self._lock:
            self._kept[query.key] = (snapshot, similarities)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return similarities


def _leads(snapshot: IndexSnapshot, query: QueryVector, cosines: Vectors, rows: Rows | None = None) -> Vectors:
    """A text's lead over the background captions at each row; pictures are compared as they are."""
    if not query.by_text:
        return cosines.copy() if rows is None else cosines[rows]
    mean = snapshot.background.mean
    return cosines - mean if rows is None else cosines[rows] - mean[rows]
