"""How fast questions are answered over a great many photos: printed, never asserted.

    python tests/benchmarks/bench_vectors.py [--photos 1000000] [--dimension 512] [--rounds 20] [--library DIR]

A real library with synthetic photos: metadata, tags, and embeddings in some hundreds of clusters, as photos of the same
things are. Every question is new (its text embedding is there already), from that embedding to ranked ids with probabilities,
the list ended. On a machine that does other work too, the processor's time says most of the program: two idle cores answer
in little more than half of it. `--library` keeps the library for another run.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.compose import Library, open_library
from desktop_app.domain.question import Question
from desktop_app.domain.weighed import Weighed
from desktop_app.ml.prompts import prompts_key
from desktop_app.store.embeddings import put_text_embeddings

Vectors = npt.NDArray[np.float32]

_CHUNK = 20_000
_CLUSTERS = 400
_FOLDER_OF = 1000
_QUESTIONS = 1000
_CHECKED = 5


def unit(vectors: npt.NDArray[np.floating]) -> Vectors:
    """Rows of length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


class Scenery:
    """Where the synthetic photos and questions lie: a common part, clusters, and what is each one's own."""

    def __init__(self, dimension: int) -> None:
        generator = np.random.default_rng(1)
        self.dimension = dimension
        self._common = unit(generator.standard_normal(dimension))
        self._clusters = unit(generator.standard_normal((_CLUSTERS, dimension)))

    def photos(self, start: int, count: int) -> Vectors:
        """Embeddings of some photos, the same at every call."""
        generator = np.random.default_rng(start + 10)
        cluster = self._clusters[generator.integers(0, _CLUSTERS, count)]
        own = unit(generator.standard_normal((count, self.dimension), dtype=np.float32))
        return unit(0.6 * self._common + 0.45 * cluster + own)

    def texts(self, seed: int, count: int, *, shown: bool) -> Vectors:
        """Embeddings of texts, of things that photos show or of others."""
        generator = np.random.default_rng(seed)
        own = unit(generator.standard_normal((count, self.dimension)))
        cluster = self._clusters[generator.integers(0, _CLUSTERS, count)] if shown else 0.0
        return unit(-0.3 * self._common + 0.5 * cluster + own)


def fill(library: Library, photos: int, scenery: Scenery) -> None:
    """Rows as the indexer writes them, without files behind them."""
    store = library._store
    model = library.services.models.active()
    captions = model.tagger._captions
    bank = scenery.texts(2, len(captions), shown=False)
    keys = [prompts_key((caption,)) for caption in captions]

    def begin(session) -> None:  # type: ignore[no-untyped-def]
        put_text_embeddings(session, model.model_id, dict(zip(keys, bank, strict=True)))
        connection = session.connection
        connection.execute("INSERT INTO roots (id, path, added_at) VALUES (1, '/nowhere', '2024')")
        for number, name in enumerate(("rare", "common"), 1):
            connection.execute(
                "INSERT INTO tags (id, name, group_name, from_person) VALUES (?, ?, 'person', 1)", [9000 + number, name]
            )

    def write(session, start: int) -> None:  # type: ignore[no-untyped-def]
        count = min(_CHUNK, photos - start)
        connection, ids = session.connection, range(start + 1, start + count + 1)
        vectors = scenery.photos(start, count).astype("<f2")
        connection.executemany(
            "INSERT INTO contents (id, hash, file_format, width, height, byte_size, sort_time, iso, added_at) "
            "VALUES (?, ?, 'JPEG', 4000, 3000, 1, ?, ?, '2024')",
            ((n, f"{n:032x}", f"20{n % 25:02d}-0{n % 9 + 1}-01T00:00:{n % 60:02d}", n % 40 * 100) for n in ids),
        )
        connection.executemany(
            "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (1, ?, ?, 1, 1)",
            ((f"{n // _FOLDER_OF}/{n}.jpg", n) for n in ids),
        )
        connection.executemany(
            "INSERT INTO embeddings (model_id, content_id, vector) VALUES (?, ?, ?)",
            ((model.model_id, n, vectors[n - start - 1].tobytes()) for n in ids),
        )
        connection.executemany(
            "INSERT INTO tag_assignments (content_id, tag_id, decision, decided_at) VALUES (?, ?, 'accepted', '2024')",
            [(n, 9001) for n in ids if n % 100 == 0] + [(n, 9002) for n in ids if n % 3 == 0],
        )
        # No texts: putting them together takes longer than all the rest, and they are no matter of vectors.
        connection.execute("DELETE FROM search_stale")

    store.writer.do(begin)
    for start in range(0, photos, _CHUNK):
        store.writer.do(functools.partial(write, start=start))


def timed(work: Callable[[], object], rounds: int) -> str:
    """Least, median and 95th percentile in milliseconds, and the median of what all cores together worked."""
    times, worked = [], []
    for _ in range(rounds):
        started, before = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - started) * 1000.0)
        worked.append((time.process_time() - before) * 1000.0)
    least, middle, late = min(times), np.median(times), np.percentile(times, 95)
    return f"least {least:7.1f}   p50 {middle:7.1f}   p95 {late:7.1f}   processor {np.median(worked):7.1f} ms"


def memory() -> str:
    """Resident memory, and how much of it is pages of files, which the system takes back when it needs them."""
    found = psutil.Process().memory_info()
    mapped = f", of which {found.shared / 1e6:,.0f} MB pages of files" if hasattr(found, "shared") else ""
    return f"{found.rss / 1e6:,.0f} MB resident{mapped}"


def recall(library: Library, texts: list[str], photos: int, scenery: Scenery) -> float:
    """How many of the fifty most similar photos, by brute force over float32, head the list of each question."""
    model = library.services.models.active()
    vectors = np.stack([model.texts.query(text) for text in texts])
    truth = np.concatenate(
        [
            scenery.photos(start, min(_CHUNK, photos - start)).astype(np.float16).astype(np.float32) @ vectors.T
            for start in range(0, photos, _CHUNK)
        ]
    )
    index = library.services.searching.index_of(model)
    hits = 0
    for column, vector in zip(truth.T, vectors, strict=True):
        best, _ = index.best(vector, rows=np.arange(len(index)), limit=50)
        hits += len(set((index.ids[best] - 1).tolist()) & set(np.argsort(-column)[:50].tolist()))
    return hits / (50 * len(texts))


def questions(library: Library, scenery: Scenery) -> Iterator[str]:
    """Texts that nobody asked for before, each with its embedding at hand."""
    texts = library.services.models.active().texts
    for number, vector in enumerate(scenery.texts(3, _QUESTIONS, shown=True)):
        texts._queries[f"q{number}"] = vector
        yield f"q{number}"


def report(library: Library, photos: int, *, rounds: int, scenery: Scenery) -> None:
    """Ask, and print how long it took."""
    asking, fresh = library.services.asking, questions(library, scenery)

    def ask(text: str) -> Weighed:
        weighed = asking.weigh(Question(text))
        weighed.answer()
        return weighed

    def first(what: str, text: str) -> None:
        started = time.perf_counter()
        ask(text)
        print(f"{what:34}{(time.perf_counter() - started) * 1000.0:13.1f} ms", flush=True)

    started = time.perf_counter()
    library.services.searching.index_of(library.services.models.active())
    print(f"{'the file opened':34}{(time.perf_counter() - started) * 1000.0:13.1f} ms   {memory()}")
    first("the first question", next(fresh))
    first("a filter's first use", f"{next(fresh)} tag:rare")
    first("another's, a third of the photos", f"{next(fresh)} tag:common")
    for what, form in (
        ("plain", "{}"),
        ("within one photo in a hundred", "{} tag:rare"),
        ("within a third", "{} tag:common"),
        ("within (a third, two years) - 1 %", "{} tag:common -tag:rare date:2003..2004"),
        ("(a OR b) -c", "({} OR {}) -{}"),
        ("(a OR b) -c within one in 100", "({} OR {}) -{} tag:rare"),
    ):
        asked = (form.format(*itertools.islice(fresh, form.count("{}"))) for _ in itertools.count())
        print(f"{what:36}{timed(lambda asked=asked: ask(next(asked)), rounds)}", flush=True)  # type: ignore[misc]
    kept = next(fresh)
    ask(kept)
    print(f"{'the same question again':36}{timed(lambda: ask(kept), rounds)}")
    print(f"{'and within one photo in a hundred':36}{timed(lambda: ask(f'{kept} tag:rare'), rounds)}")
    print(f"photos listed for a question: {asking.ask(Question(kept)).matches:,}; {memory()}")
    checked = list(itertools.islice(fresh, _CHECKED))
    print(f"recall@50 against brute force: {recall(library, checked, photos, scenery):.3f}")


def main() -> None:
    """Make a library and ask it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--library", type=Path)
    options = parser.parse_args()
    folder = options.library or Path(tempfile.mkdtemp(prefix="keepsight-bench-"))
    scenery = Scenery(options.dimension)
    print(f"{options.photos:,} photos x {options.dimension}, {os.cpu_count()} cores")
    try:
        if not (folder / "library.db").exists():
            started = time.perf_counter()
            with open_library(folder) as library:
                fill(library, options.photos, scenery)
                print(f"library made in {time.perf_counter() - started:.1f} s", flush=True)
                started = time.perf_counter()
                library.services.searching.index_of(library.services.models.active())
                print(f"vector file built in {time.perf_counter() - started:.1f} s", flush=True)
        with open_library(folder) as library:
            report(library, options.photos, rounds=options.rounds, scenery=scenery)
    finally:
        if options.library is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
