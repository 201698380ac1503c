"""Work runs on the pool, answers come back on the GUI thread, and stale ones do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import wait

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.ui.tasks import Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks(threads=2)
    yield made
    made.close()


def test_work_is_done_elsewhere_and_delivered_here(qtbot: QtBot, tasks: Tasks) -> None:
    threads: list[threading.Thread] = []
    tasks.run(threading.current_thread, lambda worker: threads.extend([worker, threading.current_thread()]))
    qtbot.waitUntil(lambda: bool(threads))
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_they_are_busy_until_every_answer_was_delivered(qtbot: QtBot, tasks: Tasks) -> None:
    answers: list[int] = []
    tasks.run(lambda: 1, answers.append)
    wait(tasks._pending)
    assert tasks.busy, "the work is done, but nobody has heard of it yet"
    qtbot.waitUntil(lambda: not tasks.busy)
    assert answers == [1]


def test_only_the_newest_answer_under_a_key_is_delivered(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    answers: list[object] = []
    tasks.run(lambda: gate.wait(10) and "old", answers.append, key="search")
    tasks.run(lambda: "other", answers.append, key="another key")
    tasks.run(lambda: "new", answers.append, key="search")
    qtbot.waitUntil(lambda: len(answers) == 2)
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    qtbot.wait(50)
    assert set(answers) == {"new", "other"}


def test_what_is_forgotten_before_its_turn_is_not_even_begun(qtbot: QtBot, tasks: Tasks) -> None:
    gate, begun = threading.Event(), []
    for _ in range(2):
        tasks.run(lambda: gate.wait(10), lambda _: None)
    tasks.run(lambda: begun.append(1), lambda _: None, key="preview")
    tasks.forget("preview")
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert not begun


def test_failures_are_sorted_into_errors_and_bugs(qtbot: QtBot, tasks: Tasks, caplog: pytest.LogCaptureFixture) -> None:
    def fail(failure: Exception) -> None:
        raise failure

    with qtbot.waitSignal(tasks.error) as error:
        tasks.run(lambda: fail(UserFacingError("The disk is full.", "Make room.")), lambda _: None)
    assert error.args == ["The disk is full.", "Make room."]
    assert not caplog.records
    with qtbot.waitSignal(tasks.bug) as bug:
        tasks.run(lambda: fail(KeyError("x")), lambda _: None)
    assert bug.args == ["KeyError: 'x'"]
    assert caplog.records[0].exc_info
    with qtbot.assertNotEmitted(tasks.error), qtbot.assertNotEmitted(tasks.bug, wait=80):
        tasks.run(lambda: fail(Cancelled()), lambda _: None)
    own: list[Exception] = []
    tasks.run(lambda: fail(ValueError("mine")), lambda _: None, failed=own.append)
    qtbot.waitUntil(lambda: len(own) == 1)


def test_nothing_is_delivered_after_the_end(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    answers: list[object] = []
    tasks.run(lambda: gate.wait(10), answers.append)
    tasks.retire()
    assert tasks.busy, "the work is under way and cannot be stopped"
    gate.set()
    tasks.close()
    tasks.close()
    tasks.run(lambda: 1, answers.append)
    qtbot.wait(50)
    assert not answers
    assert not tasks.busy
