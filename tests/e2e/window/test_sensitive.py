"""Sensitive photos in a real window: blurred when asked for, revealed one by one."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDraft
from desktop_app.ui.main_window import MainWindow
from tests.fixtures.libraries import Indexed
from tests.fixtures.windows import Windows, action, settled, wait_for


def detail(image: QImage) -> float:
    """How different pixels beside each other are."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8).scaledToWidth(200)
    values = [[grey.pixelColor(x, y).red() for x in range(200)] for y in range(5, grey.height() - 5, 9)]
    return sum(abs(a - b) for row in values for a, b in itertools.pairwise(row)) / sum(map(len, values))


def shown_detail(window: MainWindow, photo: PhotoId) -> float:
    """Of the photo's cell; 0 while it has no picture."""
    found = window.page.grid._loader.cell(photo)
    return 0.0 if found is None or found.picture is None else detail(found.picture.toImage())


def test_sensitive_photos_blur_everywhere_and_are_revealed_by_hand(
    qtbot: QtBot, windows: Windows, copied_library: Indexed
) -> None:
    window = windows.open(copied_library.library)
    services, sensitive = window.services, window.photo_actions.sensitive
    first, second = (PhotoId(each) for each in window.page.grid.photo_ids()[:2])
    services.tag_editing.define(TagDraft("private", sensitive=True, looked_for=False))
    services.tagging.add("private", [first])
    wait_for(qtbot, lambda: shown_detail(window, first) > 0.0)
    before = shown_detail(window, first)
    assert not sensitive.reveal.isVisible()
    action(window, "Blur sensitive photos").trigger()
    wait_for(qtbot, lambda: 0.0 < shown_detail(window, first) < 0.5 * before)
    services.tagging.add("private", [second])
    wait_for(qtbot, lambda: services.sensitivity.all_hidden() == {first, second} and not window.tasks.busy)
    window.view_photo(first)
    wait_for(qtbot, window.viewer.message.button.isVisible)
    settled(qtbot, window)
    qtbot.mouseClick(window.viewer.message.button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: not window.viewer.message.isVisible() and not window.tasks.busy)
    assert services.sensitivity.all_hidden() == {second}
    qtbot.keyClick(window.viewer, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: shown_detail(window, first) > 0.9 * before)
    window.page.grid.select([second])
    assert sensitive.reveal.isVisible()
    sensitive.reveal.trigger()
    wait_for(qtbot, lambda: not services.sensitivity.all_hidden() and not window.tasks.busy)
