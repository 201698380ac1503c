"""The question that stands in the window's place when the library file is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import LibraryDamagedError
from desktop_app.domain.health import Backup
from desktop_app.ui.dialogs.damaged import agrees_to_restore

ERROR = LibraryDamagedError("The library file is damaged.", "Restore it.")
BACKUP = Backup(Path("/x/library-1.db"), datetime(2024, 5, 1, 12, 0, tzinfo=UTC), 2_000_000)


def answer_with(text: str, said: list[str]) -> None:
    """Click a button of the box that is about to open."""

    def click() -> None:
        box = next(
            each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()
        )
        said.append(box.informativeText())
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(200, click)


@pytest.mark.parametrize(("button", "agrees"), [("Use the backup", True), ("Quit", False)])
def test_the_newest_backup_is_offered(qtbot: QtBot, button: str, agrees: bool) -> None:
    said: list[str] = []
    answer_with(button, said)
    assert agrees_to_restore(ERROR, BACKUP) is agrees
    assert "May 2024" in said[0]
    assert "2.0 MB" in said[0]


def test_without_a_backup_there_is_nothing_to_offer(qtbot: QtBot) -> None:
    said: list[str] = []
    answer_with("Quit", said)
    assert not agrees_to_restore(ERROR, None)
    assert said == ["There is no backup of it. Your photos are not touched by this."]
