"""Searching while the model is slow: one search at a time, and the newest words win."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.query import Query, SearchResult
from desktop_app.services.searching import Searching
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed
from tests.fixtures.windows import Windows, wait_for

Search = Callable[..., SearchResult]


def slowed(search: Search, asked: list[str], gauge: list[int]) -> Search:
    """The real search, after a while, counting how many run at once."""
    lock = threading.Lock()

    def slow(self: Searching, query: Query, *, limit: int | None = None) -> SearchResult:
        with lock:
            gauge.append(gauge[-1] + 1)
            asked.append(query.text)
        time.sleep(0.3)
        try:
            return search(self, query, limit=limit)
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
    monkeypatch.setattr(Searching, "search", slowed(Searching.search, asked, gauge))
    for text in ("a", "a c", "a ca", "a cat", "a rocket"):
        window.state.set_text(text)
        qtbot.wait(20)
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert asked == ["a", "a rocket"]
    assert max(gauge) == 1
    assert window.page.grid.photo_count() == SMALL_PHOTOS
