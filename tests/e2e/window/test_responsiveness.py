"""The GUI thread stays free, whatever is running."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.ui.main_window import MainWindow
from tests.fixtures.photos import write_unique_copies
from tests.fixtures.windows import (
    Windows,
    wait_for,
)

PHOTOS = 150


def searched(window: MainWindow) -> int:
    """How many photos the shown answer to the search was found among."""
    found = window.answers.found
    return found.result.searched if found is not None and found.terms.text else 0


@pytest.mark.alone
def test_the_window_never_freezes_while_photos_are_read(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    small_photos: Path,
    tmp_path: Path,
) -> None:
    """A timer that should fire every 10 ms fires late by as long as the GUI thread is busy."""
    folder = tmp_path / "many"
    write_unique_copies(sorted(small_photos.glob("*.jpg")), folder, PHOTOS)
    window = windows.open(library_folder)
    gaps: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now

    timer = QTimer(interval=10)
    timer.timeout.connect(beat)
    timer.start()
    window.add_folder(folder)
    wait_for(qtbot, lambda: window.page.grid.photo_count() > 0)
    window.page.top_bar.search.setText("a cat")
    qtbot.keyClick(window.page.top_bar.search, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: not window.services.indexing.running and searched(window) == PHOTOS)
    # The list ends where the cats do.
    wait_for(qtbot, lambda: 0 < window.page.grid.photo_count() < PHOTOS)
    timer.stop()
    gaps.sort()
    print(
        f"heartbeat gaps, ms: median {gaps[len(gaps) // 2]:.0f}, 99 % {gaps[len(gaps) * 99 // 100]:.0f}, longest {gaps[-1]:.0f}"
    )
    # Wide margins: a machine that runs other things at the same time keeps the GUI thread waiting, too.
    assert gaps[len(gaps) // 2] < 60
    assert gaps[-1] < 2000
