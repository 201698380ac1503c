"""Read-only connections, one for each thread."""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.reader import Reader
from tests.store.conftest import OpenStore


def test_each_thread_has_a_connection_of_its_own(store: OpenStore) -> None:
    def mine() -> int:
        with store.reader.connection() as connection:
            return id(connection)

    with ThreadPoolExecutor(1) as pool:
        assert mine() == mine() != pool.submit(mine).result()


def test_nothing_can_be_written(store: OpenStore) -> None:
    for sql in ("DELETE FROM roots", "DELETE FROM thumbs.thumbnails", "CREATE TABLE x (y)"):
        with pytest.raises((UserFacingError, sqlite3.Error)):
            store.reader.rows(sql)
    assert store.reader.value("SELECT COUNT(*) FROM roots") == 1


def test_a_closed_reader_says_so_on_every_thread(store: OpenStore) -> None:
    asked, closed = threading.Event(), threading.Event()
    seen: list[BaseException] = []

    def read_twice() -> None:
        store.reader.value("SELECT 1")
        asked.set()
        closed.wait(10)
        try:
            store.reader.value("SELECT 1")
        except BaseException as error:  # noqa: BLE001 - looked at below
            seen.append(error)

    reading = threading.Thread(target=read_twice)
    reading.start()
    asked.wait(10)
    store.reader.close()
    closed.set()
    reading.join(10)
    assert [type(error) for error in seen] == [UserFacingError]
    with pytest.raises(UserFacingError, match="closed"):
        store.reader.rows("SELECT 1")
    store.reader.close()


def test_closing_while_others_read_raises_nothing_but_that_it_is_closed(store: OpenStore) -> None:
    problems: list[BaseException] = []
    reading = threading.Barrier(5)

    def read() -> None:
        reading.wait(10)
        try:
            while True:
                store.reader.rows(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n"
                )
        except UserFacingError:
            pass
        except BaseException as error:  # noqa: BLE001 - looked at below
            problems.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    reading.wait(10)
    store.reader.close()
    for thread in threads:
        thread.join(10)
    assert problems == []


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in Linux's /proc")
def test_a_thread_that_ends_gives_its_connection_back(store: OpenStore) -> None:
    store.reader.value("SELECT 1")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        thread = threading.Thread(target=store.reader.value, args=("SELECT 1",))
        thread.start()
        thread.join()
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3


@pytest.mark.parametrize("name", ["plain", "with space & ?mark#", "per%cent", "ünï", os.fsdecode(b"caf\xe9")])
def test_the_library_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    library, thumbnails = folder / "library.db", folder / "thumbnails.db"
    prepare_library_file(library)
    prepare_thumbnail_file(thumbnails)
    reader = Reader(library=library, thumbnails=thumbnails)
    assert reader.value("SELECT COUNT(*) FROM contents") == 0
    assert reader.value("SELECT COUNT(*) FROM thumbs.thumbnails") == 0
    reader.close()
