"""Kill Keepsight while it indexes, at random moments, and let it finish:
`python -m tests.e2e.killing PRIMED PHOTOS WORK [KILLS]`.

The heavy imports are made once; each run is a process of its own, forked from this one before any thread exists. Prints one
JSON line for each kill: the moment, and what the library looks like after the next run.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from pathlib import Path

from desktop_app.__main__ import main
from desktop_app.ml.torch_setup import import_open_clip

SEED = 20
KILLS = 20


def run(library: Path, photos: Path, *, log: Path) -> int:
    """Fork a process that indexes; return its id."""
    child = os.fork()
    if child:
        return child
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 99
    try:
        code = main(["index", str(photos), "--library", str(library), "--json", "--device", "cpu"])
    finally:
        os._exit(code)


def finished(child: int) -> int:
    """The exit code of a process, or the negative number of the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(library: Path) -> dict[str, object]:
    """What is in a library that nobody has open."""
    connection = sqlite3.connect(library / "library.db")
    try:

        def value(sql: str) -> object:
            return connection.execute(sql).fetchone()[0]

        return {
            "integrity": value("PRAGMA integrity_check"),
            "foreign_keys": len(connection.execute("PRAGMA foreign_key_check").fetchall()),
            "files": value("SELECT COUNT(*) FROM files"),
            "paths": value("SELECT COUNT(DISTINCT relative_path) FROM files"),
            "contents": value("SELECT COUNT(*) FROM contents"),
            "embeddings": value("SELECT COUNT(*) FROM embeddings"),
            "skipped": value("SELECT COUNT(*) FROM skipped_files"),
            "missing": value("SELECT COUNT(*) FROM files WHERE missing_since IS NOT NULL"),
            "thumbnails": thumbnails(library),
        }
    finally:
        connection.close()


def thumbnails(library: Path) -> int:
    connection = sqlite3.connect(library / "thumbnails.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return int(connection.execute("SELECT COUNT(*) FROM thumbnails").fetchone()[0])
    finally:
        connection.close()


def undisturbed_seconds(primed: Path, photos: Path, work: Path) -> tuple[float, float]:
    """When a run that nobody kills stores its first photos, and when it ends."""
    library = Path(shutil.copytree(primed, work / "undisturbed"))
    started = time.monotonic()
    child = run(library, photos, log=work / "undisturbed.log")
    watching = sqlite3.connect(f"file:{library / 'library.db'}?mode=ro", uri=True, timeout=30)
    while not watching.execute("SELECT EXISTS (SELECT 1 FROM files)").fetchone()[0]:
        time.sleep(0.02)
    stores = time.monotonic() - started
    watching.close()
    code = finished(child)
    assert code == 0, (work / "undisturbed.log").read_text()
    return stores, time.monotonic() - started


def random_moments(count: int, *, stores: float, ends: float) -> list[float]:
    """Seconds after the start: one in three at any time, the others while photos are being stored."""
    moments = random.Random(SEED)
    # The machine is never as quick twice: a little before and a little after count as well.
    return [moments.uniform(0.0 if number % 3 == 0 else 0.9 * stores, 1.05 * ends) for number in range(count)]


def kill_once(primed: Path, photos: Path, work: Path, *, number: int, after: float) -> dict[str, object]:
    """Index into a fresh library, kill that, index again; return what came of it."""
    library = Path(shutil.copytree(primed, work / str(number)))
    child = run(library, photos, log=work / "killed.log")
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    ended = finished(child)
    interrupted = state(library)
    code = finished(run(library, photos, log=work / "finishing.log"))
    report = json.loads((work / "finishing.log").read_text()) if code == 0 else (work / "finishing.log").read_text()
    after_all = state(library)
    shutil.rmtree(library)
    return {
        "after": after,
        "ended": ended,
        "killed_at": interrupted,
        "code": code,
        "report": report,
        "state": after_all,
    }


def main_loop(primed: Path, photos: Path, work: Path, kills: int = KILLS) -> None:
    """All the kills."""
    import_open_clip()
    stores, ends = undisturbed_seconds(primed, photos, work)
    for number, after in enumerate(random_moments(kills, stores=stores, ends=ends)):
        print(json.dumps(kill_once(primed, photos, work, number=number, after=after)), flush=True)


if __name__ == "__main__":
    main_loop(*map(Path, sys.argv[1:4]), *map(int, sys.argv[4:]))
