"""Looking after a library in the window: folders that moved, missing photos, what is left out, backups, the trash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from desktop_app.compose import open_library
from desktop_app.ui.dialogs.left_out import LeftOutDialog
from desktop_app.ui.main_window import MainWindow
from tests.fixtures.libraries import id_of, index_now
from tests.fixtures.photos import copy_some
from tests.fixtures.windows import Windows, action, choose_file, click_button, has_button, settled, wait_for


@pytest.fixture
def folder(tmp_path: Path, small_photos: Path) -> Path:
    return copy_some(small_photos, tmp_path / "photos", 4)


@pytest.fixture
def window(windows: Windows, tiny_library: Path, tmp_path: Path, folder: Path) -> MainWindow:
    """A window over a library with four photos."""
    library = Path(shutil.copytree(tiny_library, tmp_path / "library"))
    with open_library(library) as opened:
        index_now(opened.services, folder)
    return windows.open(library)


def test_a_folder_that_moved_is_relinked_from_the_sidebar(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    services = window.services
    new = folder.rename(folder.with_name("elsewhere"))
    window.library.refresh_folders()
    wait_for(qtbot, lambda: bool(window.library.roots) and window.library.roots[0].watching == "offline")
    [root] = window.library.roots or ()
    window.page.sidebar.folders.menu_wanted.emit(QPoint(100, 100), root, root.path)
    menu = next(each for each in window.findChildren(QMenu) if each.isVisible())
    entries = {entry.text(): entry for entry in menu.actions()}
    assert not entries["Look for new photos"].isEnabled()
    menu.close()
    entries["Relink “photos”…"].trigger()
    choose_file(qtbot, window, new)
    wait_for(qtbot, lambda: bool(window.library.roots) and window.library.roots[0].path == new)
    wait_for(qtbot, lambda: not services.indexing.running)
    assert services.browsing.status().missing == 0
    assert services.browsing.photo_at(new / "2.jpg") is not None


def test_missing_photos_are_listed_and_taken_off(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    (folder / "1.jpg").unlink()
    action(window, "Missing photos").trigger()
    dialog = window.recovery._dialog
    assert dialog is not None
    click_button(qtbot, dialog, "Look again")
    wait_for(qtbot, lambda: dialog.table.model().rowCount() == 1)
    wait_for(qtbot, lambda: has_button(window, "1 photo is missing"))
    click_button(qtbot, dialog, "Take all off the list")
    wait_for(qtbot, lambda: dialog.summary.text().startswith("No photo is missing"))
    assert window.services.browsing.status().photos == 3


def test_a_photo_goes_to_the_trash_once_it_was_asked(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    photo = id_of(window.services, folder / "3.jpg")
    grid = window.page.grid
    grid.select([photo])
    window.activateWindow()
    grid.setFocus()
    settled(qtbot, window)
    for button in ("Cancel", "Move to the trash"):
        assert (folder / "3.jpg").exists()
        if grid.hasFocus():
            qtbot.keyClick(grid, Qt.Key.Key_Delete)
        else:  # without a window manager no window is active, and no shortcut works
            action(window, "Move to the trash").trigger()
        wait_for(qtbot, lambda: bool(_boxes(window)))
        box = _boxes(window)[0]
        assert "3.jpg" in box.text()
        click_button(qtbot, box, button)
        wait_for(qtbot, lambda: not _boxes(window))
    wait_for(qtbot, lambda: not (folder / "3.jpg").exists())
    wait_for(qtbot, lambda: photo not in grid.photo_ids())


def _boxes(window: MainWindow) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def test_patterns_are_kept_or_said_to_be_wrong(qtbot: QtBot, window: MainWindow) -> None:
    action(window, "Files to leave out").trigger()
    wait_for(qtbot, lambda: bool(window.findChildren(LeftOutDialog)))
    dialog = window.findChildren(LeftOutDialog)[0]
    dialog.patterns.setPlainText("[a")
    click_button(qtbot, dialog, "Save")
    wait_for(qtbot, dialog.problem.isVisible)
    assert "can match nothing" in dialog.problem.text()
    dialog.patterns.setPlainText("0.*")
    dialog.hidden.setChecked(True)
    click_button(qtbot, dialog, "Save")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 3)
    exclusion = window.services.organising.exclusion()
    assert (exclusion.patterns, exclusion.hidden) == (("0.*",), True)


def test_the_library_is_backed_up_when_asked(qtbot: QtBot, window: MainWindow) -> None:
    action(window, "Back up the library").trigger()
    settled(qtbot, window)
    wait_for(qtbot, lambda: window.page.banner.current is not None)
    assert window.page.banner.current is not None
    assert "backed up" in window.page.banner.current.sentence
    [backup] = window.services.backing_up.backups()
    assert backup.path.parent.parent.samefile(window.services.library_folder)
