"""Tags of the selection as chips."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.tag import AssignedTag, Tag, TagId, TagSource, TagState, TagUse
from desktop_app.ui.inspector.tag_editor import TagEditor, chips_of_many, chips_of_one
from desktop_app.ui.theme import Theme

ACCEPTED, SUGGESTED = TagState.ACCEPTED, TagState.SUGGESTED


def tag(name: str, source: TagSource = TagSource.ZERO_SHOT, state: TagState = ACCEPTED) -> AssignedTag:
    return AssignedTag(Tag(TagId(hash(name) % 1000), name, "Animals"), source, state, 0.87)


def test_chips_say_who_holds_a_tag_to_be_true() -> None:
    machine, person, guess = chips_of_one([tag("dog"), tag("Rex", TagSource.PERSON), tag("wolf", state=SUGGESTED)])
    assert (machine.kind, machine.hint) == ("accepted", "Recognised in the picture · 87 % sure")
    assert (person.kind, person.hint) == ("accepted", "Added by you")
    assert guess.kind == "suggested"
    assert "Click to keep it" in guess.hint


def test_a_selection_shows_what_is_common_and_what_is_not() -> None:
    uses = [TagUse(tag(name).tag, *counts) for name, counts in {"dog": (3, 0), "snow": (2, 1), "ice": (0, 1)}.items()]
    chips = chips_of_many(uses, 3)
    assert [(chip.key, chip.text, chip.kind) for chip in chips] == [
        ("dog", "✓ dog", "accepted"),
        ("snow", "snow  2", "partial"),
        ("ice", "ice  1", "suggested"),
    ]
    assert "2 of 3 selected photos have it, suggested for 1" in chips[1].hint
    many = chips_of_many([TagUse(tag(str(number)).tag, 1, 0) for number in range(100)], 3)
    assert len(many) == 41
    assert (many[-1].text, many[-1].removable) == ("60 more", False)


def test_a_tag_is_typed_completed_and_added(qtbot: QtBot) -> None:
    editor = TagEditor(Theme.light())
    qtbot.addWidget(editor)
    editor.show()
    editor.offer(["holiday", "mountain", "mountain hut"])
    qtbot.keyClicks(editor.field, "hut")
    completer = editor.field.completer()
    assert completer.completionCount() == 1
    editor.field.setText("  my   dog ")
    with qtbot.waitSignal(editor.added) as added:
        qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert added.args == ["my dog"]
    assert editor.field.text() == ""
    with qtbot.assertNotEmitted(editor.added):
        qtbot.keyClick(editor.field, Qt.Key.Key_Return)
