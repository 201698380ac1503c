"""What the window tells the person: themes, notices, skipped files, models, progress."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.progress import IndexPhase
from desktop_app.ui.dialogs.skipped import SkippedDialog
from desktop_app.ui.empty_states import BUILT_IN_MODEL_LINE
from desktop_app.ui.theme import Theme, ThemeChoice
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed
from tests.fixtures.photos import write_unique_copies
from tests.fixtures.windows import (
    Windows,
    click_button,
    settled,
    wait_for,
)


def test_the_theme_changes_at_once_and_is_remembered(
    qtbot: QtBot,
    windows: Windows,
    copied_library: Indexed,
) -> None:
    window = windows.open(copied_library.library, theme="system")
    window.menus.themes[ThemeChoice.DARK].trigger()
    assert window.themes.current == Theme.dark()
    QApplication.processEvents()
    corner = window.grab().toImage().pixelColor(QPoint(3, window.height() - 3))
    assert corner.lightness() < 80
    windows.close_all()
    again = windows.open(copied_library.library, theme="system")
    assert again.themes.current == Theme.dark()


def test_what_the_person_should_know_is_told_once_and_goes_away(
    qtbot: QtBot,
    windows: Windows,
    copied_library: Indexed,
    tmp_path: Path,
) -> None:
    window = windows.open(copied_library.library)
    for _ in range(2):
        window.add_folder(tmp_path / "there is no such folder")
    wait_for(qtbot, window.page.banner.isVisible)
    settled(qtbot, window)
    assert "no folder" in window.page.banner.sentence.text()
    qtbot.mouseClick(window.page.banner.close_button, Qt.MouseButton.LeftButton)
    assert not window.page.banner.isVisible(), "the same notice was queued twice"


def test_a_bug_is_reported_once_and_the_window_goes_on(
    qtbot: QtBot,
    windows: Windows,
    copied_library: Indexed,
    caplog: pytest.LogCaptureFixture,
) -> None:
    window = windows.open(copied_library.library)

    def broken() -> None:
        raise ZeroDivisionError("a bug for this test")

    for _ in range(3):
        window.tasks.run(broken, lambda _none: None)
    wait_for(qtbot, window.page.banner.isVisible)
    settled(qtbot, window)
    assert "a bug for this test" in window.page.banner.next_step.text()
    assert any(record.exc_info for record in caplog.records), "the log has no traceback"
    qtbot.mouseClick(window.page.banner.close_button, Qt.MouseButton.LeftButton)
    assert not window.page.banner.isVisible()
    window.tasks.report(UserFacingError("The disk is full.", "Make room."))
    assert window.page.banner.sentence.text() == "The disk is full."


def test_the_model_page_says_what_is_in_use(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    dialog = window.dialogs.show_models()

    def texts() -> list[str]:
        return [each.text() for each in dialog.findChildren(QLabel) if each.isVisible()]

    wait_for(qtbot, lambda: BUILT_IN_MODEL_LINE in texts())
    assert texts().count("In use") == 1
    dialog.accept()


def test_indexing_is_paused_and_resumed_from_the_panel(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    small_photos: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "many"
    write_unique_copies(sorted(small_photos.glob("*.jpg")), folder, 200)
    window = windows.open(library_folder)
    panel = window.page.sidebar.progress
    window.add_folder(folder)
    wait_for(qtbot, lambda: window.services.indexing.progress.phase is IndexPhase.INDEXING and panel.pause.isVisible())
    qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: panel.headline.text() == "Paused")
    qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 200)


@pytest.mark.skipif(os.name == "nt", reason="permissions work otherwise there")
def test_skipped_files_are_listed_with_their_reason(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    photos: Path,
) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture at all")
    window = windows.open(library_folder)
    window.add_folder(photos)
    panel = window.page.sidebar.progress
    wait_for(qtbot, panel.skipped.isVisible)
    assert panel.skipped.text() == "1 file could not be read"
    qtbot.mouseClick(panel.skipped, Qt.MouseButton.LeftButton)
    dialog = window.findChildren(SkippedDialog)[0]
    wait_for(qtbot, lambda: dialog.table.model().rowCount() == 1)
    assert dialog.table.model().index(0, 0).data() == "broken.jpg"
    assert dialog.table.model().index(0, 1).data()
    # Mended where nobody is told of it: the person asks for another try.
    window.services.watching.stop()
    (photos / "broken.jpg").write_bytes((photos / "photo_00.jpg").read_bytes() + b"another one")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    click_button(qtbot, dialog, "Try again")
    wait_for(qtbot, lambda: dialog.table.model().rowCount() == 0)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS + 1)
    dialog.accept()
