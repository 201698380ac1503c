"""Everything else a person can do in the window: menus, context menus, dialogs, drops, panels, the end."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagSource, TagState
from desktop_app.services.services import Services
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.tagging.quick_tag import QuickTagDialog
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed, id_of
from tests.fixtures.windows import Windows, action, click_row, settled, shown_names, wait_for


@pytest.fixture
def window(windows: Windows, copied_library: Indexed) -> MainWindow:
    """A window over the sample library."""
    return windows.open(copied_library.library)


def popup(qtbot: QtBot) -> QMenu:
    """The context menu that is open."""
    wait_for(qtbot, lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, text: str) -> None:
    """Choose an entry, as a click does."""
    entry = next(each for each in menu.actions() if each.text().replace("&", "").rstrip("…") == text)
    menu.close()
    entry.trigger()


def drop(window: MainWindow, *paths: Path) -> None:
    """Drop files or folders on the middle of the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at, none = QPointF(QPoint(400, 400)), Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))


def suggested_tag(services: Services, photo_ids: list[PhotoId]) -> tuple[PhotoId, str]:
    """A photo, and a tag that the model suggests for it."""
    for photo_id in photo_ids:
        details = services.browsing.details(photo_id)
        for assigned in details.tags if details else ():
            if assigned.state is TagState.SUGGESTED:
                return photo_id, assigned.tag.name
    pytest.skip("the model suggests nothing for these photos")


def test_a_photos_context_menu_acts_on_it(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    path = copied_library.photos / "photo_02.jpg"
    window.page.grid.select([id_of(window.services, path)])
    window.page.grid.context_menu.emit(QPoint(300, 300), window.page.grid.selected_ids())
    choose(popup(qtbot), "Copy path")
    wait_for(qtbot, lambda: QGuiApplication.clipboard().text() == str(path))
    window.page.grid.context_menu.emit(QPoint(300, 300), window.page.grid.selected_ids())
    choose(popup(qtbot), "View full size")
    wait_for(qtbot, window.viewer.isVisible)
    window.viewer.find_similar.emit(id_of(window.services, path))
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert window.page.grid.isVisible()
    assert shown_names(window)[0] == "photo_02.jpg"


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_files_are_opened_and_shown_elsewhere(
    qtbot: QtBot, window: MainWindow, copied_library: Indexed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, log = tmp_path / "bin", tmp_path / "calls"
    programs.mkdir()
    for name in ("xdg-open", "dbus-send", "open"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >> "{log}"\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}/bin{os.pathsep}/usr/bin")
    window.page.grid.select([id_of(window.services, copied_library.photos / "photo_03.jpg")])
    for text in ("Open in another program", "Show in file manager"):
        action(window, text).trigger()
        settled(qtbot, window)
    wait_for(qtbot, window.page.inspector.show_file.isVisible)
    window.page.inspector.show_file.click()
    settled(qtbot, window)
    calls = log.read_text().splitlines()
    assert len(calls) == 3
    assert all("photo_03.jpg" in call for call in calls)


def test_a_tag_is_given_by_the_keyboard_alone(qtbot: QtBot, window: MainWindow) -> None:
    chosen = window.page.grid.photo_ids()[:2]
    window.page.grid.select(chosen)
    action(window, "Add tag").trigger()
    dialog = window.findChildren(QuickTagDialog)[0]
    assert "2 photos" in dialog.windowTitle()
    qtbot.keyClicks(dialog.field, "best of June")
    assert dialog.list.choices[-1].is_new
    qtbot.keyClick(dialog.field, Qt.Key.Key_Down)  # past whatever else these letters find, to the new tag
    while not dialog.list.marked or not dialog.list.marked.is_new:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert not dialog.isVisible(), "Enter on an empty field when done"
    wait_for(qtbot, lambda: window.page.sidebar.tags.tag_index("best of June").isValid())


def test_a_suggested_tag_is_kept_by_a_click(qtbot: QtBot, window: MainWindow) -> None:
    photo_id, name = suggested_tag(window.services, window.page.grid.photo_ids())
    window.page.grid.select([photo_id])
    chips = window.page.inspector.tags.chips
    wait_for(qtbot, lambda: chips.chip(name) is not None)
    chip = chips.chip(name)
    assert chip is not None
    assert chip.spec.kind == "suggested"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: any(spec.key == name and spec.kind == "accepted" for spec in chips.specs))
    details = window.services.browsing.details(photo_id)
    assert details is not None
    assert next(each.source for each in details.tags if each.tag.name == name) is TagSource.PERSON


def test_a_tag_of_some_is_given_to_all_by_a_click(qtbot: QtBot, window: MainWindow) -> None:
    chosen = window.page.grid.photo_ids()[:3]
    window.services.tagging.add("seaside", chosen[:1])
    window.page.grid.select(chosen)
    chips = window.page.inspector.tags.chips
    wait_for(qtbot, lambda: any(spec.key == "seaside" and spec.kind == "partial" for spec in chips.specs))
    chip = chips.chip("seaside")
    assert chip is not None
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: any(spec.key == "seaside" and spec.kind == "accepted" for spec in chips.specs))


def test_a_dropped_folder_is_added_and_a_dropped_picture_searched_by(
    qtbot: QtBot, windows: Windows, library_folder: Path, photos: Path
) -> None:
    window = windows.open(library_folder)
    drop(window, photos)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    wait_for(qtbot, lambda: not window.services.indexing.running)
    drop(window, photos / "photo_01.jpg")
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert shown_names(window)[0] == "photo_01.jpg"


def test_a_pasted_picture_is_searched_by(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(copied_library.photos / "photo_02.jpg")))
    window.page.top_bar.search.setFocus()
    qtbot.keySequence(window.page.top_bar.search, "Ctrl+V")
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert shown_names(window)[0] == "photo_02.jpg"
    assert [spec.text for spec in window.page.chips.chips.specs] == ["Similar to the pasted picture"]


def test_folders_and_tags_have_menus(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    folders, tags = window.page.sidebar.folders, window.page.sidebar.tags
    index = folders.folder_index(copied_library.photos.name)
    folders.customContextMenuRequested.emit(folders.visualRect(index).center())
    entries = [entry.text() for entry in popup(qtbot).actions()]
    assert "Show in file manager" in entries
    choose(popup(qtbot), "Look for new photos")
    settled(qtbot, window)

    window.services.tagging.add("zoo", window.page.grid.photo_ids()[:2])
    wait_for(qtbot, lambda: tags.tag_index("zoo").isValid())
    tags.customContextMenuRequested.emit(tags.visualRect(tags.tag_index("zoo")).center())
    choose(popup(qtbot), "Leave out photos with “zoo”")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS - 2)
    tags.customContextMenuRequested.emit(tags.visualRect(tags.tag_index("zoo")).center())
    choose(popup(qtbot), "Only photos with “zoo”")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    click_row(qtbot, tags, tags.tag_index("zoo"))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)


def test_panels_and_sizes_change_by_the_menu(qtbot: QtBot, window: MainWindow) -> None:
    for text, panel in (
        ("Show or hide the sidebar", window.page.sidebar),
        ("Show or hide the inspector", window.page.inspector),
    ):
        action(window, text).trigger()
        assert not panel.isVisible()
        action(window, text).trigger()
        assert panel.isVisible()
    before = window.page.grid.cell_size()
    action(window, "Larger photos").trigger()
    assert window.page.grid.cell_size() > before
    action(window, "Smaller photos").trigger()
    assert window.page.grid.cell_size() == before


def test_about_and_shortcuts_say_what_there_is(qtbot: QtBot, window: MainWindow) -> None:
    for text, expected in (("About Keepsight", "Version"), ("Keyboard shortcuts", "Find similar photos")):
        action(window, text).trigger()
        wait_for(qtbot, lambda: QApplication.activeModalWidget() is not None)
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        assert any(expected in each.text() for each in dialog.findChildren(QLabel))
        dialog.close()
        wait_for(qtbot, lambda: QApplication.activeModalWidget() is None)


def test_closing_waits_for_what_is_under_way_without_freezing(qtbot: QtBot, window: MainWindow) -> None:
    gate = threading.Event()
    answers: list[bool] = []
    window.tasks.run(lambda: gate.wait(30), answers.append)
    qtbot.wait(50)
    window.close()
    assert window.isVisible()
    assert "finishing" in window.windowTitle()
    gate.set()
    wait_for(qtbot, lambda: not window.isVisible())
    assert not answers
