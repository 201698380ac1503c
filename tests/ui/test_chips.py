"""Chips, the lines they flow in, and the banner above them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.banner import Banner, Notice
from desktop_app.ui.chips import Chip, ChipRow, ChipSpec
from desktop_app.ui.flow_layout import FlowLayout
from desktop_app.ui.theme import Theme


@pytest.fixture
def row(qtbot: QtBot) -> ChipRow:
    made = ChipRow(Theme.light())
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    return made


def test_a_chip_is_removed_by_its_cross_or_by_delete(qtbot: QtBot, row: ChipRow) -> None:
    row.show_chips([ChipSpec("1", "dog"), ChipSpec("2", "cat", removable=False)])
    dog, cat = row.chip("1"), row.chip("2")
    assert dog is not None
    assert cat is not None
    cross = dog.findChild(QToolButton)
    assert cross is not None
    assert "dog" in cross.accessibleName()
    assert cat.findChild(QToolButton) is None
    for act in (
        lambda: qtbot.mouseClick(cross, Qt.MouseButton.LeftButton),
        lambda: qtbot.keyClick(cross, Qt.Key.Key_Delete),
    ):
        with qtbot.waitSignal(row.removed) as removed:
            act()
        assert removed.args == ["1"]
    with qtbot.waitSignal(row.clicked) as clicked:
        qtbot.mouseClick(cat, Qt.MouseButton.LeftButton)
    assert clicked.args == ["2"]


def test_the_same_chips_stay_the_same_widgets(row: ChipRow) -> None:
    row.show_chips([ChipSpec("1", "dog")])
    before = row.chip("1")
    row.show_chips([ChipSpec("1", "dog")])
    assert row.chip("1") is before
    row.show_chips([ChipSpec("1", "dog", "suggested")])
    assert row.chip("1") is not before


def test_chips_are_reached_and_used_by_keys_alone(qtbot: QtBot) -> None:
    form = QWidget()
    qtbot.addWidget(form)
    column = QVBoxLayout(form)
    before, row, after = QLineEdit(), ChipRow(Theme.light()), QLineEdit()
    for part in (before, row, after):
        column.addWidget(part)
    form.show()
    row.show_chips([ChipSpec("1", "dog", "suggested"), ChipSpec("2", "cat"), ChipSpec("3", "cow")])

    def tab() -> object:
        form.focusNextChild()
        focused = form.focusWidget()
        return focused.spec.key if isinstance(focused, Chip) else focused

    before.setFocus()
    assert [tab() for _ in range(4)] == ["1", "2", "3", after]
    dog = row.chip("1")
    assert dog is not None
    assert "suggested" in dog.accessibleName()
    for key, signal in (
        (Qt.Key.Key_Return, row.clicked),
        (Qt.Key.Key_Space, row.clicked),
        (Qt.Key.Key_Delete, row.removed),
    ):
        with qtbot.waitSignal(signal) as told:
            qtbot.keyClick(dog, key)
        assert told.args == ["1"]

    dog.setFocus()
    row.show_chips([ChipSpec("2", "cat"), ChipSpec("3", "cow")])
    assert form.focusWidget() is row.chip("2"), "the next one has the focus of the one that went"
    row.show_chips([])
    assert form.focusWidget() is after


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(widths=st.lists(st.integers(1, 400), max_size=20), room=st.integers(50, 500))
def test_lines_hold_everything_in_order_without_overlap(qtbot: QtBot, widths: list[int], room: int) -> None:
    host = QWidget()
    flow = FlowLayout(host, spacing=6)
    boxes = []
    for width in widths:
        box = QWidget(host)
        box.setFixedSize(width, 20)
        flow.addWidget(box)
        box.show()
        boxes.append(box)
    height = flow.heightForWidth(room)
    flow.setGeometry(QRect(0, 0, room, height))
    placed = [box.geometry() for box in boxes]
    assert all(first.intersected(second).isEmpty() for first in placed for second in placed if first is not second)
    assert placed == sorted(placed, key=lambda box: (box.top(), box.left()))
    assert all(box.bottom() < max(height, 1) for box in placed)
    assert all(box.left() == 0 or box.right() < room for box in placed)
    host.deleteLater()


def test_notices_wait_their_turn(qtbot: QtBot) -> None:
    banner = Banner(Theme.dark())
    qtbot.addWidget(banner)
    done: list[str] = []
    banner.show_notice(Notice("The disk is full.", "Make room."))
    banner.show_notice(Notice("A drive is away.", button="Look again", action=lambda: done.append("looked")))
    banner.show_notice(Notice("The disk is full.", "Make room."))
    assert banner.sentence.text() == "The disk is full."
    qtbot.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
    assert banner.sentence.text() == "A drive is away."
    qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert done == ["looked"]
    assert banner.current is None
