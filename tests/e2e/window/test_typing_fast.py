"""Searching while the model is slow: one search at a time, and the newest words win."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.question import Question
from desktop_app.domain.weighed import Weighed
from desktop_app.services.asking import Asking
from tests.fixtures.libraries import Indexed
from tests.fixtures.windows import PATIENCE_MS, Windows, settled, wait_for

Weigh = Callable[[Asking, Question], Weighed]


def held_up(weigh: Weigh, asked: list[str], gauge: list[int], until: threading.Event) -> Weigh:
    """The real weighing, but not before it may, counting how many run at once."""
    lock = threading.Lock()

    def late(self: Asking, question: Question) -> Weighed:
        with lock:
            gauge.append(gauge[-1] + 1)
            asked.append(question.text)
        until.wait(PATIENCE_MS / 1000)
        try:
            return weigh(self, question)
        finally:
            with lock:
                gauge.append(gauge[-1] - 1)

    return late


def test_the_newest_words_win_and_thumbnails_are_not_kept_waiting(
    qtbot: QtBot, windows: Windows, copied_library: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows.open(copied_library.library)
    asked: list[str] = []
    gauge = [0]
    all_typed = threading.Event()
    window.state.set_sensitivity(1.0)
    settled(qtbot, window)
    monkeypatch.setattr(Asking, "weigh", held_up(Asking.weigh, asked, gauge, all_typed))
    window.state.set_text("a")
    wait_for(qtbot, lambda: asked == ["a"])
    for text in ("a c", "a ca", "a cat", "a rocket"):
        window.state.set_text(text)
        qtbot.wait(20)
    all_typed.set()
    wait_for(qtbot, lambda: (found := window.answers.found) is not None and found.terms == window.state.terms)
    assert asked == ["a", "a rocket"]
    assert max(gauge) == 1
    assert [spec.text for spec in window.page.chips.chips.specs] == ["a rocket"]
