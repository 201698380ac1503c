"""How long Keepsight takes at its start to see that nothing changed in a large folder: `python -m tests.benchmarks.bench_reconcile`."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from desktop_app.compose import open_library
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.retagging import keep_tags_current
from desktop_app.services.tag_fitting import fit_if_outgrown
from desktop_app.store.writer import WriteSession
from tests.benchmarks.table import Line, print_table

FILES = 100_000
_IN_FOLDER = 500


def write_files(folder: Path, count: int) -> None:
    """Small files in folders as people have them: what is in them is not looked at."""
    for start in range(0, count, _IN_FOLDER):
        inner = folder / f"{2000 + start // 10_000}" / f"{start // _IN_FOLDER:04d}"
        inner.mkdir(parents=True)
        for number in range(start, min(start + _IN_FOLDER, count)):
            (inner / f"IMG_{number:06d}.jpg").touch()


def remember(session: WriteSession, root_id: int, folder: Path, *, model_id: int, dimension: int) -> None:
    """Rows as indexing would have left them."""
    sql = session.connection
    chance = np.random.default_rng(1)
    for number, path in enumerate(sorted(folder.rglob("*.jpg")), start=1):
        info = path.stat()
        sql.execute(
            "INSERT INTO contents (id, hash, file_format, width, height, byte_size, sort_time, added_at)"
            " VALUES (?, ?, 'JPEG', 4, 3, 0, '2024-01-01T00:00:00', '2024-01-01T00:00:00')",
            [number, f"{number:032x}"],
        )
        sql.execute(
            "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (?, ?, ?, ?, ?)",
            [root_id, path.relative_to(folder).as_posix(), number, info.st_size, info.st_mtime_ns],
        )
        vector = chance.standard_normal(dimension)
        blob = (vector / np.linalg.norm(vector)).astype("<f2").tobytes()
        sql.execute("INSERT INTO embeddings VALUES (?, ?, ?)", [model_id, number, blob])
    sql.execute("DELETE FROM search_stale")


def measure(count: int = FILES) -> list[Line]:
    """Seconds for one look through everything."""
    with tempfile.TemporaryDirectory() as name:
        photos = Path(name, "photos")
        photos.mkdir()
        write_files(photos, count)
        with open_library(Path(name, "library")) as library:
            services = library.services
            root = services.organising.add_folder(photos)
            model = services.models.active()
            remember_all = partial(
                remember,
                root_id=root.root_id,
                folder=photos,
                model_id=model.model_id,
                dimension=model.tagger.bank().shape[1],  # loads the model, which is no part of looking
            )
            store: LibraryStore = services.organising._store
            store.writer.do(remember_all)
            # Tags as a library of this size has them already: giving them takes minutes, and once.
            fit_if_outgrown(store, model)
            keep_tags_current(store, model, touched=())
            seconds = []
            for _ in range(2):
                started = time.perf_counter()
                report = services.indexing.start([root.root_id]).result()
                seconds.append(time.perf_counter() - started)
                assert report.reused == count
            started = time.perf_counter()
            services.watching.start()
            watching = time.perf_counter() - started
    return [
        Line(f"a look through {count:,} unchanged files", "s", min(seconds)),
        Line("the same for the first time", "s", seconds[0]),
        Line("beginning to watch them", "s", watching),
    ]


if __name__ == "__main__":
    print_table("Reconcile", measure())
