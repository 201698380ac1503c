"""Thousands of files dropped into a watched folder at once: `python -m tests.faults.burst --files 10000`."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.compose import Library, open_library
from desktop_app.domain.progress import IndexReport
from desktop_app.services.indexing import IndexRun
from tests.faults.file_storm import waits
from tests.faults.live_storm import counted_embeddings
from tests.fixtures.photos import write_small_photos, write_unique_copies


@dataclass(frozen=True, slots=True)
class Burst:
    """What a library made of it."""

    missed: int
    """Files that are not in the library."""
    embedded: int
    """Pictures that the model was given."""
    batches: int
    """In how many portions it was given them."""
    runs: int
    """Looks that the watcher asked for."""
    faults: tuple[str, ...]
    dropped_seconds: float
    indexed_seconds: float


@contextmanager
def counted_runs() -> Iterator[list[IndexReport]]:
    """The reports of the indexer's runs within the block."""
    reports: list[IndexReport] = []
    real = IndexRun.run

    def counting(self: IndexRun) -> IndexReport:
        reports.append(real(self))
        return reports[-1]

    IndexRun.run = counting  # type: ignore[method-assign]
    try:
        yield reports
    finally:
        IndexRun.run = real  # type: ignore[method-assign]


def drop(library: Library, folder: Path, sources: list[Path], *, files: int, patience: float) -> Burst:
    """Write so many photos below a folder that a library watches, half of them by moving them in; wait until all are known."""
    services = library.services
    aside = write_unique_copies(sources, folder.parent / "aside", files // 2)
    with counted_embeddings() as counts, counted_runs() as reports:
        started = time.monotonic()
        (folder / "moved").mkdir()
        for path in aside:
            path.rename(folder / "moved" / path.name)
        # Other bytes than the first half's: one more byte at the end of each.
        for path in write_unique_copies(sources, folder / "copied", files - len(aside)):
            with path.open("ab") as stream:
                stream.write(b"!")
        dropped = time.monotonic()
        waits(lambda: services.browsing.status().photos == files, seconds=patience)
        waits(lambda: not services.indexing.running, seconds=patience)
        indexed = time.monotonic()
    known = sum(services.browsing.photo_at(path) is not None for path in folder.rglob("*.jpg"))
    return Burst(
        missed=files - known,
        embedded=sum(counts),
        batches=len(counts),
        runs=len(reports),
        faults=tuple(file.reason for file in services.browsing.skipped()),
        dropped_seconds=dropped - started,
        indexed_seconds=indexed - dropped,
    )


def main() -> int:
    """Drop any number of files; the exit code says whether everything was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--library", type=Path, help="a library to begin with a copy of (default: a new one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        watched = Path(name, "watched")
        watched.mkdir()
        sources = write_small_photos(Path(name, "sources"), 8)
        if options.library:
            shutil.copytree(options.library, Path(name, "library"))
        with open_library(Path(name, "library"), device="cpu") as library:
            library.services.organising.add_folder(watched)
            library.services.watching.start()
            burst = drop(library, watched, sources, files=options.files, patience=3600)
    print(
        f"{options.files:,} files dropped in {burst.dropped_seconds:.1f} s, all known {burst.indexed_seconds:.1f} s later"
    )
    print(f"  {burst.runs} looks, {burst.batches} batches, {burst.embedded:,} pictures given to the model")
    print(f"  {burst.missed} missed, {len(burst.faults)} called unreadable")
    return int(bool(burst.missed or burst.faults or burst.embedded != options.files))


if __name__ == "__main__":
    raise SystemExit(main())
