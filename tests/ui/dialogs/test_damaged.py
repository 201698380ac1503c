"""What stands in the window's place when the library file is damaged: its backups."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import LibraryDamagedError
from desktop_app.base.paths import LibraryPaths
from desktop_app.ui.dialogs.backups import BackupsDialog
from desktop_app.ui.dialogs.damaged import choose_backup

ERROR = LibraryDamagedError("The library file is damaged.", "Restore it.")


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    """A library with three backups, the last of which is damaged itself."""
    made = LibraryPaths(tmp_path)
    made.backups.mkdir()
    for number in range(3):
        path = made.backups / f"library-2024050{number + 1}-120000.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE files (content_id INTEGER)")
            connection.executemany("INSERT INTO files VALUES (?)", [(photo,) for photo in range(number + 1)])
        connection.close()
    (made.backups / "library-20240503-120000.db").write_bytes(b"no library")
    return made


def act_on(dialogs: list[list[tuple[str, ...]]], row: int, button: str) -> None:
    """Wait for the list to be filled, note what it says, choose a row and click a button."""

    def act() -> None:
        found = [
            each for each in QApplication.topLevelWidgets() if isinstance(each, BackupsDialog) and each.isVisible()
        ]
        if not found or found[0].summary.text().startswith("Looking"):
            QTimer.singleShot(20, act)
            return
        [dialog] = found
        rows = dialog.table.model()
        assert dialog.problem.text() == ERROR.sentence
        dialogs.append(
            [tuple(rows.index(line, column).data() for column in range(3)) for line in range(rows.rowCount())]
        )
        if dialogs[-1]:
            assert dialog.table.currentIndex().row() == 0
            dialog.table.selectRow(row)
        next(each for each in dialog.findChildren(QPushButton) if each.text() == button).click()

    QTimer.singleShot(0, act)


def choice(paths: LibraryPaths) -> Path | None:
    return choose_backup(ERROR, paths, settings_file=paths.folder / "window.ini")


def test_all_backups_are_offered_the_newest_first(qtbot: QtBot, paths: LibraryPaths) -> None:
    said: list[list[tuple[str, ...]]] = []
    act_on(said, 0, "Use this backup")
    assert choice(paths) == paths.backups / "library-20240503-120000.db"
    act_on(said, 2, "Use this backup")
    assert choice(paths) == paths.backups / "library-20240501-120000.db"
    act_on(said, 1, "Quit")
    assert choice(paths) is None
    assert said[0] == said[1] == said[2]
    assert [line[1] for line in said[0]] == ["", "2", "1"]  # of the damaged one nobody knows
    assert ["03 May 2024" in said[0][0][0], said[0][0][2]] == [True, "10 bytes"]


def test_without_a_backup_there_is_nothing_to_offer_but_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    said: list[list[tuple[str, ...]]] = []
    act_on(said, 0, "Quit")
    assert choice(LibraryPaths(tmp_path)) is None
    assert said == [[]]
