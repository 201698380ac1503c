"""The one write thread: order, all or nothing, an orderly end."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from desktop_app.base.errors import UserFacingError
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.reader import Reader
from desktop_app.store.search_texts import refresh_texts
from desktop_app.store.settings import read_setting, write_setting
from desktop_app.store.writer import Lane, Writer, WriteSession
from tests.store.conftest import OpenStore


def test_a_persons_tasks_go_ahead_of_the_indexers(store: OpenStore) -> None:
    started, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def occupy(_: WriteSession) -> None:
        started.set()
        go_on.wait(10)

    store.writer.submit(occupy)
    started.wait(10)
    answers = [store.writer.submit(lambda _: order.append("batch 1"), lane=Lane.INDEXER)]
    answers.append(store.writer.submit(lambda _: order.append("batch 2"), lane=Lane.INDEXER))
    answers.append(store.writer.submit(lambda _: order.append("tag 1")))
    answers.append(store.writer.submit(lambda _: order.append("tag 2")))
    go_on.set()
    for answer in answers:
        answer.result(10)
    assert order == ["tag 1", "tag 2", "batch 1", "batch 2"]


def test_a_failing_task_changes_nothing_in_either_file(store: OpenStore) -> None:
    def fail(session: WriteSession) -> None:
        write_setting(session, "key", "half done")
        session.thumbnails.execute("INSERT INTO thumbnails (hash, jpeg) VALUES ('x', x'00')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.writer.do(fail)
    assert read_setting(store.reader, "key") is None
    assert store.reader.value("SELECT COUNT(*) FROM thumbs.thumbnails") == 0
    store.writer.do(lambda session: write_setting(session, "key", "done"))
    assert read_setting(store.reader, "key") == "done"


def test_a_task_that_was_cancelled_while_it_waited_is_not_run(store: OpenStore) -> None:
    go_on = threading.Event()
    store.writer.submit(lambda _: go_on.wait(10))
    cancelled = store.writer.submit(lambda session: write_setting(session, "key", "never"))
    assert cancelled.cancel()
    go_on.set()
    store.writer.do(lambda _: None)
    assert read_setting(store.reader, "key") is None


def test_closing_finishes_what_is_queued_and_takes_nothing_more(store: OpenStore) -> None:
    answers = [
        store.writer.submit(lambda session, n=n: write_setting(session, f"key{n}", "done"), lane=Lane.INDEXER)  # type: ignore[misc]
        for n in range(40)
    ]
    store.writer.close()
    assert all(answer.done() for answer in answers)
    assert store.reader.value("SELECT COUNT(*) FROM settings WHERE value = 'done'") == 40
    for lane in (Lane.PERSON, Lane.INDEXER):
        with pytest.raises(UserFacingError, match="being closed"):
            store.writer.submit(lambda _: None, lane=lane)
    store.writer.close()


def test_the_indexer_waits_when_the_queue_is_full_and_a_person_does_not(store: OpenStore) -> None:
    started, go_on, queued = threading.Event(), threading.Event(), threading.Event()

    def occupy(_: WriteSession) -> None:
        started.set()
        go_on.wait(30)

    store.writer.submit(occupy)
    started.wait(10)

    def flood() -> None:
        for _ in range(200):
            store.writer.submit(lambda _: None, lane=Lane.INDEXER)
        queued.set()

    flooding = threading.Thread(target=flood)
    flooding.start()
    assert not queued.wait(0.2)
    persons = store.writer.submit(lambda _: "tagged")
    go_on.set()
    assert persons.result(10) == "tagged"
    flooding.join(30)
    assert queued.is_set()


def test_a_file_that_cannot_be_opened_fails_its_task_and_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "not yet"
    writer = Writer(library=folder / "library.db", thumbnails=folder / "thumbnails.db")
    try:
        with pytest.raises(UserFacingError, match="cannot be opened"):
            writer.do(lambda _: None)
        folder.mkdir()
        assert writer.do(lambda _: 3) == 3
    finally:
        writer.close()


def test_foreign_keys_are_enforced(store: OpenStore) -> None:
    def break_one(session: WriteSession) -> None:
        session.connection.execute(
            "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (?, 'a', 999, 1, 1)",
            [store.root],
        )

    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.writer.do(break_one)


MANY = 5_000


def add_titled(session: WriteSession) -> None:
    """Thousands of photos in one transaction, with something to find them by."""
    session.connection.executemany(
        "INSERT INTO contents (hash, file_format, width, height, byte_size, title, sort_time, added_at)"
        " VALUES (?, 'JPEG', 4, 3, 0, 'harbour', '2024', '2024')",
        ((f"{number:032x}",) for number in range(MANY)),
    )


def in_index(reader: Reader) -> int:
    """Photos that are found by that word."""
    return int(reader.value("SELECT COUNT(*) FROM search_fts WHERE search_fts MATCH 'harbour'"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A library's two files."""
    files = {"library": tmp_path / "library.db", "thumbnails": tmp_path / "thumbnails.db"}
    prepare_library_file(files["library"])
    prepare_thumbnail_file(files["thumbnails"])
    return files


def test_the_text_index_follows_a_change_of_thousands_of_photos_in_steps(files: dict[str, Path]) -> None:
    followed, busy, go_on = threading.Event(), threading.Event(), threading.Event()
    writer, reader = Writer(**files, texts_followed=followed.set), Reader(**files)

    def occupy(_: WriteSession) -> None:
        busy.set()
        go_on.wait(30)

    try:
        added = writer.submit(add_titled)
        writer.submit(occupy)
        added.result(30)
        assert busy.wait(30)
        assert 0 < in_index(reader) < MANY
        assert not followed.is_set()
        go_on.set()
        assert followed.wait(30)
        assert in_index(reader) == MANY
        followed.clear()
        writer.do(lambda session: write_setting(session, "key", "nothing to follow"))
        assert not followed.is_set()
    finally:
        go_on.set()
        writer.close()
        reader.close()


def test_closing_finishes_the_text_index(files: dict[str, Path]) -> None:
    writer, reader = Writer(**files), Reader(**files)
    try:
        writer.do(add_titled)
        writer.close()
        assert in_index(reader) == MANY
    finally:
        writer.close()
        reader.close()


def test_texts_that_a_crash_left_behind_are_followed_after_the_next_write(files: dict[str, Path]) -> None:
    followed = threading.Event()
    connection = sqlite3.connect(files["library"])
    with connection:
        add_titled(WriteSession(Database(connection), connection))
    connection.close()
    writer, reader = Writer(**files, texts_followed=followed.set), Reader(**files)
    try:
        assert in_index(reader) == 0
        writer.do(lambda session: write_setting(session, "key", "anything"))
        assert followed.wait(30)
        assert in_index(reader) == MANY
    finally:
        writer.close()
        reader.close()


def test_an_index_that_cannot_follow_holds_up_no_writer(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed, followed = threading.Event(), threading.Event()
    writer, reader = Writer(**files, texts_followed=followed.set), Reader(**files)

    def refresh(connection: sqlite3.Connection, *, at_most: int) -> bool:
        if connection.execute("SELECT COUNT(*) FROM search_texts").fetchone()[0] > 0:
            failed.set()
            raise UserFacingError("The disk is full.", "Free some space and try again.")
        return refresh_texts(connection, at_most=at_most)

    try:
        with monkeypatch.context() as patched:
            patched.setattr("desktop_app.store.writer.refresh_texts", refresh)
            writer.do(add_titled)
            assert failed.wait(30)
            with pytest.raises(UserFacingError, match="full"):
                writer.do(lambda session: write_setting(session, "key", "while it is full"))
        assert "stays behind the library" in caplog.text
        writer.do(lambda session: write_setting(session, "key", "after"))
        assert followed.wait(30)
        assert in_index(reader) == MANY
    finally:
        writer.close()
        reader.close()
