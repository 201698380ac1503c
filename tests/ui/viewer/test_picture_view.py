"""Zoom and pan by wheel, mouse and keys; the sharpest picture is painted where it belongs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QNativeGestureEvent, QPainter, QPixmap, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.viewer.picture_view import PictureView
from desktop_app.ui.viewer.zoom import Zoom

GROUND = "#111312"
PHOTO = QSize(4000, 3000)
LEFT = Qt.MouseButton.LeftButton
PLAIN, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def quarters(width: int, height: int) -> QPixmap:
    """Red, green, blue and yellow, so that it can be seen which part is shown."""
    pixmap = QPixmap(width, height)
    pixmap.fill(QColor("red"))
    painter = QPainter(pixmap)
    painter.fillRect(width // 2, 0, width, height // 2, QColor("lime"))
    painter.fillRect(0, height // 2, width // 2, height, QColor("blue"))
    painter.fillRect(width // 2, height // 2, width, height, QColor("yellow"))
    painter.end()
    return pixmap


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    made = PictureView(GROUND)
    qtbot.addWidget(made)
    made.resize(800, 800)
    made.show()
    made.show_photo(PHOTO)
    made.set_pictures([quarters(800, 600)])
    return made


def zoom_of(view: PictureView) -> Zoom:
    assert view.zoom is not None
    return view.zoom


def colour(view: PictureView, x: int, y: int) -> str:
    return view.grab().toImage().pixelColor(x, y).name()


def turn(
    view: PictureView,
    at: QPoint,
    eighths: int = 0,
    *,
    pixels: tuple[int, int] = (0, 0),
    modifiers: Qt.KeyboardModifier = PLAIN,
) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(*pixels),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def rested(qtbot: QtBot, view: PictureView) -> None:
    qtbot.waitUntil(lambda: view._glide.state() != view._glide.State.Running)


def test_a_photo_is_fitted_on_the_dark_ground(view: PictureView) -> None:
    assert zoom_of(view).scale == 0.2
    assert (colour(view, 400, 50), colour(view, 400, 750)) == (GROUND, GROUND)
    assert (colour(view, 10, 110), colour(view, 790, 110)) == ("#ff0000", "#00ff00")
    assert (colour(view, 10, 690), colour(view, 790, 690)) == ("#0000ff", "#ffff00")
    assert not view.wants_all_pixels


def test_the_wheel_zooms_towards_the_pointer(qtbot: QtBot, view: PictureView) -> None:
    at = QPoint(600, 300)
    before = zoom_of(view).photo_point((600, 300))
    for _ in range(5):
        turn(view, at, 120)
    rested(qtbot, view)
    assert zoom_of(view).scale == pytest.approx(0.2 * 1.25**5)
    assert zoom_of(view).photo_point((600, 300)) == pytest.approx(before)
    assert view.wants_all_pixels
    for _ in range(20):
        turn(view, at, -120)
    rested(qtbot, view)
    assert zoom_of(view).fitted


def test_a_double_click_leads_to_all_pixels_and_back(qtbot: QtBot, view: PictureView) -> None:
    point = QPoint(200, 250)
    before = zoom_of(view).photo_point((200, 250))
    QTest.mouseDClick(view, LEFT, PLAIN, point)
    rested(qtbot, view)
    assert zoom_of(view).scale == 1.0
    assert zoom_of(view).photo_point((200, 250)) == pytest.approx(before)
    QTest.mouseDClick(view, LEFT, PLAIN, point)
    rested(qtbot, view)
    assert zoom_of(view).fitted


def test_dragging_pulls_the_photo_along_as_far_as_there_is_more(qtbot: QtBot, view: PictureView) -> None:
    view.zoom_to_all_pixels()
    rested(qtbot, view)
    start = zoom_of(view).centre
    QTest.mousePress(view, LEFT, PLAIN, QPoint(400, 400))
    assert view.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    QTest.mouseMove(view, QPoint(350, 420))
    assert zoom_of(view).centre == pytest.approx((start[0] + 50, start[1] - 20))
    QTest.mouseMove(view, QPoint(9000, 9000))
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(9000, 9000))
    assert zoom_of(view).area[:2] == pytest.approx((0, 0))
    assert view.cursor().shape() == Qt.CursorShape.OpenHandCursor
    QTest.mouseMove(view, QPoint(10, 10))
    assert zoom_of(view).area[:2] == pytest.approx((0, 0)), "the button was let go"


def test_a_fitted_photo_cannot_be_pulled(view: PictureView) -> None:
    QTest.mousePress(view, LEFT, PLAIN, QPoint(400, 400))
    QTest.mouseMove(view, QPoint(300, 300))
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(300, 300))
    assert zoom_of(view).fitted
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_two_fingers_move_and_with_control_zoom(qtbot: QtBot, view: PictureView) -> None:
    view.zoom_to_all_pixels()
    rested(qtbot, view)
    centre = zoom_of(view).centre
    turn(view, QPoint(400, 400), pixels=(30, -40))
    assert zoom_of(view).centre == pytest.approx((centre[0] - 30, centre[1] + 40))
    turn(view, QPoint(400, 400), pixels=(0, 100), modifiers=CONTROL)
    assert zoom_of(view).scale > 1.2


def test_fingers_pulled_apart_zoom(view: PictureView) -> None:
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        QPointF(400, 400),
        QPointF(400, 400),
        QPointF(400, 400),
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(view, event)
    assert zoom_of(view).scale == pytest.approx(0.3)


def test_the_sharpest_fitting_picture_is_painted(qtbot: QtBot, view: PictureView) -> None:
    thumbnail, whole = QPixmap(200, 150), quarters(4000, 3000)
    thumbnail.fill(QColor("magenta"))
    view.set_pictures([thumbnail])
    assert colour(view, 400, 390) == "#ff00ff"
    view.set_pictures([thumbnail, quarters(800, 600), whole])
    assert colour(view, 10, 110) == "#ff0000"
    view.zoom_to_all_pixels()
    rested(qtbot, view)
    assert colour(view, 410, 390) == "#00ff00"
    assert colour(view, 390, 410) == "#0000ff"


def test_a_reminder_of_a_photo_that_cannot_be_shown_is_dim(view: PictureView) -> None:
    view.set_pictures([quarters(800, 600)], dimmed=True)
    assert view.grab().toImage().pixelColor(10, 110).red() < 100


def test_another_size_of_the_view_keeps_a_fitted_photo_fitted(view: PictureView) -> None:
    view.resize(400, 800)
    assert zoom_of(view).scale == 0.1
    assert zoom_of(view).fitted


def test_nothing_is_only_the_ground(view: PictureView) -> None:
    view.show_nothing()
    assert view.zoom is None
    assert colour(view, 400, 400) == GROUND
    view.zoom_by(2)
    view.zoom_to_fit()
    view.zoom_to_all_pixels()
    view.pan(5, 5)
    turn(view, QPoint(5, 5), 120)
    QTest.mouseDClick(view, LEFT, PLAIN, QPoint(5, 5))
    assert view.zoom is None
