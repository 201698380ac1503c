"""The one write thread: order, all or nothing, an orderly end."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
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
