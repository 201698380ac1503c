"""The GUI thread stays free, whatever is running."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.compose import open_library
from desktop_app.ui.main_window import MainWindow
from tests.benchmarks.bench_search import fill
from tests.fixtures.photos import write_unique_copies
from tests.fixtures.windows import (
    Windows,
    settled,
    wait_for,
)

PHOTOS = 150
TAGGED = 10_000

_BEAT_MS = 10


def searched(window: MainWindow) -> int:
    """How many photos the shown answer to the search was found among."""
    found = window.answers.found
    return found.result.searched if found is not None and found.terms.text else 0


@contextmanager
def heartbeat() -> Iterator[list[float]]:
    """Milliseconds between beats: a timer that should fire every 10 ms is late by as long as the GUI thread is busy."""
    gaps: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now

    timer = QTimer(interval=_BEAT_MS)
    timer.timeout.connect(beat)
    timer.start()
    yield gaps
    timer.stop()


@pytest.mark.alone
def test_the_window_never_freezes_while_photos_are_read(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    small_photos: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "many"
    write_unique_copies(sorted(small_photos.glob("*.jpg")), folder, PHOTOS)
    window = windows.open(library_folder)
    with heartbeat() as gaps:
        window.add_folder(folder)
        wait_for(qtbot, lambda: window.page.grid.photo_count() > 0)
        window.page.top_bar.search.setText("a cat")
        qtbot.keyClick(window.page.top_bar.search, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: not window.services.indexing.running and searched(window) == PHOTOS)
        # The list ends where the cats do.
        wait_for(qtbot, lambda: 0 < window.page.grid.photo_count() < PHOTOS)
    gaps.sort()
    print(
        f"heartbeat gaps, ms: median {gaps[len(gaps) // 2]:.0f}, 99 % {gaps[len(gaps) * 99 // 100]:.0f}, longest {gaps[-1]:.0f}"
    )
    # Wide margins: a machine that runs other things at the same time keeps the GUI thread waiting, too.
    assert gaps[len(gaps) // 2] < 60
    assert gaps[-1] < 2000


@pytest.mark.alone
def test_ten_thousand_photos_are_tagged_while_the_window_stays_alive(
    qtbot: QtBot, windows: Windows, library_folder: Path
) -> None:
    with open_library(library_folder) as library:
        fill(library, TAGGED, library.services.models.active().tagger.labels().vectors.shape[1])
    window = windows.open(library_folder)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == TAGGED)
    settled(qtbot, window)
    grid = window.page.grid
    grid.select(grid.photo_ids())
    wait_for(qtbot, lambda: window.page.inspector.name.text() == "10,000 photos selected")
    settled(qtbot, window)
    # Were it done on the GUI thread, no beat would come until it is done, however fast or slow the machine is. That would
    # show each time; a machine that stands still for half a second does so once.
    shares = [_longest_gap_while_tagging(qtbot, window, word) for word in ("beach", "harbour", "meadow")]
    assert min(shares) < 1 / 2, shares


def _longest_gap_while_tagging(qtbot: QtBot, window: MainWindow, word: str) -> float:
    """Tag what is selected and take it back; the longest gap between beats, as a share of the time that tagging took."""
    field, history = window.page.inspector.tags.field, window.tag_work.history
    field.setText(word)
    began = time.perf_counter()
    with heartbeat() as gaps:
        qtbot.keyClick(field, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: history.toast.words.text() == f"Done: adding “{word}” to 10,000 photos")
        took = (time.perf_counter() - began) * 1000
        history.undo.trigger()
        wait_for(qtbot, lambda: history.toast.words.text() == f"Undone: adding “{word}” to 10,000 photos")
    print(f"10,000 photos tagged in {took:.0f} ms, {len(gaps)} beats, the longest gap {max(gaps):.0f} ms")
    return max(gaps) / took
