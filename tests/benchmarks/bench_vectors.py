"""How fast questions are weighed over many photos: printed, never asserted.

    python tests/benchmarks/bench_vectors.py [--photos 100000] [--dimension 512] [--rounds 15]

Synthetic unit vectors; from a text's embedding to ranked ids with probabilities, the list ended. "plain" asks anew each time,
"filtered" within one photo in a hundred, "boolean" for (a OR b) -c; "again" is a slider moved: the similarities are remembered.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import psutil

from desktop_app.domain.cutoff import FLOOR, CutOff
from desktop_app.domain.language.degrees import degrees
from desktop_app.domain.language.parser import parse
from desktop_app.domain.query import Expression
from desktop_app.domain.query_terms import Meaning
from desktop_app.ml.calibration import Background
from desktop_app.ml.matching import DEFAULT_MATCHING
from desktop_app.ml.vector_index import IndexSnapshot, VectorIndex
from desktop_app.services.term_scores import LibrarySimilarities

Vectors = npt.NDArray[np.float32]

_CHUNK = 10_000
_BANK = 150
_FILTERED = 100


def filled(photos: int, dimension: int, generator: np.random.Generator) -> VectorIndex:
    """An index of random unit vectors."""
    index = VectorIndex(unit(generator.standard_normal((_BANK, dimension), dtype=np.float32)))
    for start in range(0, photos, _CHUNK):
        count = min(_CHUNK, photos - start)
        vectors = unit(generator.standard_normal((count, dimension), dtype=np.float32))
        index.add(np.arange(start, start + count, dtype=np.int64), vectors)
    return index


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def weigh(
    text: str,
    snapshot: IndexSnapshot,
    *,
    rows: npt.NDArray[np.int64],
    seen: LibrarySimilarities,
    vectors: dict[str, Vectors],
) -> npt.NDArray[np.int64]:
    """The ids of a question's list, best first, among some rows."""
    photos = Background(snapshot.background.mean[rows], snapshot.background.deviation[rows])

    def leaf(term: Expression) -> Vectors:
        assert isinstance(term, Meaning)
        similarities, background = seen.of(snapshot, vectors[term.text], by_text=True)
        return DEFAULT_MATCHING.probabilities(similarities[rows], photos, background)

    probabilities = degrees(parse(text), leaf)
    likely = np.flatnonzero(probabilities >= FLOOR)
    order = likely[np.argsort(-probabilities[likely], kind="stable")]
    length = CutOff(DEFAULT_MATCHING.bar).length(probabilities[order])
    return snapshot.ids[rows[order[:length]]]


def timed(work: Callable[[], object], rounds: int) -> str:
    """Median and 95th percentile in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000.0)
    return f"p50 {statistics.median(times):8.1f} ms   p95 {np.percentile(times, 95):8.1f} ms"


def main() -> None:
    """Fill an index and ask it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    generator = np.random.default_rng(1)
    started = time.perf_counter()
    snapshot = filled(options.photos, options.dimension, generator).snapshot()
    print(f"{options.photos:,} x {options.dimension}: made in {time.perf_counter() - started:.1f} s")
    every = np.arange(options.photos, dtype=np.int64)
    some = every[::_FILTERED]
    vectors = {name: unit(generator.standard_normal(options.dimension, dtype=np.float32)) for name in "abc"}
    kept = LibrarySimilarities()

    def ask(text: str, rows: npt.NDArray[np.int64], seen: LibrarySimilarities | None = None) -> None:
        weigh(text, snapshot, rows=rows, seen=seen or LibrarySimilarities(), vectors=vectors)

    print("plain     ", timed(lambda: ask("a", every), options.rounds))
    print("filtered  ", timed(lambda: ask("a", some), options.rounds))
    print("boolean   ", timed(lambda: ask("(a OR b) -c", every), options.rounds))
    ask("a", every, kept)
    print("again     ", timed(lambda: ask("a", every, kept), options.rounds))
    print("filtered again", timed(lambda: ask("a", some, kept), options.rounds))
    print(f"memory {psutil.Process().memory_info().rss / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
