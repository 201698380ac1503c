"""Searches are kept in the sidebar, follow the library, and are renamed, edited, deleted and exported there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from desktop_app.services.exporting import PhotoList
from desktop_app.ui.dialogs.saved_search import SavedSearchDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.sidebar.count_tree import Role
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed
from tests.fixtures.windows import Windows, action, click_row, settled, type_query, wait_for


@pytest.fixture
def window(windows: Windows, copied_library: Indexed) -> MainWindow:
    """A window over the sample library; two photos have the tag "best"."""
    window = windows.open(copied_library.library)
    window.services.tagging.add("best", window.page.grid.photo_ids()[:2])
    return window


def row(window: MainWindow, name: str) -> QModelIndex:
    """The saved search of that name in the sidebar."""
    return window.page.sidebar.saved.index_of(name)


def dialog_of(qtbot: QtBot, window: MainWindow) -> SavedSearchDialog:
    """The dialog that is open."""
    wait_for(qtbot, lambda: isinstance(QApplication.activeModalWidget(), SavedSearchDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SavedSearchDialog)
    return dialog


def save(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Keep the present search under a name."""
    action(window, "Save this search").trigger()
    dialog = dialog_of(qtbot, window)
    dialog.name.setText(name)
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: row(window, name).isValid())


def test_a_search_is_kept_counted_and_opened(qtbot: QtBot, window: MainWindow) -> None:
    saved = window.page.sidebar.saved
    assert not saved.isVisible(), "nothing is kept yet"
    type_query(qtbot, window, "tag:best")
    save(qtbot, window, "Best ones")
    assert saved.isVisible()
    wait_for(qtbot, lambda: row(window, "Best ones").data(Role.COUNT) == 2)
    window.state.clear()
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    click_row(qtbot, saved, row(window, "Best ones"))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    assert window.page.top_bar.search.text() == "tag:best"
    assert saved.selectionModel().isSelected(row(window, "Best ones"))
    window.services.tagging.add("best", window.services.browsing.photo_ids()[:3].tolist())
    wait_for(qtbot, lambda: row(window, "Best ones").data(Role.COUNT) == 3)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 3)


def test_ticked_tags_and_the_folder_are_kept_too(qtbot: QtBot, window: MainWindow) -> None:
    sidebar = window.page.sidebar
    wait_for(qtbot, lambda: sidebar.tags.tag_index("best").isValid())
    click_row(qtbot, sidebar.tags, sidebar.tags.tag_index("best"), alt=True)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS - 2)
    save(qtbot, window, "The others")
    (kept,) = window.services.saved_searches.all()
    assert kept.query == "-tag:best"
    wait_for(qtbot, lambda: row(window, "The others").data(Role.COUNT) == SMALL_PHOTOS - 2)


def test_a_search_is_renamed_and_edited_until_it_is_understood(qtbot: QtBot, window: MainWindow) -> None:
    window.services.saved_searches.save("Best ones", "tag:best")
    window.services.saved_searches.save("Other", "width:>1")
    wait_for(qtbot, lambda: row(window, "Best ones").isValid() and row(window, "Other").isValid())
    tree = window.page.sidebar.saved
    tree.setCurrentIndex(row(window, "Best ones"))
    qtbot.keyClick(tree, Qt.Key.Key_F2)
    dialog = dialog_of(qtbot, window)
    assert (dialog.name.text(), dialog.query.text()) == ("Best ones", "tag:best")
    dialog.name.setText("Other")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, dialog.problem.isVisible)
    assert "already" in dialog.problem.text()
    dialog.name.setText("Finest")
    assert not dialog.problem.isVisible()
    dialog.query.setText("tag:worst")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, dialog.problem.isVisible)
    assert "no tag 'worst'" in dialog.problem.text()
    assert dialog.query.selectedText() == "tag:worst"
    dialog.query.setText("tag:best width:>1")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: row(window, "Finest").isValid())
    assert [(saved.name, saved.query) for saved in window.services.saved_searches.all()] == [
        ("Finest", "tag:best width:>1"),
        ("Other", "width:>1"),
    ]


def test_an_opened_search_is_changed_by_saving_it_and_no_other_is(qtbot: QtBot, window: MainWindow) -> None:
    window.services.saved_searches.save("Best ones", "tag:best")
    wait_for(qtbot, lambda: row(window, "Best ones").isValid())
    click_row(qtbot, window.page.sidebar.saved, row(window, "Best ones"))
    type_query(qtbot, window, "tag:best width:>1")
    action(window, "Save this search").trigger()
    dialog = dialog_of(qtbot, window)
    assert (dialog.windowTitle(), dialog.name.text()) == ("Save the changes to “Best ones”", "Best ones")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: [each.query for each in window.services.saved_searches.all()] == ["tag:best width:>1"])
    window.state.clear()
    type_query(qtbot, window, "width:>2")
    action(window, "Save this search").trigger()
    dialog = dialog_of(qtbot, window)
    assert dialog.windowTitle() == "Save this search"
    dialog.name.setText("best ONES")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, dialog.problem.isVisible)
    assert "already" in dialog.problem.text()
    dialog.reject()


def test_a_deleted_search_is_taken_back(qtbot: QtBot, window: MainWindow) -> None:
    window.services.saved_searches.save("Best ones", "tag:best", sensitivity=0.8)
    wait_for(qtbot, lambda: row(window, "Best ones").isValid())
    tree = window.page.sidebar.saved
    tree.setCurrentIndex(row(window, "Best ones"))
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    wait_for(qtbot, lambda: not tree.isVisible())
    wait_for(qtbot, window.page.banner.isVisible)
    qtbot.mouseClick(window.page.banner.button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: row(window, "Best ones").isValid())
    assert window.services.saved_searches.named("best ones").sensitivity == 0.8


def test_a_search_whose_tag_is_gone_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.services.saved_searches.save("Best ones", "tag:best")
    window.services.saved_searches.save("Wide ones", "width:>1")
    wait_for(qtbot, lambda: row(window, "Best ones").data(Role.COUNT) == 2)
    photos = window.services.browsing.photo_ids().tolist()
    window.services.tagging.remove("best", photos)
    wait_for(qtbot, lambda: row(window, "Best ones").data(Role.COUNT) in {0, None})
    assert row(window, "Wide ones").data(Role.COUNT) == SMALL_PHOTOS


def test_photos_that_arrive_are_counted(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    for name, query in (("By Acme", "camera:acme"), ("Wide ones", "width:>1")):
        window.services.saved_searches.save(name, query)
    tree = window.page.sidebar.saved
    wait_for(qtbot, lambda: [each.count for each in tree.rows] == [None, SMALL_PHOTOS])
    assert "no camera 'acme'" in tree.rows[0].problem
    (tmp_path / "more").mkdir()
    exif = Image.Exif()
    exif[Base.Make] = "Acme"
    Image.new("RGB", (64, 48), (200, 80, 20)).save(tmp_path / "more" / "new.jpg", exif=exif)
    window.services.indexing.start([window.services.organising.add_folder(tmp_path / "more").root_id])
    wait_for(qtbot, lambda: [each.count for each in tree.rows] == [1, SMALL_PHOTOS + 1])
    assert not tree.rows[0].problem


def test_the_list_is_exported_and_the_files_are_copied(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.services.saved_searches.save("Best ones", "tag:best")
    wait_for(qtbot, lambda: row(window, "Best ones").isValid())
    tree = window.page.sidebar.saved
    tree.customContextMenuRequested.emit(tree.visualRect(row(window, "Best ones")).center())
    wait_for(qtbot, lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = {entry.text(): entry for entry in menu.actions()}
    menu.close()
    entries["Export list…"].trigger()
    wait_for(qtbot, lambda: bool(window.findChildren(QFileDialog)))
    dialog = window.findChildren(QFileDialog)[0]
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("best.csv")
    dialog.accept()
    wait_for(qtbot, (tmp_path / "best.csv").exists)
    with (tmp_path / "best.csv").open(newline="", encoding="utf-8") as file:
        listed = [Path(entry["path"]) for entry in csv.DictReader(file)]
    assert len(listed) == 2
    wait_for(qtbot, window.page.banner.isVisible)
    assert "2 photos" in window.page.banner.sentence.text()

    folder = tmp_path / "copies"
    folder.mkdir()
    ids = window.services.browsing.photo_ids()[:2].tolist()
    window.exports.copy_into(folder, lambda: PhotoList("Best ones", ids))
    settled(qtbot, window)
    assert len(list(folder.iterdir())) == 2


def test_an_empty_window_has_no_search_to_keep(qtbot: QtBot, window: MainWindow) -> None:
    action(window, "Save this search").trigger()
    wait_for(qtbot, window.page.banner.isVisible)
    assert window.page.banner.sentence.text() == "There is no search to save."
    assert not window.findChildren(SavedSearchDialog)
