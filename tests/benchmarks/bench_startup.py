"""Seconds until the program answers or its window is up, beside a program that imports torch and open_clip first.

python -m tests.benchmarks.bench_startup
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.table import Line, median_ms, print_table
from tests.fixtures.commands import COMMAND, environment
from tests.fixtures.photos import write_small_photos, write_unique_copies

PHOTOS = 500
ROUNDS = 3

NAIVE = "from desktop_app.ml.torch_setup import import_open_clip; import_open_clip()"

# Until the real window over an existing library is shown and takes events; what starts behind it is not waited for.
WINDOW = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from desktop_app import compose
from desktop_app.ui import application
real = application.make_application
def make_application(*arguments, **more):
    made = real(*arguments, **more)
    QTimer.singleShot(0, lambda: os._exit(0))
    return made
application.make_application = make_application
compose.run_window(Path(sys.argv[1]))
"""


def run(*words: str) -> None:
    """Run a process to its end; it must succeed."""
    done = subprocess.run(
        words,
        env={"QT_QPA_PLATFORM": "offscreen", **environment()},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)


def command(*words: object) -> float:
    """Median milliseconds of a command."""
    return median_ms(lambda: run(*COMMAND, *map(str, words)), rounds=ROUNDS)


def measure(count: int = PHOTOS) -> list[Line]:
    """All figures of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = write_small_photos(folder / "sources", 12)
        write_unique_copies(sources, folder / "photos", count)
        library = folder / "library"
        started = time.perf_counter()
        run(*COMMAND, "index", str(folder / "photos"), "--library", str(library))
        first = (time.perf_counter() - started) * 1000
        naive = median_ms(lambda: run(sys.executable, "-c", NAIVE), rounds=ROUNDS)
        lines = [
            Line("--version", "ms", command("--version"), naive),
            Line("status", "ms", command("status", "--library", library), naive),
            Line(
                f"index, {count} unchanged files",
                "ms",
                command("index", folder / "photos", "--library", library),
                first,
            ),
            Line("search, the model included", "ms", command("search", "a cat", "--library", library)),
        ]
        if os.environ.get("KEEPSIGHT_NO_WINDOW") is None:
            window = folder / "window"
            shutil.copytree(library, window)
            shown = median_ms(lambda: run(sys.executable, "-c", WINDOW, str(window)), rounds=ROUNDS)
            lines.append(Line(f"window shown, {count} photos", "ms", shown, naive + shown))
        return lines


if __name__ == "__main__":
    print_table("Start-up", measure())
