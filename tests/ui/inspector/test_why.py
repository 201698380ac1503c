"""The panel says each reason in words a person reads at a glance."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from desktop_app.domain.question import Reason, ReasonKind
from desktop_app.ui.inspector.why import Why, WhyPanel, line_of
from desktop_app.ui.theme import Theme


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (Reason(ReasonKind.MEANING, "two dogs", 0.834), "two dogs: 83 %"),
        (Reason(ReasonKind.MEANING, "people", 0.1, negated=True), "not people: 90 %"),
        (Reason(ReasonKind.MEANING, "dog", 0.5, found=("tag: dog", "title: Dog")), "dog: 50 % (tag: dog; title: Dog)"),
        (Reason(ReasonKind.FILTER, "tag:beach", 1.0), "tag:beach: yes"),
        (Reason(ReasonKind.FILTER, "tag:beach", 0.0, negated=True), "not tag:beach: yes"),
        (Reason(ReasonKind.WORDS, '"old town"', 0.0), '"old town": no'),
        (Reason(ReasonKind.PICTURE, "the example", 0.7), "like the example: 70 %"),
    ],
)
def test_a_reason_is_a_line(reason: Reason, line: str) -> None:
    assert line_of(reason) == line


def test_the_panel_is_rebuilt_without_leftovers(qtbot: QtBot) -> None:
    panel = WhyPanel(Theme.light())
    qtbot.addWidget(panel)
    assert panel.isHidden()
    many = tuple(f"tag: {number}" for number in range(9))
    panel.show_why(Why((Reason(ReasonKind.MEANING, "dog", 0.9, found=many),), 0.87, 3, 1204))
    assert not panel.isHidden()
    assert panel.summary.text() == "Number 3 of 1,204, 87 % likely"
    texts = [each.text() for each in panel.findChildren(QLabel)]
    assert "tag: 3" in texts
    assert "and 5 more" in texts
    assert panel.findChildren(QProgressBar)[0].value() == 900
    panel.show_why(Why((Reason(ReasonKind.FILTER, "is:rated", 1.0),)))
    assert [each.text() for each in panel.findChildren(QLabel)] == ["WHY IT IS HERE", "", "is:rated", "yes"]
    assert panel.summary.isHidden()
    panel.show_why(Why())
    assert panel.isHidden()
