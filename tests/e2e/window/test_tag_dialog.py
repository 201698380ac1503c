"""Making and changing tags in a real window, with a threshold that shows what it would do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop_app.domain.tag import TagState, TagUse
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.tagging.tag_dialog import TagDialog
from desktop_app.ui.tagging.tag_picker import TagPicker
from tests.fixtures.libraries import Indexed
from tests.fixtures.windows import Windows, settled, wait_for


@pytest.fixture
def window(windows: Windows, copied_library: Indexed) -> MainWindow:
    return windows.open(copied_library.library)


def accepted(window: MainWindow, name: str) -> int:
    """On how many photos the tag is accepted."""
    return next((use.accepted for use in _uses(window) if use.tag.name == name), 0)


def _uses(window: MainWindow) -> list[TagUse]:
    return window.services.browsing.tag_uses(window.services.browsing.photo_ids().tolist())


def is_gone(dialog: TagDialog) -> bool:
    """Closed, and perhaps deleted since."""
    return not isValid(dialog) or not dialog.isVisible()


def open_dialog(window: MainWindow) -> TagDialog:
    return next(each for each in window.findChildren(TagDialog) if each.isVisible())


def test_a_tag_in_own_words_is_made_and_found_in_photos_at_once(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(window.page.sidebar.new_tag, Qt.MouseButton.LeftButton)
    dialog = open_dialog(window)
    assert not dialog.save.isEnabled(), "a tag needs a name"
    qtbot.keyClicks(dialog.name, "Chelsea")
    dialog.aliases.setText("Mieze, our cat")
    dialog.prompts.setPlainText("a photo of a cat\n\na close-up of a tabby cat")
    dialog.colours.choose("#3d7fd9")
    dialog.parent_button.click()
    picker = dialog.findChildren(TagPicker)[0]
    wait_for(qtbot, lambda: bool(picker.choices.definitions))
    wait_for(qtbot, lambda: bool(picker.list.choices))  # something to choose from before a letter is typed
    qtbot.keyClicks(picker.field, "cat")
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    assert dialog.parent_button.text() == "cat"
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: is_gone(dialog))
    made = window.services.tag_editing.definition("mieze")
    assert (made.tag.name, made.tag.colour, made.aliases) == ("Chelsea", "#3d7fd9", ("Mieze", "our cat"))
    assert made.templates == ("a photo of a cat", "a close-up of a tabby cat")
    tree = window.page.sidebar.tags
    wait_for(qtbot, lambda: tree.tag_index("Chelsea").parent() == tree.tag_index("cat"))

    dialog = window.tag_work.dialogs.define(name="CHELSEA")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, dialog.problem.isVisible)
    assert "There is a tag “Chelsea” already." in dialog.problem.text()
    dialog.reject()


def test_a_threshold_shows_what_it_would_do_and_then_does_that(qtbot: QtBot, window: MainWindow) -> None:
    services = window.services
    tag = services.tag_editing.definition("cat").tag
    before = accepted(window, "cat")
    having = sum(use.accepted + use.suggested for use in _uses(window) if use.tag.name == "cat")
    dialog = window.tag_work.dialogs.change(tag)
    wait_for(qtbot, lambda: bool(dialog.threshold.summary.text()))
    assert dialog.threshold.by_rule.isChecked()
    assert dialog.prompts.placeholderText().startswith("a photo of a cat")
    dialog.threshold.by_rule.setChecked(False)
    for percent in (60, 30, 10, 0):  # as a hand moves it
        dialog.threshold.slider.setValue(percent)
    expected = services.tag_editing.preview_threshold(tag.id, 0.0)
    wait_for(qtbot, lambda: f"would tag {expected.accepted} photos" in dialog.threshold.summary.text())
    settled(qtbot, window)
    assert accepted(window, "cat") == before, "a preview changes nothing"
    assert expected.added

    dialog.name.setText("kitty")
    dialog.sensitive.setChecked(True)
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: is_gone(dialog))
    changed = services.tag_editing.definition("kitty").tag
    assert (changed.id, changed.threshold, changed.sensitive, changed.parent_id) == (tag.id, 0.0, True, tag.parent_id)
    assert accepted(window, "kitty") == expected.accepted
    history, touched = window.tag_work.history, max(having, len(expected.added))
    wait_for(qtbot, lambda: history.undo.text() == f"&Undo renaming “cat” to “kitty” ({_photos(touched)})")
    history.undo.trigger()
    wait_for(qtbot, lambda: accepted(window, "cat") == before)
    details = services.browsing.details(expected.added[0])
    assert details is not None
    assert {each.state for each in details.tags if each.tag.name == "cat"} <= {TagState.SUGGESTED}


def _photos(count: int) -> str:
    return f"{count} photo{'' if count == 1 else 's'}"
