"""The list of missing photos."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.recovery import MissingPhoto, ProbablySame
from desktop_app.ui.dialogs.missing import MissingContent, MissingDialog
from desktop_app.ui.theme import Theme
from tests.fixtures.windows import click_button, has_button

SINCE = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
PHOTOS = tuple(MissingPhoto(PhotoId(number), Path(f"/photos/{number}.jpg"), SINCE) for number in (1, 2, 3))
PAIR = ProbablySame(PHOTOS[0], PhotoId(9), Path("/photos/edited/nine.jpg"), 0.934)


@pytest.fixture
def dialog(qtbot: QtBot) -> MissingDialog:
    made = MissingDialog(Theme.light(), None)
    qtbot.addWidget(made)
    made.show()
    return made


def test_pairs_are_offered_and_decided_by_the_person(qtbot: QtBot, dialog: MissingDialog) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    dialog.show_content(MissingContent(PHOTOS, (PAIR,), {PHOTOS[0].photo_id: picture, PAIR.found_id: picture}))
    texts = [text.text() for text in dialog.findChildren(QLabel)]
    assert "1.jpg  →  nine.jpg" in texts
    assert "Same camera, same second, 93 % alike" in texts
    with qtbot.waitSignal(dialog.join_wanted) as joined:
        click_button(qtbot, dialog, "The same photo")
    with qtbot.waitSignal(dialog.apart_wanted) as apart:
        click_button(qtbot, dialog, "Different photos")
    assert joined.args == apart.args == [PAIR]
    dialog.show_content(MissingContent(PHOTOS, (), {}))
    assert not has_button(dialog, "The same photo")


def test_chosen_photos_are_taken_off_the_list_or_all(qtbot: QtBot, dialog: MissingDialog) -> None:
    dialog.show_content(MissingContent(PHOTOS, (), {}))
    with qtbot.waitSignal(dialog.forget_wanted) as everything:
        click_button(qtbot, dialog, "Take all off the list")
    assert everything.args == [[1, 2, 3]]
    dialog.table.selectRow(1)
    with qtbot.waitSignal(dialog.forget_wanted) as one:
        click_button(qtbot, dialog, "Take 1 photo off the list")
    assert one.args == [[2]]


def test_nothing_missing_is_said_plainly(dialog: MissingDialog) -> None:
    dialog.show_content(MissingContent((), (), {}))
    assert dialog.summary.text().startswith("No photo is missing")
    assert not dialog.table.isVisible()
    assert not dialog.forget.isVisible()
