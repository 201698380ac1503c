"""A full disk, a read-only folder, a damaged file: said in plain words, and nothing that was stored is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.store.connection import connect_for_reading, plain_errors
from desktop_app.store.migrations import prepare_library_file
from desktop_app.store.settings import read_setting, write_setting
from desktop_app.store.writer import Writer, WriteSession
from tests.store.conftest import OpenStore

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Permissions do not bind root: be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_full_disk_is_said_and_harms_nothing(store: OpenStore) -> None:
    store.writer.do(lambda session: write_setting(session, "before", "kept"))

    def fill(session: WriteSession) -> None:
        # SQLite gives the same error for its own limit as for a disk without room.
        pages = session.connection.execute("PRAGMA page_count").fetchone()[0]
        session.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        for number in range(1000):
            write_setting(session, f"key{number}", "x" * 1000)

    with pytest.raises(UserFacingError, match="The disk is full"):
        store.writer.do(fill)
    assert read_setting(store.reader, "before") == "kept"
    assert read_setting(store.reader, "key0") is None
    store.writer.do(lambda session: session.connection.execute("PRAGMA max_page_count = 1000000").fetchone())
    store.writer.do(lambda session: write_setting(session, "after", "room again"))
    assert read_setting(store.reader, "after") == "room again"


# A limit on the size of files is as near as a process comes to a disk that fills up under it.
FILL_UP = """
import resource, signal, sys
from pathlib import Path
from desktop_app.base.errors import UserFacingError
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.settings import write_setting
from desktop_app.store.writer import Writer
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
library, thumbnails = folder / "library.db", folder / "thumbnails.db"
prepare_library_file(library), prepare_thumbnail_file(thumbnails)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
writer = Writer(library=library, thumbnails=thumbnails)
stored = 0
try:
    while True:
        writer.do(lambda session: write_setting(session, f"key{stored}", "x" * 10_000))
        stored += 1
except UserFacingError as error:
    print(error.sentence)
writer.close()
print(stored)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="limits the size of files the Unix way")
def test_a_disk_that_fills_up_keeps_every_transaction_that_was_answered(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL_UP, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    sentence, stored = done.stdout.splitlines()
    assert sentence in {"The disk is full.", "The disk failed to read or write the library."}
    connection = sqlite3.connect(tmp_path / "library.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT COUNT(*) FROM settings WHERE key LIKE 'key%'").fetchone() == (int(stored),)
    assert int(stored) > 0
    connection.close()


def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    for place in (tmp_path, *tmp_path.parents):
        if os.geteuid() == 0 and place.is_relative_to(tmp_path.parent.parent):
            place.chmod(0o755)
    folder.chmod(0o555)
    with without_privileges(), pytest.raises(UserFacingError, match=r"cannot be (opened|written)"):
        prepare_library_file(folder / "library.db")
    folder.chmod(0o755)
    assert list(folder.iterdir()) == []


def test_a_read_only_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    prepare_library_file(path)
    connection = connect_for_reading(path)
    with pytest.raises(UserFacingError, match="cannot be written") as refused, plain_errors():
        connection.execute("DELETE FROM settings")
    connection.close()
    assert refused.value.next_step


def test_a_file_that_is_no_database_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.write_text("my shopping list\n" * 500)
    with pytest.raises(UserFacingError, match="not a Keepsight library"):
        prepare_library_file(path)
    assert path.read_text().startswith("my shopping list")


def test_a_damaged_library_is_said(store: OpenStore) -> None:
    for number in range(40):
        store.add(f"{number}.jpg", f"content {number}")
    store.writer.close()
    store.reader.close()
    with plain_errors(), connect_for_reading(Path(_file_of(store))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
    path = Path(_file_of(store))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    connection = connect_for_reading(path)
    with pytest.raises(UserFacingError, match="damaged"), plain_errors():
        connection.execute("SELECT * FROM contents, files, tags").fetchall()
    connection.close()


def _file_of(store: OpenStore) -> str:
    return str(store.reader._library)


def test_a_library_that_another_program_keeps_locked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, thumbnails = tmp_path / "library.db", tmp_path / "thumbnails.db"
    prepare_library_file(path)
    monkeypatch.setattr("desktop_app.store.connection.BUSY_TIMEOUT_MS", 100)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = Writer(library=path, thumbnails=thumbnails)
    try:
        with pytest.raises(UserFacingError, match="locked"):
            writer.do(lambda session: write_setting(session, "key", "1"))
        other.execute("ROLLBACK")
        writer.do(lambda session: write_setting(session, "key", "2"))
    finally:
        writer.close()
        other.close()


def test_a_bug_is_not_disguised_as_the_machines_fault() -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError), plain_errors():
        connection.execute("SELECT nonsense FROM nowhere")
    connection.close()
