"""Look-ups that are asked for faster than they come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.ui.refresh import Refresh
from desktop_app.ui.tasks import Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks(threads=2)
    yield made
    made.close()


def test_answers_arrive_however_often_one_asks(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    answers: list[int] = []
    refresh: Refresh[int] = Refresh(tasks, answers.append)

    def first() -> int:
        gate.wait(10)
        return 0

    refresh.request(first)
    for number in range(1, 20):
        refresh.request(partial(int, number))
    gate.set()
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert answers == [0, 19], "the one that ran, then the newest"


def test_a_failure_is_reported_and_the_next_one_runs(qtbot: QtBot, tasks: Tasks) -> None:
    answers: list[int] = []
    refresh: Refresh[int] = Refresh(tasks, answers.append)
    with qtbot.waitSignal(tasks.bug):
        refresh.request(lambda: 1 // 0)
        refresh.request(lambda: 7)
    qtbot.waitUntil(lambda: answers == [7])
