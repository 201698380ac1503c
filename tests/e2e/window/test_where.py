"""Where in the photo: asked in the search field, seen in the viewer of a real window, by the built-in model."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.fixtures.libraries import Indexed, id_of
from tests.fixtures.windows import Windows, type_query, wait_for

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
