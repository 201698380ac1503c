"""Giving tags to photos in a real window, and taking it back."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QModelIndex, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from pytestqt.qtbot import QtBot

from desktop_app.domain.tag import Tag
from desktop_app.domain.tag_choices import Share
from desktop_app.ui.grid.dragging import photos_as_mime
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.sidebar.count_tree import Role
from desktop_app.ui.sidebar.tag_dragging import tag_mime
from desktop_app.ui.sidebar.tags import TagTree
from desktop_app.ui.tagging.quick_tag import QuickTagDialog
from tests.fixtures.libraries import Indexed
from tests.fixtures.windows import Windows, click_button, settled, wait_for


@pytest.fixture
def window(windows: Windows, copied_library: Indexed) -> MainWindow:
    return windows.open(copied_library.library)


def names_of(window: MainWindow, row: int) -> set[str]:
    details = window.services.browsing.details(window.page.grid.photo_ids()[row])
    assert details is not None
    return {each.tag.name for each in details.tags}


def test_edits_are_undone_and_redone_from_the_menu_which_says_what(qtbot: QtBot, window: MainWindow) -> None:
    history = window.tag_work.history
    assert (history.undo.text(), history.undo.isEnabled()) == ("&Undo", False)
    ids = window.page.grid.photo_ids()
    window.page.grid.select(ids[:3])
    wait_for(qtbot, lambda: window.page.inspector.name.text() == "3 photos selected")
    field = window.page.inspector.tags.field
    qtbot.keyClicks(field, "salt & pepper")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: history.undo.text() == "&Undo adding “salt && pepper” to 3 photos")
    assert history.toast.isVisible()
    assert history.toast.words.text() == "Done: adding “salt & pepper” to 3 photos"

    history.undo.trigger()
    wait_for(qtbot, lambda: history.redo.text() == "&Redo adding “salt && pepper” to 3 photos")
    assert not history.undo.isEnabled()
    assert "salt & pepper" not in names_of(window, 0)
    click_button(qtbot, history.toast, "Redo")
    wait_for(qtbot, history.undo.isEnabled)
    assert "salt & pepper" in names_of(window, 0)
    qtbot.keyClick(window.page.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, history.redo.isEnabled)
    assert "salt & pepper" not in names_of(window, 0)


def test_quick_tag_gives_and_takes_with_three_states(qtbot: QtBot, window: MainWindow) -> None:
    ids = window.page.grid.photo_ids()
    window.services.tagging.add("red letter day", ids[:1])
    window.page.grid.select(ids[:2])
    window.photo_actions.add_tag.trigger()
    dialog = window.findChildren(QuickTagDialog)[0]
    wait_for(qtbot, lambda: bool(dialog.list.choices))
    assert _share(dialog, "red letter day") is Share.SOME

    for letters, share in (("rld", Share.ALL), ("red le", Share.NONE)):
        qtbot.keyClicks(dialog.field, letters)
        marked = dialog.list.marked
        assert marked is not None
        assert marked.name == "red letter day"
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
        assert dialog.field.text() == ""
        wait_for(qtbot, partial(_has_share, dialog, "red letter day", share))
    assert "red letter day" not in names_of(window, 0) | names_of(window, 1)
    assert window.services.tag_editing.next_undo() is not None
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_selections_chips_have_three_states(qtbot: QtBot, window: MainWindow) -> None:
    ids = window.page.grid.photo_ids()
    window.services.tagging.add("red", ids[:1])
    window.page.grid.select(ids)
    chips = window.page.inspector.tags.chips
    wait_for(qtbot, lambda: _kind(window, "red") == "partial")
    qtbot.mouseClick(chips.chip("red"), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: _kind(window, "red") == "accepted")
    assert "✓ red" in [spec.text for spec in chips.specs]


def _kind(window: MainWindow, name: str) -> str:
    chip = window.page.inspector.tags.chips.chip(name)
    return chip.spec.kind if chip else ""


def _has_share(dialog: QuickTagDialog, name: str, share: Share) -> bool:
    return _share(dialog, name) is share


def _share(dialog: QuickTagDialog, name: str) -> Share | None:
    return next((choice.share for choice in dialog.list.choices if choice.name == name), None)


def test_tags_are_moved_by_dragging_and_the_tree_says_where_they_may_go(qtbot: QtBot, window: MainWindow) -> None:
    services, tree = window.services, window.page.sidebar.tags
    for name in ("Trips", "Rome"):
        services.tagging.add(name, window.page.grid.photo_ids()[:2])
    wait_for(qtbot, lambda: tree.tag_index("Trips").isValid() and tree.tag_index("Rome").isValid())
    window.state.toggle_tag(services.tag_editing.definition("Rome").tag)
    rome, trips = (services.tag_editing.definition(name).tag for name in ("Rome", "Trips"))
    assert not tree.can_drop(rome.id, rome)
    assert not tree.can_drop(rome.id, "My tags"), "it is there already"

    drop(tree, rome, tree.tag_index("Trips"))
    wait_for(qtbot, lambda: tree.tag_index("Rome").parent() == tree.tag_index("Trips"))
    assert not tree.can_drop(trips.id, services.tag_editing.definition("Rome").tag), "a tag cannot stand below itself"
    toast = window.tag_work.history.toast
    wait_for(qtbot, lambda: toast.words.text() == "Done: moving “Rome” under “Trips” (2 photos)")
    animal = services.tag_editing.definition("animal").tag
    services.tag_editing.move(trips.id, animal.id)
    wait_for(qtbot, lambda: tree.tag_index("Trips").parent() == tree.tag_index("animal"))
    wait_for(qtbot, lambda: [tag.group for tag in window.state.terms.ticked] == ["Animals"])
    drop(
        tree, trips, tree.group_index("My tags") if tree.group_index("My tags").isValid() else tree.model().index(0, 0)
    )
    wait_for(qtbot, lambda: not tree.tag_index("Trips").parent().parent().isValid())


def test_a_tag_is_merged_renamed_and_deleted_and_filters_follow(qtbot: QtBot, window: MainWindow) -> None:
    services, tree, shaping = window.services, window.page.sidebar.tags, window.tag_work.shaping
    ids = window.page.grid.photo_ids()
    services.tagging.add("Roma", ids[:2])
    services.tagging.add("Rome", ids[2:3])
    wait_for(qtbot, lambda: tree.tag_index("Rome").isValid())
    roma = services.tag_editing.definition("Roma").tag
    picker = shaping.ask_merge(roma)
    wait_for(qtbot, lambda: bool(picker.choices.definitions))
    assert (picker.list.marked, picker.merge.isEnabled()) == (None, False), "nothing is merged by a slip"
    assert "Enter takes" not in picker.hint.text()
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    assert picker.isVisible()
    qtbot.keyClicks(picker.field, "rom")
    assert next(choice.name for choice in picker.list.choices) == "Rome"
    assert picker.hint.text() == "Enter takes “Rome”"
    expected = "“Roma” is on 2 photos, “Rome” on 1 photo: “Rome” will be on 3 photos. “Roma” will lead to “Rome”."
    wait_for(qtbot, lambda: picker.preview.text() == f"{expected} It can be undone.")
    assert services.tag_editing.definition("Roma").tag.name == "Roma", "looking changes nothing"
    qtbot.keyClicks(picker.field, "zzz")
    assert (picker.preview.text(), picker.hint.text()) == ("", "No tag answers to this.")
    picker.field.setText("rom")
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: tree.tag_index("Rome").data(Role.COUNT) == 3)
    assert services.tag_editing.definition("Roma").tag.name == "Rome", "its name leads there from now on"

    rome = services.tag_editing.definition("Rome").tag
    window.state.toggle_tag(rome)
    services.tag_editing.rename(rome.id, "Eternal city")
    wait_for(qtbot, lambda: [tag.name for tag in window.state.terms.ticked] == ["Eternal city"])
    tree.setCurrentIndex(tree.tag_index("Eternal city"))
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    wait_for(qtbot, lambda: not window.state.terms.ticked and not tree.tag_index("Eternal city").isValid())
    for _ in range(3):
        window.tag_work.history.undo.trigger()
        settled(qtbot, window)
    wait_for(qtbot, lambda: tree.tag_index("Roma").isValid() and tree.tag_index("Rome").isValid())


def drop(tree: TagTree, tag: Tag, onto: QModelIndex) -> None:
    """Drop a tag on a row, as the end of a drag does."""
    tree.scrollTo(onto)
    at = QPointF(tree.visualRect(onto).center())
    data = tag_mime(tag)
    move, buttons, keys = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    tree.dragEnterEvent(QDragEnterEvent(at.toPoint(), move, data, buttons, keys))
    over = QDragMoveEvent(at.toPoint(), move, data, buttons, keys)
    tree.dragMoveEvent(over)
    assert over.isAccepted()
    tree.viewport().grab()  # with the row marked
    tree.dropEvent(QDropEvent(at, move, data, buttons, keys))


def test_photos_dropped_on_a_tag_get_it(qtbot: QtBot, window: MainWindow) -> None:
    tree, ids = window.page.sidebar.tags, window.page.grid.photo_ids()
    window.services.tagging.add("Rome", ids[:1])
    wait_for(qtbot, lambda: tree.tag_index("Rome").isValid())
    at = QPointF(tree.visualRect(tree.tag_index("Rome")).center())
    data = photos_as_mime(ids[:3])
    copy, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    heading = QPointF(tree.visualRect(tree.model().index(0, 0)).center())
    nowhere = QDragMoveEvent(heading.toPoint(), copy, data, buttons, keys)
    tree.dragMoveEvent(nowhere)
    assert not nowhere.isAccepted(), "a group is no tag"
    tree.dropEvent(QDropEvent(at, copy, data, buttons, keys))
    toast = window.tag_work.history.toast
    wait_for(qtbot, lambda: toast.words.text() == "Done: adding “Rome” to 2 photos")
