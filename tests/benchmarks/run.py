"""Run the benchmarks and print their figures: `python tests/benchmarks/run.py [NAME]…`; without names, all. Asserts nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

# Run by path, it finds the program and the tests' fixtures beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import bench_indexing, bench_reconcile, bench_search, bench_startup, bench_tags
from tests.benchmarks.table import Line, print_table

BENCHMARKS: dict[str, tuple[str, Callable[[], list[Line]]]] = {
    "indexing": (f"Indexing, {bench_indexing.PHOTOS} photos of 12 megapixels", bench_indexing.measure),
    "search": (f"Search over {bench_search.PHOTOS:,} photos with synthetic embeddings", bench_search.measure),
    "tags": (f"Tags in a library of {bench_tags.PHOTOS:,} photos", bench_tags.measure),
    "startup": ("Start-up", bench_startup.measure),
    "reconcile": (f"A look at {bench_reconcile.FILES:,} unchanged files", bench_reconcile.measure),
}


def main(names: list[str]) -> int:
    """Run those named, or all; return the exit code."""
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        print(
            f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr
        )
        return 2
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for name in names or BENCHMARKS:
        title, measure = BENCHMARKS[name]
        print_table(title, measure())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
