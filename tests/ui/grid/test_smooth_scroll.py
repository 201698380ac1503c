"""Wheel steps glide to where they would have jumped; a touchpad is followed at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollBar
from pytestqt.qtbot import QtBot

from desktop_app.ui.grid.smooth_scroll import SmoothScroll

STEP = 100


@pytest.fixture
def bar(qtbot: QtBot) -> QScrollBar:
    made = QScrollBar()
    qtbot.addWidget(made)
    made.setRange(0, 1000)
    return made


def turned(eighths: int, pixels: int = 0) -> QWheelEvent:
    return QWheelEvent(
        QPointF(),
        QPointF(),
        QPoint(0, pixels),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def test_steps_add_up_and_pass_through_the_middle(qtbot: QtBot, bar: QScrollBar) -> None:
    scroll, passed = SmoothScroll(bar, bar), []
    bar.valueChanged.connect(passed.append)
    scroll.wheel(turned(-120), STEP)
    scroll.wheel(turned(-120), STEP)
    assert scroll.goal == 2 * STEP
    assert bar.value() < 2 * STEP
    qtbot.waitUntil(lambda: bar.value() == 2 * STEP)
    assert passed == sorted(passed)
    assert scroll.goal == 2 * STEP


def test_a_touchpad_is_followed_at_once(bar: QScrollBar) -> None:
    SmoothScroll(bar, bar).wheel(turned(-120, pixels=-37), STEP)
    assert bar.value() == 37


def test_goals_stay_within_the_bar(qtbot: QtBot, bar: QScrollBar) -> None:
    scroll = SmoothScroll(bar, bar)
    scroll.wheel(turned(-120 * 50), STEP)
    assert scroll.goal == 1000
    scroll.jump(-5)
    assert (bar.value(), scroll.goal) == (0, 0)


def test_taking_hold_of_the_bar_ends_the_glide(qtbot: QtBot, bar: QScrollBar) -> None:
    scroll = SmoothScroll(bar, bar)
    scroll.glide(500)
    scroll.stop()
    qtbot.wait(30)
    assert bar.value() == 0
