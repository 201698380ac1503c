"""What reaches the GUI thread from others: changes merged, bugs once; and what is remembered between starts."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.services.change_feed import ChangeFeed
from desktop_app.ui.bug_reports import BugReports
from desktop_app.ui.library_feed import INTERVAL_MS, LibraryFeed
from desktop_app.ui.theme import ThemeChoice
from desktop_app.ui.window_memory import DEFAULT_CELL_SIZE, WindowMemory


def test_changes_from_another_thread_arrive_as_one(qtbot: QtBot) -> None:
    source = ChangeFeed()
    feed = LibraryFeed(source)
    got: list[LibraryChanges] = []
    threads: list[threading.Thread] = []
    feed.changed.connect(got.append)
    feed.changed.connect(lambda _: threads.append(threading.current_thread()))

    def write() -> None:
        for number in range(50):
            source.publish(LibraryChanges(added=frozenset({PhotoId(number)})))

    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
    qtbot.waitUntil(lambda: bool(got))
    assert got == [LibraryChanges(added=frozenset(map(PhotoId, range(50))))]
    assert threads == [threading.main_thread()]
    feed.close()
    feed.close()
    source.publish(LibraryChanges(tags_changed=True))
    qtbot.wait(INTERVAL_MS + 50)
    assert len(got) == 1


def test_a_bug_in_a_slot_is_logged_and_told_once(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _exception, _traceback: heard.append(kind))
    bugs, told = BugReports(), []
    bugs.reported.connect(told.append)
    bugs.install()
    for kind in (ValueError, ValueError, KeyboardInterrupt):
        sys.excepthook(kind, kind("x"), None)
    assert told == ["ValueError: x"]
    assert heard == [ValueError, ValueError, KeyboardInterrupt], "whoever listened before hears nothing any more"
    assert len(caplog.records) == 2
    bugs.uninstall()
    sys.excepthook(TypeError, TypeError("y"), None)
    assert told == ["ValueError: x"]


def test_choices_are_remembered(tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    memory = WindowMemory(file)
    assert (memory.theme, memory.cell_size, memory.closed_groups) == (ThemeChoice.SYSTEM, DEFAULT_CELL_SIZE, set())
    memory.theme, memory.cell_size, memory.closed_groups = ThemeChoice.DARK, 240, {"Food", "Animals"}
    memory.write()
    again = WindowMemory(file)
    assert (again.theme, again.cell_size, again.closed_groups) == (ThemeChoice.DARK, 240, {"Food", "Animals"})
    again.closed_groups = {"Food"}
    again.write()
    assert WindowMemory(file).closed_groups == {"Food"}


def test_a_damaged_file_reads_as_nothing_chosen(tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    file.write_text("[view]\ntheme=chartreuse\ncell_size=huge\n")
    memory = WindowMemory(file)
    assert (memory.theme, memory.cell_size) == (ThemeChoice.SYSTEM, DEFAULT_CELL_SIZE)
