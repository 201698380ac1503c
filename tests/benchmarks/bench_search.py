"""Milliseconds per search over 100,000 photos with synthetic embeddings, beside reading and sorting all rows each time.

python -m tests.benchmarks.bench_search
"""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Query, tags_filter
from desktop_app.store.tag_decisions import add_tag
from tests.benchmarks.table import Line, median_ms, print_table

PHOTOS = 100_000
ROUNDS = 15
LIMIT = 50


def fill(library: Library, count: int, dimension: int) -> None:
    """Rows as the indexer writes them, with random unit vectors."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(count, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    model = library.services.models.active().model_id
    ids = range(1, count + 1)

    def write(session) -> None:  # type: ignore[no-untyped-def]
        connection = session.connection
        connection.execute("INSERT INTO roots (id, path, added_at) VALUES (1, '/nowhere', '2024')")
        connection.executemany(
            "INSERT INTO contents (id, hash, file_format, width, height, byte_size, sort_time, added_at) "
            "VALUES (?, ?, 'JPEG', 4000, 3000, 1, ?, '2024')",
            ((number, f"{number:032x}", f"2024-01-01T{number:09d}") for number in ids),
        )
        connection.executemany(
            "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (1, ?, ?, 1, 1)",
            ((f"{number // 1000}/{number}.jpg", number) for number in ids),
        )
        connection.executemany(
            "INSERT INTO embeddings (model_id, content_id, vector) VALUES (?, ?, ?)",
            ((model, number, vectors[number - 1].astype("<f2").tobytes()) for number in ids),
        )

    library._store.writer.do(write)
    library._store.writer.do(lambda session: add_tag(session, "every third", [PhotoId(n) for n in ids if n % 3 == 0]))


def naive_search(database: Path, query: np.ndarray) -> list[tuple[float, int]]:
    """Every row read, scored and sorted."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT content_id, vector FROM embeddings").fetchall()
    connection.close()
    scored = [(float(np.frombuffer(blob, "<f2").astype(np.float32) @ query), number) for number, blob in rows]
    return sorted(scored, reverse=True)[:LIMIT]


def measure(count: int = PHOTOS) -> list[Line]:
    """All figures of this benchmark."""
    with tempfile.TemporaryDirectory() as name, open_library(Path(name)) as library:
        services = library.services
        model = services.models.active()
        model.tagger.labels()
        query = model.texts.query("a dog on a beach")
        fill(library, count, len(query))
        services.searching._listed = None  # the rows came in by a way that publishes nothing
        started = time.perf_counter()
        services.searching.search(Query(text="a dog on a beach"), limit=LIMIT)
        first = (time.perf_counter() - started) * 1000
        tag = services.browsing.tag_named("every third")
        assert tag is not None
        where = tags_filter(every=(tag.id,))
        numbers = itertools.count()

        def search(**more) -> object:  # type: ignore[no-untyped-def]
            return services.searching.search(Query(text="a dog on a beach", **more), limit=LIMIT)

        def search_for_something_new() -> object:
            return services.searching.search(Query(text=f"dog number {next(numbers)}"), limit=LIMIT)

        naive = median_ms(lambda: naive_search(library._store.paths.database, query), rounds=2)
        return [
            Line("a search", "ms", median_ms(search, rounds=ROUNDS), naive),
            Line("the same for words never asked for before", "ms", median_ms(search_for_something_new, rounds=ROUNDS)),
            Line(
                "within a tag that a third of the photos have",
                "ms",
                median_ms(lambda: search(where=where), rounds=ROUNDS),
            ),
            Line("more like one photo", "ms", median_ms(lambda: search(like=(PhotoId(5),)), rounds=ROUNDS)),
            Line("the first search, which loads the vectors", "ms", first),
            Line("all photos, newest first", "ms", median_ms(services.browsing.photo_ids, rounds=ROUNDS)),
        ]


if __name__ == "__main__":
    print_table(f"Search over {PHOTOS:,} photos", measure())
