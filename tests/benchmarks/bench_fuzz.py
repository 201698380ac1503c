"""Thousands of damaged pictures and videos: what becomes of them. Nothing may crash or hang the program.

python -m tests.benchmarks.bench_fuzz [VARIANTS] [FIRST_SEED]

Each variant is a file of ../shared/nasty, damaged by chance. A process of its own reads some hundred of them one after the
other, as indexing does; when that process dies, the seed of the variant that it died of is printed, and the next goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from desktop_app import imaging
from desktop_app.domain.model import PixelSpec
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.errors import PhotoSkipped
from tests.fixtures.damage import damaged, victims

NASTY = Path(__file__).resolve().parents[3] / "shared" / "nasty"
AT_ONCE = 200
LONGEST_SECONDS = 900


def read_some(first: int, count: int) -> None:
    """Read variants and say of each what became of it, one line of JSON each."""
    imaging.setup()
    files = victims(NASTY)
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(first, first + count):
            source = files[seed % len(files)]
            path = Path(scratch, f"{seed}-{source.name}")
            path.write_bytes(damaged(source.read_bytes(), seed))
            print(json.dumps({"seed": seed, "name": source.name, "begun": True}), flush=True)
            started = time.perf_counter()
            try:
                decode_photo(path, PixelSpec())
                outcome = "read"
            except PhotoSkipped as skipped:
                outcome = skipped.reason
            seconds = time.perf_counter() - started
            print(json.dumps({"seed": seed, "name": source.name, "outcome": outcome, "seconds": seconds}), flush=True)
            path.unlink()


def main() -> int:
    """Read them all; 1 when one crashed or hung the process that read it."""
    variants = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    outcomes: Counter[str] = Counter()
    slowest: list[tuple[float, int, str]] = []
    died: list[tuple[int, str]] = []
    seed, end = first, first + variants
    while seed < end:
        count = min(AT_ONCE, end - seed)
        lines = _read_elsewhere(seed, count)
        done = [line for line in lines if "outcome" in line]
        outcomes.update(line["outcome"] for line in done)
        slowest = sorted([*slowest, *((line["seconds"], line["seed"], line["name"]) for line in done)], reverse=True)[
            :5
        ]
        seed += len(done)
        if len(done) < count:
            died.append((seed, lines[-1]["name"] if lines else "?"))
            seed += 1
    for outcome, number in outcomes.most_common():
        print(f"{number:6}  {outcome}")
    for seconds, seed, name in slowest:
        print(f"{seconds:6.1f} s  seed {seed}  {name}")
    for seed, name in died:
        print(f"DIED OF seed {seed}  {name}")
    return 1 if died else 0


def _read_elsewhere(first: int, count: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-c", f"from tests.benchmarks.bench_fuzz import *; read_some({first}, {count})"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
        said = done.stdout
    except subprocess.TimeoutExpired as hung:
        said = (hung.stdout or b"").decode() if isinstance(hung.stdout, bytes) else hung.stdout or ""
    return [json.loads(line) for line in said.splitlines() if line.startswith("{") and line.endswith("}")]


if __name__ == "__main__":
    sys.exit(main())
