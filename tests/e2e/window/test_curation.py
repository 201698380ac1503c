"""Stars, hearts, titles, albums and sidecars in the window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from desktop_app.compose import open_library
from desktop_app.domain.photo import Curation, PhotoId
from desktop_app.ui.dialogs.album_picker import AlbumPicker
from desktop_app.ui.dialogs.sidecars import SidecarsDialog
from desktop_app.ui.grid.dragging import photos_as_mime
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.sidebar.count_tree import Role
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed
from tests.fixtures.packets import packet
from tests.fixtures.windows import Windows, action, click_row, settled, wait_for


@pytest.fixture
def own_photos(copied_library: Indexed, tmp_path: Path) -> Iterator[Path]:
    """The library's photos in a folder that may be written to; nothing is embedded for it."""
    folder = Path(shutil.copytree(copied_library.photos, tmp_path / "own"))
    with open_library(copied_library.library) as opened:
        opened.services.recovering.relink(opened.services.browsing.roots()[0].path, folder)
    yield folder
    assert not list(copied_library.photos.glob("*.xmp"))


@pytest.fixture
def window(windows: Windows, copied_library: Indexed, own_photos: Path) -> MainWindow:
    """A window over the sample library, whose photos are the test's own."""
    return windows.open(copied_library.library)


def said(window: MainWindow, photo: PhotoId) -> Curation:
    return window.services.curating.said_of([photo])


def select(qtbot: QtBot, window: MainWindow, *photos: PhotoId) -> None:
    """Select photos, and wait until the inspector says what is known of them."""
    window.page.grid.select(photos)
    window.page.grid.setFocus()
    settled(qtbot, window)


def type_into_dialog(qtbot: QtBot, text: str) -> None:
    """Answer the question that is open."""
    wait_for(qtbot, lambda: isinstance(QApplication.activeModalWidget(), QInputDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue(text)
    dialog.accept()


def drop(window: MainWindow, at: QPoint, photos: list[PhotoId]) -> None:
    """Let go of photos over the albums."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    data = photos_as_mime(photos)
    window.page.sidebar.albums.dropEvent(QDropEvent(QPointF(at), copy, data, left, none))


def albums(window: MainWindow) -> list[tuple[str, int]]:
    return [(album.name, album.photos) for album in window.page.sidebar.albums.albums]


def test_stars_hearts_and_titles(qtbot: QtBot, window: MainWindow) -> None:
    grid, editor = window.page.grid, window.page.inspector.curation
    first, second = grid.photo_ids()[:2]
    select(qtbot, window, first, second)
    assert not editor.title.isVisible(), "several photos have no title in common"
    qtbot.keyClick(grid, Qt.Key.Key_4)
    wait_for(qtbot, lambda: said(window, first).rating == said(window, second).rating == 4)
    wait_for(qtbot, lambda: editor.stars.stars == 4)
    qtbot.mouseClick(editor.stars.buttons[3], Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: said(window, first).rating == said(window, second).rating == 0)
    qtbot.mouseClick(editor.heart, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: said(window, first).favourite and said(window, second).favourite)

    select(qtbot, window, first)
    wait_for(qtbot, editor.title.isVisible)
    qtbot.keyClicks(editor.title, "By the sea")
    qtbot.keyClick(editor.title, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: said(window, first).title == "By the sea")
    qtbot.keyClicks(editor.title, " and not kept")
    qtbot.keyClick(editor.title, Qt.Key.Key_Escape)
    assert editor.title.text() == "By the sea"
    # What is being typed when another photo is chosen belongs to the photo it was typed for.
    editor.description.setFocus()
    qtbot.keyClicks(editor.description, "4 boats")
    grid.select([second])
    wait_for(qtbot, lambda: said(window, first).description == "4 boats")
    settled(qtbot, window)
    assert said(window, second) == Curation(favourite=True)
    assert (editor.title.text(), editor.description.toPlainText()) == ("", "")
    action(window, "Favourite, or no longer").trigger()
    wait_for(qtbot, lambda: not said(window, second).favourite)
    window.tag_work.history.take_back()
    wait_for(qtbot, lambda: said(window, second).favourite and editor.heart.isChecked())


def test_albums_are_made_by_dropping_photos_and_changed_in_the_sidebar(qtbot: QtBot, window: MainWindow) -> None:
    sidebar = window.page.sidebar
    tree = sidebar.albums
    photos = window.page.grid.photo_ids()[:3]
    assert tree.said
    drop(window, QPoint(5, 5), photos[:2])
    type_into_dialog(qtbot, "Summer 2024")
    wait_for(qtbot, lambda: albums(window) == [("Summer 2024", 2)])
    assert not tree.said
    drop(window, tree.visualRect(tree.album_index("Summer 2024")).center(), [photos[2]])
    wait_for(qtbot, lambda: albums(window) == [("Summer 2024", 3)])
    assert tree.album_index("summer 2024").data(Role.COUNT) == 3

    click_row(qtbot, tree, tree.album_index("Summer 2024"))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 3)
    assert window.page.top_bar.search.text() == 'album:"Summer 2024"'
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_F2)
    type_into_dialog(qtbot, "Autumn")
    wait_for(qtbot, lambda: albums(window) == [("Autumn", 3)])
    wait_for(qtbot, lambda: window.page.top_bar.search.text() == "album:Autumn")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 3)

    select(qtbot, window, photos[0])
    chips = window.page.inspector.albums.chips
    wait_for(qtbot, lambda: [spec.text for spec in chips.specs] == ["Autumn"])
    chips.removed.emit("Autumn")
    wait_for(qtbot, lambda: albums(window) == [("Autumn", 2)])
    qtbot.mouseClick(sidebar.add_album, Qt.MouseButton.LeftButton)
    type_into_dialog(qtbot, "Best")
    wait_for(qtbot, lambda: albums(window) == [("Autumn", 2), ("Best", 0)])
    tree.setCurrentIndex(tree.album_index("Autumn"))
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    wait_for(qtbot, lambda: albums(window) == [("Best", 0)])
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    toast = window.tag_work.history.toast
    wait_for(qtbot, lambda: toast.isVisible() and "deleting the album “Autumn”" in toast.words.text())
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: albums(window) == [("Autumn", 2), ("Best", 0)])


def test_photos_are_put_into_an_old_or_a_new_album_by_a_few_letters(qtbot: QtBot, window: MainWindow) -> None:
    photos = window.page.grid.photo_ids()[:3]
    window.services.albums.add("Summer 2024", photos[:1])
    window.services.albums.add("Winter", photos[:1])
    select(qtbot, window, *photos)

    def ask() -> AlbumPicker:
        action(window, "Add to album").trigger()
        wait_for(qtbot, lambda: isinstance(QApplication.activeModalWidget(), AlbumPicker))
        picker = QApplication.activeModalWidget()
        assert isinstance(picker, AlbumPicker)
        return picker

    picker = ask()
    assert picker.windowTitle() == "Add 3 photos to an album"
    assert [choice.detail for choice in picker.list.choices] == ["1 photo", "1 photo"]
    qtbot.keyClicks(picker.field, "sm24")
    assert "adds to “Summer 2024”" in picker.hint.text()
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: albums(window) == [("Summer 2024", 3), ("Winter", 1)])

    picker = ask()
    qtbot.keyClicks(picker.field, "Oma's  birthday")
    assert "makes the album “Oma's birthday”" in picker.hint.text()
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: ("Oma's birthday", 3) in albums(window))


def test_sidecars_are_shown_before_they_are_written(qtbot: QtBot, window: MainWindow, own_photos: Path) -> None:
    grid = window.page.grid
    window.services.curating.rate(grid.photo_ids(), 3)
    ids = {window.services.browsing.path_of(photo): photo for photo in grid.photo_ids()}
    (own_photos / "photo_01.jpg.xmp").write_bytes(packet("")[:200])
    select(qtbot, window, ids[own_photos / "photo_00.jpg"], ids[own_photos / "photo_01.jpg"])
    action(window, "Write tags to sidecar files").trigger()
    wait_for(qtbot, lambda: isinstance(QApplication.activeModalWidget(), SidecarsDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SidecarsDialog)
    wait_for(qtbot, lambda: "would be written" in dialog.summary.text())
    assert dialog.summary.text() == "1 new sidecar would be written. 1 cannot be written."
    model = dialog.table.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    dialog.table.selectRow(names.index("photo_01.jpg.xmp"))
    assert dialog.difference.toPlainText() == "Nothing is written here: its XMP ends too early."
    dialog.table.selectRow(names.index("photo_00.jpg.xmp"))
    wait_for(qtbot, lambda: "+" in dialog.difference.toPlainText())
    assert "<xmp:Rating>3<" in dialog.difference.toPlainText()
    assert not (own_photos / "photo_00.jpg.xmp").exists()
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: (own_photos / "photo_00.jpg.xmp").is_file() and "was written" in dialog.summary.text())
    assert model.rowCount() == 1, "the one that could not be written, and why"
    assert len((own_photos / "photo_01.jpg.xmp").read_bytes()) == 200
    dialog.reject()
