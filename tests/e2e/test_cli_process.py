"""The program in a process of its own: nothing but JSON on stdout, Ctrl-C, live folders."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.fixtures.commands import COMMAND, SECONDS, answer_of, environment, keepsight, start_keepsight
from tests.fixtures.libraries import Indexed
from tests.fixtures.photos import write_unique_copies

pytestmark = pytest.mark.timeout(SECONDS + 20)

posix_signals = pytest.mark.skipif(sys.platform == "win32", reason="sends Ctrl-C the Unix way")


def embedded(library: Path) -> int:
    """How many photos are embedded, by a look into the file from outside."""
    connection = sqlite3.connect(f"file:{library / 'library.db'}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT COUNT(*) FROM embeddings").fetchone()[0])
    finally:
        connection.close()


def stop(process: subprocess.Popen[str], signal_number: int = signal.SIGINT) -> tuple[str, str]:
    """Press Ctrl-C and read the rest."""
    process.send_signal(signal_number)
    try:
        return process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def test_index_search_and_status_print_one_json_value_and_nothing_else(
    library_folder: Path, photos: Path, tmp_path: Path
) -> None:
    (photos / os.fsdecode(b"caf\xe9.txt")).write_text("no photo")
    # From another folder, with a relative name.
    done = keepsight("index", "photos/../photos", "--library", library_folder, "--json", cwd=tmp_path)
    report = answer_of(done)
    assert (report["added"], len(report["skipped"]), done.stderr) == (12, 1, "")
    assert report["skipped"][0]["path"] == str(photos / os.fsdecode(b"caf\xe9.txt"))
    done = keepsight("search", "a motorcycle", "--library", library_folder, "--json", "--all", "--limit", 4)
    found = answer_of(done)
    assert {Path(row["path"]).name for row in found["results"]} == {f"photo_{n:02d}.jpg" for n in (4, 5, 10, 11)}
    assert done.stderr == ""
    assert answer_of(keepsight("status", "--library", library_folder, "--json"))["photos"] == 12
    assert "caf" in keepsight("skipped", "--library", library_folder).stdout


def test_failures_and_usage_end_as_a_script_expects(tmp_path: Path) -> None:
    failed = keepsight("index", tmp_path / "nowhere", "--library", tmp_path / "library", "--json")
    assert (failed.returncode, failed.stdout, failed.stderr.count("\n")) == (1, "", 1)
    assert keepsight("search", "--limit", "x").returncode == 2
    version = keepsight("--version")
    assert (version.returncode, version.stderr) == (0, "")


def test_a_closed_pipe_is_no_drama(sample_library: Indexed, tmp_path: Path) -> None:
    library = shutil.copytree(sample_library.library, tmp_path / "library")
    process = start_keepsight("search", "a cat", "--library", library)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    told = process.stderr.read()
    process.stderr.close()
    process.wait(60)
    assert "Traceback" not in told


@posix_signals
def test_ctrl_c_stops_cleanly_and_the_next_run_carries_on(
    library_folder: Path, small_photos: Path, tmp_path: Path
) -> None:
    count = 250
    write_unique_copies(sorted(small_photos.iterdir()), tmp_path / "many", count)
    process = start_keepsight("index", tmp_path / "many", "--library", library_folder, "--json")
    deadline = time.monotonic() + 120
    while embedded(library_folder) == 0:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    out, err = stop(process)
    assert process.returncode == 1
    assert out == ""
    assert "Stopping" in err
    assert "Traceback" not in err
    stored = embedded(library_folder)
    assert 0 < stored < count
    report = answer_of(keepsight("index", tmp_path / "many", "--library", library_folder, "--json"))
    assert (report["embedded"], report["reused"]) == (count - stored, stored)
    assert embedded(library_folder) == count


@posix_signals
def test_watching_takes_up_what_is_copied_in_until_ctrl_c(
    library_folder: Path, photos: Path, small_photos: Path
) -> None:
    late = min(small_photos.iterdir())
    process = start_keepsight("index", photos, "--watch", "--library", library_folder, "--json")
    assert process.stdout is not None
    answers: list[str] = []
    reading = threading.Thread(target=lambda: answers.append(process.stdout.readline()))  # type: ignore[union-attr]
    reading.start()
    reading.join(120)
    assert json.loads(answers[0])["added"] == 12
    with (photos / "late.jpg").open("wb") as stream:
        stream.write(late.read_bytes() + b"late")
    deadline = time.monotonic() + 60
    while embedded(library_folder) < 13:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    out, err = stop(process)
    assert (process.returncode, out) == (0, "")
    assert "Watching for changes" in err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_progress_bar(library_folder: Path, small_photos: Path, tmp_path: Path) -> None:
    import fcntl
    import pty
    import struct
    import termios

    write_unique_copies(sorted(small_photos.iterdir()), tmp_path / "many", 100)
    main_end, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, "index", str(tmp_path / "many"), "--library", str(library_folder)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(main_end, 4096)
        except OSError:
            break  # the other end is closed
        if not piece:
            break
        shown += piece
    os.close(main_end)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "100 new" in out
    assert "indexing" in shown.decode()
    assert "/100" in shown.decode()
    assert "photo/s" in shown.decode()
