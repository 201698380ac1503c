"""The search field: when it sends what, and what it takes beside words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from desktop_app.ui.search_bar import SearchBar
from desktop_app.ui.theme import Theme


@pytest.fixture
def bar(qtbot: QtBot) -> SearchBar:
    made = SearchBar(Theme.light())
    qtbot.addWidget(made)
    made.show()
    return made


def sent_by(bar: SearchBar) -> list[str]:
    sent: list[str] = []
    bar.searched.connect(sent.append)
    return sent


def drop(bar: SearchBar, data: QMimeData) -> None:
    at = QPointF(QPoint(5, 5))
    keys = Qt.KeyboardModifier.NoModifier
    bar.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys))


def test_typing_is_sent_after_a_pause_and_enter_at_once(qtbot: QtBot, bar: SearchBar) -> None:
    sent = sent_by(bar)
    qtbot.keyClicks(bar, "dogs")
    assert sent == []
    qtbot.waitUntil(lambda: sent == ["dogs"])
    qtbot.keyClicks(bar, " on grass")
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert sent == ["dogs", "dogs on grass"]
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert len(sent) == 2, "the same words were searched for twice"


def test_escape_clears_at_once_and_then_belongs_to_the_window(qtbot: QtBot, bar: SearchBar) -> None:
    sent = sent_by(bar)
    qtbot.keyClicks(bar, "dogs")
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert sent == ["dogs", ""]
    assert bar.text() == ""
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert sent == ["dogs", ""]


def test_what_the_window_shows_is_not_sent_back(qtbot: QtBot, bar: SearchBar) -> None:
    sent = sent_by(bar)
    bar.show_text("snow")
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert (bar.text(), sent) == ("snow", [])
    with qtbot.waitSignal(bar.left_downwards):
        qtbot.keyClick(bar, Qt.Key.Key_Down)


def test_pictures_are_taken_words_are_pasted(qtbot: QtBot, bar: SearchBar, tmp_path: Path) -> None:
    file = QMimeData()
    file.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.jpg"))])
    with qtbot.waitSignal(bar.picture_given) as given:
        drop(bar, file)
    assert given.args == [tmp_path / "a.jpg"]

    QGuiApplication.clipboard().setImage(QImage(4, 4, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(bar.pixels_given):
        qtbot.keySequence(bar, "Ctrl+V")
    QGuiApplication.clipboard().setText("two cats")
    qtbot.keySequence(bar, "Ctrl+V")
    assert bar.text() == "two cats"


def test_a_picture_held_over_it_is_told_what_dropping_does(bar: SearchBar, tmp_path: Path) -> None:
    hint, file = bar.placeholderText(), QMimeData()
    file.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.jpg"))])
    keys = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, file, Qt.MouseButton.LeftButton, keys)
    bar.dragEnterEvent(entering)
    assert "photos like it" in bar.placeholderText()
    bar.dragLeaveEvent(QDragLeaveEvent())
    assert bar.placeholderText() == hint
    bar.dragEnterEvent(entering)
    drop(bar, file)
    assert bar.placeholderText() == hint


def test_it_has_a_name_for_screen_readers(bar: SearchBar) -> None:
    assert bar.accessibleName() == "Search your photos"
