"""The main job in a real window, from an empty library to the right photo, by clicks and keys."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.fixtures.libraries import SMALL_PHOTOS, Indexed, id_of
from tests.fixtures.photos import write_small_photos
from tests.fixtures.windows import (
    Windows,
    action,
    choose_file,
    click_button,
    remove_chip,
    settled,
    shown_names,
    type_query,
    wait_for,
)


def test_a_stranger_gets_from_nothing_to_the_right_photo(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    photos: Path,
) -> None:
    window = windows.open(library_folder)
    page = window.page
    assert page.empty.isVisible()
    assert "Nothing leaves this computer" in page.empty.body.text()

    click_button(qtbot, page.empty, "Add a folder of photos")
    choose_file(qtbot, window, photos)
    wait_for(qtbot, lambda: page.grid.photo_count() == SMALL_PHOTOS)
    assert page.grid.isVisible()
    assert page.sidebar.folders.folder_index(photos.name).isValid()

    wait_for(qtbot, lambda: not window.services.indexing.running)
    type_query(qtbot, window, "a cat")
    wait_for(qtbot, lambda: "best first" in page.top_bar.result.text())
    assert shown_names(window)[0] in {"photo_01.jpg", "photo_07.jpg"}, "neither cut of the cat is first"

    qtbot.keyClick(page.top_bar.search, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: page.top_bar.result.text() == f"{SMALL_PHOTOS} photos")


def test_words_are_searched_while_they_are_typed(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    searched: list[str] = []
    window.page.top_bar.search.searched.connect(searched.append)
    qtbot.keyClicks(window.page.top_bar.search, "a cup of coffee", delay=1)
    wait_for(qtbot, lambda: bool(searched) and not window.tasks.busy)
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert searched[-1] == "a cup of coffee"
    assert len(searched) < len("a cup of coffee"), "every letter was searched for"
    assert shown_names(window)[0] in {"photo_02.jpg", "photo_08.jpg"}


def test_similar_photos_are_found_from_a_photo(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    cat = id_of(window.services, copied_library.photos / "photo_01.jpg")
    window.page.grid.select([cat])
    wait_for(qtbot, window.photo_actions.similar.isEnabled)
    action(window, "Find similar photos").trigger()
    wait_for(qtbot, lambda: window.state.terms.like == (cat,) and not window.tasks.busy)
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert shown_names(window)[:2] == ["photo_01.jpg", "photo_07.jpg"], "the other cut of the same cat comes next"
    assert [spec.text for spec in window.page.chips.chips.specs] == ["Similar to photo_01.jpg"]
    remove_chip(qtbot, window, "Similar to photo_01.jpg")
    wait_for(qtbot, lambda: window.page.top_bar.result.text() == f"{SMALL_PHOTOS} photos")


def test_a_picture_file_is_searched_by(qtbot: QtBot, windows: Windows, copied_library: Indexed, tmp_path: Path) -> None:
    window = windows.open(copied_library.library)
    elsewhere = write_small_photos(tmp_path / "elsewhere", 3)[2]
    window.page.top_bar.search.picture_given.emit(elsewhere)
    wait_for(qtbot, lambda: window.state.terms.image == elsewhere and not window.tasks.busy)
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert shown_names(window)[0] == "photo_02.jpg"


def test_the_viewer_opens_and_closes(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    grid = window.page.grid
    first, second = grid.photo_ids()[:2]
    grid.select([first])
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    wait_for(qtbot, window.viewer.isVisible)
    assert not grid.isVisible()
    qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
    wait_for(qtbot, lambda: window.photo_actions.selected == (second,))
    qtbot.keyClick(window.viewer, Qt.Key.Key_Escape)
    wait_for(qtbot, grid.isVisible)
    assert grid.selected_ids() == [second], "the grid goes on where the viewer was left"


def test_a_photo_copied_into_a_watched_folder_appears_by_itself(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    photos: Path,
    tmp_path: Path,
) -> None:
    window = windows.open(library_folder)
    window.add_folder(photos)
    window.services.watching.start()
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    wait_for(qtbot, lambda: "Watching 1 folder" in window.page.sidebar.progress.headline.text())
    window.page.grid.select(window.page.grid.photo_ids()[:2])
    selected = window.page.grid.selected_ids()
    new = write_small_photos(tmp_path / "new", SMALL_PHOTOS + 1)[-1]
    shutil.copyfile(new, photos / "just taken.jpg")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS + 1)
    assert set(window.page.grid.selected_ids()) == set(selected), "the selection survives the refresh"
    settled(qtbot, window)
    assert "just taken.jpg" in shown_names(window)
