"""Kill Keepsight while it indexes, at random moments, and let it finish:
`python -m tests.e2e.killing PRIMED PHOTOS WORK [KILLS]`.

The heavy imports are made once; each run is a process of its own, forked from this one before any thread exists. Moments
follow what is stored, not the clock, which no machine keeps twice: one kill in three comes at any time of the run, one after a
random number of photos, one inside a transaction after a random number of photos. Prints one JSON line for each kill: the
moment, and what the library looks like after the next run.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.__main__ import main
from desktop_app.ml.torch_setup import import_open_clip
from desktop_app.services import indexing

SEED = 20
KILLS = 21

PHOTOS = 250

BATCH = 8
"""Photos in one transaction, fewer than in real life: thirty boundaries to strike at and between."""

KINDS = ("any time", "after some photos", "in a transaction")

POLL_SECONDS = 0.002


def run(library: Path, photos: Path, *, log: Path) -> int:
    """Fork a process that indexes; return its id."""
    child = os.fork()
    if child:
        return child
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 99
    indexing.BATCH_SIZE = BATCH
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


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run that nobody kills takes, in seconds."""

    whole: float
    batch: float
    """Between one stored batch and the next."""


def undisturbed(primed: Path, photos: Path, work: Path) -> Undisturbed:
    """Let one run end by itself, and measure it."""
    library = Path(shutil.copytree(primed, work / "undisturbed"))
    started = time.monotonic()
    child = run(library, photos, log=work / "undisturbed.log")
    with watching(library) as stored:
        while not stored() and not ended(child):
            time.sleep(POLL_SECONDS)
        first = time.monotonic()
        code = finished(child)
    assert code == 0, (work / "undisturbed.log").read_text()
    over = time.monotonic()
    batches = math.ceil(int(str(state(library)["files"])) / BATCH)
    return Undisturbed(whole=over - started, batch=(over - first) / batches)


@contextmanager
def watching(library: Path) -> Iterator[Callable[[], int]]:
    """A function that says how many files a library holds, which somebody else is writing."""
    connection = sqlite3.connect(f"file:{library / 'library.db'}?mode=ro", uri=True, timeout=30)
    try:
        yield lambda: int(connection.execute("SELECT COUNT(*) FROM files").fetchone()[0])
    finally:
        connection.close()


def ended(child: int) -> bool:
    """Whether a process is over, without taking its exit code."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def stopped(child: int) -> bool:
    """Hold a process where it is. False when it is over."""
    os.kill(child, signal.SIGSTOP)
    answer = os.waitid(os.P_PID, child, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
    return answer is not None and answer.si_code == os.CLD_STOPPED


def writes(library: Path) -> bool:
    """Whether a process, held where it is, is in the middle of a transaction: nobody else can begin one then."""
    connection = sqlite3.connect(library / "library.db", timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return True
    finally:
        connection.close()
    return False


def wait_for_moment(child: int, library: Path, *, kind: str, expected: Undisturbed, chance: random.Random) -> None:
    """Come back at the moment to kill at, the process held where it is then (or over)."""
    if kind == "any time":
        time.sleep(chance.uniform(0.0, 1.05 * expected.whole))
        stopped(child)
        return
    wanted = chance.randrange(PHOTOS)
    with watching(library) as stored:
        while stored() < wanted and not ended(child):
            time.sleep(POLL_SECONDS)
    time.sleep(chance.uniform(0.0, expected.batch))
    while stopped(child) and kind == "in a transaction" and not writes(library):
        os.kill(child, signal.SIGCONT)
        time.sleep(chance.uniform(0.0, POLL_SECONDS))


def kill_once(
    primed: Path, photos: Path, work: Path, *, number: int, expected: Undisturbed, chance: random.Random
) -> dict[str, object]:
    """Index into a fresh library, kill that, index again; return what came of it."""
    library = Path(shutil.copytree(primed, work / str(number)))
    started = time.monotonic()
    child = run(library, photos, log=work / "killed.log")
    kind = KINDS[number % len(KINDS)]
    wait_for_moment(child, library, kind=kind, expected=expected, chance=chance)
    after, in_transaction = time.monotonic() - started, writes(library)
    os.kill(child, signal.SIGKILL)
    code_of_killed = finished(child)
    interrupted = state(library)
    code = finished(run(library, photos, log=work / "finishing.log"))
    report = json.loads((work / "finishing.log").read_text()) if code == 0 else (work / "finishing.log").read_text()
    after_all = state(library)
    shutil.rmtree(library)
    return {
        "kind": kind,
        "after": after,
        "in_transaction": in_transaction,
        "ended": code_of_killed,
        "killed_at": interrupted,
        "code": code,
        "report": report,
        "state": after_all,
    }


def main_loop(primed: Path, photos: Path, work: Path, kills: int = KILLS) -> None:
    """All the kills."""
    import_open_clip()
    expected, chance = undisturbed(primed, photos, work), random.Random(SEED)
    for number in range(kills):
        outcome = kill_once(primed, photos, work, number=number, expected=expected, chance=chance)
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main_loop(*map(Path, sys.argv[1:4]), *map(int, sys.argv[4:]))
