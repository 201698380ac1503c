"""Where in the photo: asked in the search field, seen in the viewer of a real window, by the built-in model."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.fixtures.libraries import Indexed, id_of
from tests.fixtures.windows import Windows, settled, type_query, wait_for

KEY_W = Qt.Key.Key_W


def test_the_viewer_shows_where_the_words_of_the_search_are(
    qtbot: QtBot, windows: Windows, copied_library: Indexed
) -> None:
    window = windows.open(copied_library.library)
    viewer = window.viewer
    type_query(qtbot, window, "a cat -(a cup of coffee) width:>1")
    window.view_photo(id_of(window.services, copied_library.photos / "photo_01.jpg"))
    assert viewer.heats.terms == ("a cat",), "what is not wanted, or is no sight, is not looked for"
    QTest.keyClick(viewer, KEY_W)
    wait_for(qtbot, lambda: viewer.heats.heat is not None)
    assert viewer.heat_panel.isVisible()
    assert viewer.heat_panel.term.text() == "a cat"
    assert "likely" in viewer.heat_panel.note.text()
    QTest.keyClick(viewer, KEY_W)
    assert viewer.heat_panel.isHidden()
    viewer.closed.emit()

    type_query(qtbot, window, "width:>1")
    window.view_photo(id_of(window.services, copied_library.photos / "photo_01.jpg"))
    assert not viewer.bar.where_button.isEnabled(), "there is nothing to point at"


def test_resting_on_a_reason_shows_where_in_the_preview_it_is(
    qtbot: QtBot, windows: Windows, copied_library: Indexed
) -> None:
    window = windows.open(copied_library.library)
    inspector = window.page.inspector
    type_query(qtbot, window, "a cat -(a cup of coffee) width:>1")
    window.page.grid.select([id_of(window.services, copied_library.photos / "photo_01.jpg")])
    wait_for(qtbot, lambda: len(inspector.why.lines) == 3)
    settled(qtbot, window)
    terms = [each for each in inspector.why.findChildren(QLabel) if each.property("role") == "sight"]
    assert [each.text() for each in terms] == ["a cat"], "what is not wanted, or is no sight, is not looked for"
    summary = inspector.why.summary.text()

    middle = QPointF(terms[0].rect().center())
    QApplication.sendEvent(terms[0], QEnterEvent(middle, middle, QPointF(terms[0].mapToGlobal(middle.toPoint()))))
    wait_for(qtbot, lambda: inspector.preview.heat is not None)
    assert "a cat" in inspector.why.summary.text()
    QApplication.sendEvent(terms[0], QEvent(QEvent.Type.Leave))
    assert inspector.preview.heat is None
    assert inspector.why.summary.text() == summary

    QApplication.sendEvent(terms[0], QEnterEvent(middle, middle, QPointF(terms[0].mapToGlobal(middle.toPoint()))))
    wait_for(qtbot, lambda: inspector.preview.heat is not None)
    window.page.grid.select([id_of(window.services, copied_library.photos / "photo_00.jpg")])
    wait_for(qtbot, lambda: inspector.preview.heat is None)
    settled(qtbot, window)
