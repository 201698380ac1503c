"""Searching while the model is slow: one search at a time, and the newest words win."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.question import Question
from desktop_app.domain.weighed import Weighed
from desktop_app.services.asking import Asking
from tests.fixtures.libraries import Indexed
from tests.fixtures.windows import Windows, settled, wait_for

Weigh = Callable[[Asking, Question], Weighed]


def slowed(weigh: Weigh, asked: list[str], gauge: list[int]) -> Weigh:
    """The real weighing, after a while, counting how many run at once."""
    lock = threading.Lock()

    def slow(self: Asking, question: Question) -> Weighed:
        with lock:
            gauge.append(gauge[-1] + 1)
            asked.append(question.text)
        time.sleep(0.3)
        try:
            return weigh(self, question)
        finally:
            with lock:
                gauge.append(gauge[-1] - 1)

    return slow


def test_the_newest_words_win_and_thumbnails_are_not_kept_waiting(
    qtbot: QtBot, windows: Windows, copied_library: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows.open(copied_library.library)
    asked: list[str] = []
    gauge = [0]
    monkeypatch.setattr(Asking, "weigh", slowed(Asking.weigh, asked, gauge))
    window.state.set_sensitivity(1.0)
    settled(qtbot, window)
    asked.clear()
    for text in ("a", "a c", "a ca", "a cat", "a rocket"):
        window.state.set_text(text)
        qtbot.wait(20)
    wait_for(qtbot, lambda: (found := window.answers.found) is not None and found.terms == window.state.terms)
    assert asked == ["a", "a rocket"]
    assert max(gauge) == 1
    assert [spec.text for spec in window.page.chips.chips.specs] == ["a rocket"]
