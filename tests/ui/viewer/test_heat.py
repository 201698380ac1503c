"""The heat map in the viewer: shown by a key, a button or a resting pointer, kept while leafing, never a stale one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.domain.heat_map import HeatMap
from desktop_app.domain.photo import PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme
from desktop_app.ui.viewer.heat_colours import colours_of, legend_image
from desktop_app.ui.viewer.viewer import PhotoViewer

Key = Qt.Key


@dataclass
class SlowLocating:
    """Stands for a model that takes its time: answers when it is let, and remembers what it was asked."""

    let: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[PhotoId, str]] = field(default_factory=list)
    called_off: list[PhotoId] = field(default_factory=list)
    fault: Exception | None = None

    def heat_map(self, photo_id: PhotoId, term: str, *, second: float | None, cancelled: Callable[[], bool]) -> HeatMap:
        self.asked.append((photo_id, term))
        while not self.let.wait(0.01):
            if cancelled():
                self.called_off.append(photo_id)
                raise Cancelled
        if self.fault is not None:
            raise self.fault
        warmth = np.zeros((8, 12), np.float32)
        warmth[2:4, 8:10] = 1.0
        return HeatMap(warmth, 0.87)


@pytest.fixture
def locating() -> SlowLocating:
    return SlowLocating()


@pytest.fixture
def viewer(qtbot: QtBot, services: Services, locating: SlowLocating, tasks: Tasks) -> PhotoViewer:
    made = PhotoViewer(replace(services, locating=locating), tasks, Theme.light())
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    made.setFocus()
    made.set_terms(("a cat", "a sofa"))
    made.open(services.browsing.photo_ids().tolist(), 0)
    photo = made.current
    qtbot.waitUntil(lambda: photo is not None and made._loader.sharp(photo) and not tasks.busy)
    return made


def drawn(qtbot: QtBot, viewer: PhotoViewer) -> None:
    qtbot.waitUntil(lambda: viewer.heats.heat is not None)
    QApplication.processEvents()


def test_a_key_shows_and_hides_it(qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating) -> None:
    assert viewer.heat_panel.isHidden()
    QTest.keyClick(viewer, Key.Key_W)
    assert viewer.heat_panel.isVisible()
    assert viewer.heat_panel.note.text() == "Looking…"
    assert not viewer.heat_panel.ramp.isVisible()
    locating.let.set()
    drawn(qtbot, viewer)
    assert locating.asked == [(viewer.current, "a cat")]
    assert viewer.heat_panel.note.text() == "whole photo 87 % likely"
    assert viewer.heat_panel.ramp.isVisible()
    assert viewer.bar.where_button.isChecked()
    QTest.keyClick(viewer, Key.Key_W)
    assert viewer.heat_panel.isHidden()
    assert not viewer.bar.where_button.isChecked()


def test_the_colours_lie_on_the_photo_alone_and_follow_it(
    qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating
) -> None:
    locating.let.set()
    zoom = viewer.picture.zoom
    assert zoom is not None
    plain = viewer.picture.grab().toImage()
    qtbot.mouseClick(viewer.bar.where_button, Qt.MouseButton.LeftButton)
    drawn(qtbot, viewer)
    heated = viewer.picture.grab().toImage()
    area = zoom.area
    warm = round(area.x + area.width * 9 / 12), round(area.y + area.height * 3 / 8)
    cool = round(area.x + area.width * 2 / 12), round(area.y + area.height * 7 / 8)
    outside = round(area.x) // 2, round(area.y + area.height / 2)
    assert heated.pixelColor(*warm).red() > plain.pixelColor(*warm).red() + 20 or heated.pixelColor(*warm).red() > 180
    assert heated.pixelColor(*cool).lightness() <= plain.pixelColor(*cool).lightness()
    assert heated.pixelColor(*outside) == plain.pixelColor(*outside)
    viewer.heat_panel.strength.setValue(0)
    assert viewer.picture.grab().toImage() == plain


def test_it_stays_on_while_leafing_and_a_photo_left_behind_is_called_off(
    qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating
) -> None:
    first = viewer.current
    QTest.keyClick(viewer, Key.Key_W)
    qtbot.waitUntil(lambda: len(locating.asked) == 1)
    viewer.step(1)
    qtbot.waitUntil(lambda: locating.called_off == [first])
    locating.let.set()
    drawn(qtbot, viewer)
    assert locating.asked[-1] == (viewer.current, "a cat")
    viewer.step(-1)
    assert viewer.heats.heat is None, "the map of another photo"
    drawn(qtbot, viewer)
    asked = len(locating.asked)
    viewer.step(1)
    assert viewer.heats.heat is not None, "not remembered"
    assert len(locating.asked) == asked


def hover(viewer: PhotoViewer, *, on: bool) -> None:
    button = viewer.bar.where_button
    middle = button.rect().center().toPointF()
    over = QEnterEvent(middle, middle, button.mapToGlobal(middle)) if on else QEvent(QEvent.Type.Leave)
    QApplication.sendEvent(button, over)


def test_a_resting_pointer_gives_a_glimpse(qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating) -> None:
    locating.let.set()
    hover(viewer, on=True)
    assert viewer.heat_panel.isHidden(), "a pointer that only passes shows nothing"
    drawn(qtbot, viewer)
    assert viewer.heat_panel.isVisible()
    assert not viewer.bar.where_button.isChecked()
    hover(viewer, on=False)
    assert viewer.heat_panel.isHidden()
    hover(viewer, on=True)
    drawn(qtbot, viewer)
    QTest.mouseClick(viewer.bar.where_button, Qt.MouseButton.LeftButton)
    hover(viewer, on=False)
    assert viewer.heat_panel.isVisible(), "a click keeps it"
    hover(viewer, on=True)
    QTest.mouseClick(viewer.bar.where_button, Qt.MouseButton.LeftButton)
    assert viewer.heat_panel.isHidden(), "and another hides it, though the pointer is still there"


def test_a_passing_pointer_shows_nothing(qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating) -> None:
    hover(viewer, on=True)
    hover(viewer, on=False)
    qtbot.wait(250)
    assert viewer.heat_panel.isHidden()
    assert locating.asked == []


def test_terms_are_chosen_by_key_and_menu(qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating) -> None:
    locating.let.set()
    QTest.keyClick(viewer, Key.Key_W)
    drawn(qtbot, viewer)
    QTest.keyClick(viewer, Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    drawn(qtbot, viewer)
    assert viewer.heats.term == "a sofa"
    assert viewer.heat_panel.term.text().startswith("a sofa")
    viewer.heat_panel.menu.actions()[0].trigger()
    assert viewer.heats.term == "a cat"
    viewer.set_terms(("a dog",))
    assert viewer.heats.term == "a dog"
    assert viewer.heats.on
    assert not viewer.heat_panel.term.isEnabled()


def test_without_words_there_is_nothing_to_point_at(viewer: PhotoViewer) -> None:
    viewer.set_terms(())
    QTest.keyClick(viewer, Key.Key_W)
    assert viewer.heat_panel.isHidden()
    assert not viewer.bar.where_button.isEnabled()
    assert "Search for something" in viewer.bar.where_button.toolTip()


def test_why_there_is_no_map_is_said(qtbot: QtBot, viewer: PhotoViewer, locating: SlowLocating) -> None:
    locating.fault = UserFacingError("The model could not be loaded.")
    locating.let.set()
    QTest.keyClick(viewer, Key.Key_W)
    qtbot.waitUntil(lambda: viewer.heat_panel.note.text() == "The model could not be loaded.")
    locating.fault = None
    viewer.forget_heat()
    drawn(qtbot, viewer)
    assert viewer.heat_panel.note.text() == "whole photo 87 % likely"


def test_colours_get_lighter_with_warmth() -> None:
    legend = legend_image(40, 2)
    lightness = [QColor(legend.pixel(x, 0)).lightnessF() for x in range(legend.width())]
    assert lightness == sorted(lightness)
    assert lightness[0] < 0.1
    assert lightness[-1] > 0.7
    assert colours_of(np.zeros((3, 5), np.float32)).size().toTuple() == (5, 3)
