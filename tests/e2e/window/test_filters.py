"""Tags and folders narrow down what is shown, and chips undo that."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.ui.main_window import MainWindow
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed
from tests.fixtures.windows import (
    Windows,
    click_button,
    click_row,
    has_button,
    remove_chip,
    settled,
    wait_for,
)


def test_tags_are_added_filtered_by_and_removed(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    page, tags = window.page, window.page.sidebar.tags
    chosen = page.grid.photo_ids()[:3]
    page.grid.select(chosen)
    wait_for(qtbot, lambda: page.inspector.name.text() == "3 photos selected")

    page.inspector.tags.field.setFocus()
    qtbot.keyClicks(page.inspector.tags.field, "holiday in Rome")
    qtbot.keyClick(page.inspector.tags.field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: tags.tag_index("holiday in Rome").isValid())
    wait_for(qtbot, lambda: page.inspector.tags.chips.chip("holiday in Rome") is not None)

    click_row(qtbot, tags, tags.tag_index("holiday in Rome"))
    wait_for(qtbot, lambda: page.grid.photo_count() == 3)
    assert [spec.text for spec in page.chips.chips.specs] == ["holiday in Rome"]
    assert set(page.grid.photo_ids()) == set(chosen)

    click_row(qtbot, tags, tags.tag_index("holiday in Rome"), alt=True)
    wait_for(qtbot, lambda: page.grid.photo_count() == SMALL_PHOTOS - 3)
    assert [spec.kind for spec in page.chips.chips.specs] == ["exclude"]
    remove_chip(qtbot, window, "not holiday in Rome")
    wait_for(qtbot, lambda: page.grid.photo_count() == SMALL_PHOTOS)
    assert not page.chips.isVisible()

    page.grid.select(chosen[:1])
    wait_for(qtbot, lambda: page.inspector.name.text() != "3 photos selected")
    wait_for(qtbot, lambda: page.inspector.tags.chips.chip("holiday in Rome") is not None)
    chip = page.inspector.tags.chips.chip("holiday in Rome")
    assert chip is not None
    qtbot.mouseClick(chip.findChild(QToolButton), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: page.inspector.tags.chips.chip("holiday in Rome") is None)
    details = window.services.browsing.details(chosen[0])
    assert details is not None
    assert "holiday in Rome" not in {assigned.tag.name for assigned in details.tags}


def test_several_ticked_tags_mean_all_or_any(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    ids = window.page.grid.photo_ids()
    window.services.tagging.add("red", ids[:4])
    window.services.tagging.add("blue", ids[2:8])
    tags = window.page.sidebar.tags
    wait_for(qtbot, lambda: tags.tag_index("red").isValid() and tags.tag_index("blue").isValid())
    for name in ("red", "blue"):
        click_row(qtbot, tags, tags.tag_index(name))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    qtbot.mouseClick(_match_button(window, "Any"), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 8)
    qtbot.mouseClick(_match_button(window, "All"), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    click_button(qtbot, window.page.chips, "Clear all")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)

    window.services.tagging.remove("blue", ids[2:4])
    for name in ("red", "blue"):
        click_row(qtbot, tags, tags.tag_index(name))
    wait_for(qtbot, lambda: has_button(window.page.empty, "Photos with either tag"))
    click_button(qtbot, window.page.empty, "Photos with either tag")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 8)


def _match_button(window: MainWindow, text: str) -> QToolButton:
    return next(each for each in window.page.sidebar.match_buttons.values() if each.text() == text)


def test_a_folder_is_looked_in_alone_and_removed(
    qtbot: QtBot,
    windows: Windows,
    library_folder: Path,
    photos: Path,
) -> None:
    inner = photos / "inner"
    inner.mkdir()
    for name in ("photo_00.jpg", "photo_01.jpg"):
        (photos / name).rename(inner / name)
    window = windows.open(library_folder)
    folders = window.page.sidebar.folders
    window.add_folder(photos)
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    wait_for(qtbot, lambda: folders.folder_index("inner").isValid())
    click_row(qtbot, folders, folders.folder_index("inner"))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    assert [spec.text for spec in window.page.chips.chips.specs] == ["In inner"]
    click_row(qtbot, folders, folders.folder_index("All photos"))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)

    roots = window.library.roots
    assert roots is not None
    wait_for(qtbot, lambda: not window.services.indexing.running)
    window.folders.remove(roots[0])
    click_button(qtbot, window, "Remove folder")
    wait_for(qtbot, window.page.empty.isVisible)
    wait_for(qtbot, lambda: window.page.empty.title.text() == "Find any photo by describing it")
    assert photos.is_dir()


def test_an_empty_answer_says_what_to_do_next(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    ids = window.page.grid.photo_ids()
    window.services.tagging.add("left", ids[:1])
    window.services.tagging.add("right", ids[1:2])
    tags = window.page.sidebar.tags
    wait_for(qtbot, lambda: tags.tag_index("right").isValid())
    click_row(qtbot, tags, tags.tag_index("left"))
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 1)
    settled(qtbot, window)
    click_row(qtbot, tags, tags.tag_index("right"))
    wait_for(qtbot, window.page.empty.isVisible)
    assert window.page.empty.title.text() == "Nothing here matches"
    click_button(qtbot, window.page.empty, "Clear the filters")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
