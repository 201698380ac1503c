"""The list of skipped files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import SkippedFile
from desktop_app.ui.dialogs.skipped import SkippedDialog
from desktop_app.ui.theme import Theme
from tests.fixtures.windows import click_button

PHOTO = SkippedFile(Path("/photos/broken.jpg"), "The file is damaged: it ends too early")
TEXT = SkippedFile(Path("/photos/notes.txt"), "This is text, not a photo", is_photo=False)


@pytest.fixture
def dialog(qtbot: QtBot) -> SkippedDialog:
    made = SkippedDialog(Theme.light(), None)
    qtbot.addWidget(made)
    made.show()
    return made


def rows(dialog: SkippedDialog) -> list[tuple[str, ...]]:
    model = dialog.table.model()
    return [tuple(model.index(row, column).data() for column in range(3)) for row in range(model.rowCount())]


def test_photos_are_listed_with_their_reason_other_files_on_demand(dialog: SkippedDialog) -> None:
    dialog.show_files([PHOTO, TEXT])
    assert rows(dialog) == [("broken.jpg", "The file is damaged: it ends too early", "/photos")]
    assert dialog.summary.text().startswith("1 photo could not be read.")
    dialog.others.setChecked(True)
    assert [row[0] for row in rows(dialog)] == ["broken.jpg", "notes.txt"]


def test_nothing_skipped_is_said_plainly(dialog: SkippedDialog) -> None:
    dialog.show_files([])
    assert dialog.summary.text() == "Every file in your folders is in the library."
    assert dialog.retry.isHidden()
    dialog.show_files([TEXT])
    assert dialog.summary.text().startswith("Every photo could be read.")


def test_one_file_or_all_are_tried_again(qtbot: QtBot, dialog: SkippedDialog) -> None:
    other = SkippedFile(Path("/photos/hangs.mp4"), "The file takes too long to read: its decoder was stopped")
    dialog.show_files([PHOTO, other])
    with qtbot.waitSignal(dialog.retry_wanted) as wanted:
        click_button(qtbot, dialog, "Try all again")
    assert wanted.args == [None]
    # What comes of all of them takes a while: there is nothing to list meanwhile.
    assert not dialog.isVisible()
    dialog.show()
    dialog.table.selectRow(1)
    with qtbot.waitSignal(dialog.retry_wanted) as wanted:
        click_button(qtbot, dialog, "Try again")
    assert wanted.args == [[other.path]]
    # It could be read: the list goes on with what is left.
    dialog.show_files([PHOTO])
    with qtbot.waitSignal(dialog.retry_wanted) as wanted:
        click_button(qtbot, dialog, "Try again")
    assert wanted.args == [[PHOTO.path]]
    dialog.show_files([])
    assert dialog.retry_one.isHidden()


def test_a_file_is_shown(qtbot: QtBot, dialog: SkippedDialog) -> None:
    dialog.show_files([PHOTO])
    with qtbot.waitSignal(dialog.show_file_wanted) as wanted:
        click_button(qtbot, dialog, "Show in file manager")
    assert wanted.args == [PHOTO.path]


def test_a_long_list_opens_at_once(qtbot: QtBot, dialog: SkippedDialog) -> None:
    dialog.show_files([SkippedFile(Path(f"/photos/{number}.jpg"), "damaged") for number in range(100_000)])
    assert dialog.table.model().rowCount() == 100_000
