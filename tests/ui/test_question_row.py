"""Chips and controls: what is shown for which answer, and what they ask for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.language.chips import chips
from desktop_app.domain.language.parser import parse
from desktop_app.domain.photo import PhotoId
from desktop_app.ui.question_row import QuestionRow
from desktop_app.ui.search_controls import Offered, SearchControls
from desktop_app.ui.search_state import SearchState, Showing
from desktop_app.ui.theme import Theme
from tests.fixtures.windows import click_button


@pytest.fixture
def row(qtbot: QtBot) -> QuestionRow:
    """A shown row, wide enough for everything side by side."""
    made = QuestionRow(SearchState(), Theme.light())
    qtbot.addWidget(made)
    made.resize(1280, 40)
    made.show()
    return made


def understood(row: QuestionRow, text: str) -> None:
    """Ask, and have it understood."""
    row.chips._state.set_text(text)
    row.chips.show_understood(chips(parse(text)), text)


def test_it_is_there_only_while_something_is_asked(row: QuestionRow) -> None:
    assert row.isHidden()
    understood(row, "(beach OR lake) -people")
    assert not row.isHidden()
    assert [(spec.text, spec.kind) for spec in row.chips.chips.specs] == [
        ("beach", "include"),
        ("or lake", "include"),
        ("not people", "exclude"),
    ]
    row.chips.chips.removed.emit("term 1")
    assert row.chips._state.terms.text == "beach -people"
    understood(row, "")
    assert row.isHidden()


def test_a_chip_of_an_older_text_takes_nothing_away(row: QuestionRow) -> None:
    understood(row, "beach -people")
    state = row.chips._state
    state.set_text("beach -people tag:x")
    row.chips.chips.removed.emit("term 0")
    assert state.terms.text == "beach -people tag:x"


def test_controls_go_below_the_chips_in_a_narrow_window(row: QuestionRow) -> None:
    understood(row, "beach")
    row.controls.offer(row.chips._state.terms, Offered(ends=True, words=True, listed=3, total=9))
    row.arrange()
    side_by_side = row.heightForWidth(row.width())
    row.resize(500, 80)
    assert row.heightForWidth(row.width()) > side_by_side


@pytest.fixture
def controls(qtbot: QtBot) -> SearchControls:
    """Shown controls."""
    made = SearchControls(Theme.light())
    qtbot.addWidget(made)
    made.show()
    return made


def test_only_what_makes_sense_is_offered(controls: SearchControls) -> None:
    state = SearchState()
    state.set_text("beach")
    controls.offer(state.terms, Offered(ends=True, words=True, listed=3, total=9))
    assert [part.isHidden() for part in (controls.sensitivity, controls.words_weight, controls.everything)] == [
        False
    ] * 3
    assert controls.picture_weight.isHidden(), "there is no picture"
    controls.offer(state.terms, Offered(ends=True, words=True, listed=9, total=9))
    assert controls.everything.isHidden(), "all are listed already"
    state.set_text("width:>1")
    controls.offer(state.terms, Offered(listed=9, total=9))
    assert controls.sensitivity.isHidden()
    assert not controls.save.isHidden()
    state.set_similar([PhotoId(1)], "a.jpg")
    state.set_text("at night")
    controls.show_terms(state.terms)
    assert not controls.picture_weight.isHidden()


def test_moving_asks_and_showing_does_not(qtbot: QtBot, controls: SearchControls) -> None:
    state = SearchState()
    state.set_text("beach")
    state.set_sensitivity(0.8)
    with qtbot.assertNotEmitted(controls.sensitivity_moved):
        controls.offer(state.terms, Offered(ends=True, listed=3, total=9))
    assert controls.sensitivity.slider.value() == 80
    with qtbot.waitSignal(controls.sensitivity_moved) as moved:
        qtbot.keyClick(controls.sensitivity.slider, Qt.Key.Key_Right)
    assert moved.args == [0.85]
    with qtbot.waitSignal(controls.showing_wanted) as wanted:
        click_button(qtbot, controls, "Show all 9")
    assert wanted.args == [Showing.EVERYTHING]
    state.set_showing(Showing.EVERYTHING)
    controls.offer(state.terms, Offered(ends=True, listed=9, total=9))
    with qtbot.waitSignal(controls.showing_wanted) as wanted:
        click_button(qtbot, controls, "Only matches")
    assert wanted.args == [Showing.MATCHES]
