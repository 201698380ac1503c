"""One photo on a dark ground, with zoom and pan."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.ui.viewer.zoom import Zoom

WHEEL_FACTOR = 1.25
"""How much closer one click of the wheel, or a press of a key, leads."""

DEGREES_PER_STEP = 120

PIXELS_PER_FACTOR = 300.0
"""A touchpad with Control held: pixels of movement for a factor of e."""

GLIDE_MS = 140

PIXELS_SHOWN_FROM = 4.0
"""From this scale on single pixels are shown as squares: who zooms in so far wants to see them."""

ENOUGH = 1.05
"""A picture that is this much too small for the present scale is still not visibly soft."""

DIMMED = 0.22
"""Opacity of the thumbnail behind a message that the photo itself cannot be shown."""


Point = tuple[float, float]


class PictureView(QWidget):
    """Paints the sharpest picture there is for the present zoom. All sizes inside are in device pixels."""

    zoomed = Signal()
    """Another scale, or another part of the photo, or another size of the view."""

    def __init__(self, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = QColor(ground)
        self._pictures: list[QPixmap] = []
        self._zoom: Zoom | None = None
        self._dimmed = False
        self._heat: QPixmap | None = None
        self._heat_strength = 1.0
        self._dragged_from: QPointF | None = None
        # Where the zoom is held, and which point of the photo lay there when that began.
        self._glide_at: Point | None = None
        self._held: tuple[Point, Point] | None = None
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.valueChanged.connect(self._glide_step)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Gestures by a filter: an override of `event` would stand, in Python, around every paint.
        self.installEventFilter(self)

    # What the viewer calls

    def show_photo(self, size: QSize) -> None:
        """Another photo of this size, in its own pixels: fitted, and blank until it has pictures."""
        self._glide.stop()
        self._dragged_from = self._held = None
        self._pictures = []
        self._zoom = Zoom.fit((size.width(), size.height()), self._view_size(), self.devicePixelRatioF())
        self._moved()

    def show_nothing(self) -> None:
        """A photo of which nothing is known yet."""
        self._glide.stop()
        self._pictures, self._zoom, self._heat = [], None, None
        self._moved()

    def set_pictures(self, pictures: Sequence[QPixmap], *, dimmed: bool = False) -> None:
        """What there is of the photo, smallest first. `dimmed`: it is only a reminder of what should be here."""
        self._pictures = list(pictures)
        self._dimmed = dimmed
        self.update()

    def set_heat(self, heat: QPixmap | None, *, strength: float) -> None:
        """Colours to lay over the whole photo, however few pixels they have; `strength` is their opacity, 0 to 1."""
        self._heat, self._heat_strength = heat, strength
        self.update()

    def set_ground(self, colour: str) -> None:
        """The colour around the photo."""
        self._ground = QColor(colour)
        self.update()

    @property
    def zoom(self) -> Zoom | None:
        """The present zoom; None while the photo's size is not known."""
        return self._zoom

    @property
    def wants_all_pixels(self) -> bool:
        """True when the photo is seen larger than as a whole, so that a picture made for the view is too soft."""
        return self._zoom is not None and self._zoom.scale > self._zoom.fit_scale * ENOUGH

    def zoom_by(self, factor: float) -> None:
        """Closer (above 1) or farther, around the middle."""
        if self._zoom is not None:
            self._glide_to(self._goal() * factor, None)

    def zoom_to_fit(self) -> None:
        """The whole photo."""
        if self._zoom is not None:
            self._glide_to(self._zoom.fit_scale, None)

    def zoom_to_all_pixels(self) -> None:
        """One pixel of the photo on one of the screen."""
        if self._zoom is not None:
            self._glide_to(1.0, None)

    def pan(self, dx: float, dy: float) -> None:
        """Move the photo by so many device-independent pixels, as far as there is more of it to see."""
        if self._zoom is not None:
            ratio = self.devicePixelRatioF()
            self._held = None
            self._set_zoom(self._zoom.panned(dx * ratio, dy * ratio))

    # Zooming

    def _goal(self) -> float:
        """The scale that will be reached when the glide under way ends."""
        assert self._zoom is not None
        running = self._glide.state() == QVariantAnimation.State.Running
        return math.exp(self._glide.endValue()) if running else self._zoom.scale

    def _glide_to(self, scale: float, at: Point | None) -> None:
        """Glide in equal ratios, which is what the eye takes for an even speed; the photo's point under `at` is held."""
        assert self._zoom is not None
        goal = self._zoom.to(scale, at).scale
        self._glide.stop()
        self._glide_at = at
        if at is None:
            self._held = None
        elif self._held is None or self._held[0] != at:
            self._held = at, self._zoom.photo_point(at)
        self._glide.setStartValue(math.log(self._zoom.scale))
        self._glide.setEndValue(math.log(goal))
        self._glide.start()

    def _glide_step(self, value: float) -> None:
        if self._zoom is not None:
            hold = self._held[1] if self._held is not None and self._glide_at is not None else None
            self._set_zoom(self._zoom.to(math.exp(value), self._glide_at, hold=hold))

    def _set_zoom(self, zoom: Zoom) -> None:
        if zoom != self._zoom:
            self._zoom = zoom
            self._moved()

    def _moved(self) -> None:
        can_pan = self._zoom is not None and self._zoom.can_pan
        held = Qt.CursorShape.ClosedHandCursor if self._dragged_from else Qt.CursorShape.OpenHandCursor
        self.setCursor(held if can_pan else Qt.CursorShape.ArrowCursor)
        self.update()
        self.zoomed.emit()

    def _view_size(self) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return self.width() * ratio, self.height() * ratio

    def _in_pixels(self, point: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return point.x() * ratio, point.y() * ratio

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """The ground, and the photo on it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        if self._zoom is not None and self._pictures:
            self._paint_photo(painter, self._zoom, _fitting_picture(self._pictures, self._zoom))
            if self._heat is not None:
                self._paint_heat(painter, self._zoom, self._heat)
        painter.end()

    def _paint_photo(self, painter: QPainter, zoom: Zoom, pixmap: QPixmap) -> None:
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setOpacity(DIMMED if self._dimmed else 1.0)
        area = zoom.area
        left, top = round(area.x), round(area.y)
        if abs(pixmap.width() - area.width) <= 1 and abs(pixmap.height() - area.height) <= 1:
            painter.drawPixmap(left, top, pixmap)  # made for just this: not a pixel is computed anew
            return
        soft = zoom.scale < PIXELS_SHOWN_FROM or pixmap.width() < zoom.photo[0]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, soft)
        painter.drawPixmap(QRectF(left, top, area.width, area.height), pixmap, QRectF(pixmap.rect()))

    def _paint_heat(self, painter: QPainter, zoom: Zoom, heat: QPixmap) -> None:
        """On the same place as the photo, in the device pixels that `_paint_photo` set up."""
        area = zoom.area
        painter.setOpacity(self._heat_strength)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QRectF(round(area.x), round(area.y), area.width, area.height), heat, QRectF(heat.rect()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted photo fitted."""
        super().resizeEvent(event)
        if self._zoom is not None:
            self._glide.stop()
            self._held = None
            self._set_zoom(self._zoom.resized(self._view_size(), self.devicePixelRatioF()))

    # Mouse, wheel, touchpad

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms towards the pointer; two fingers on a touchpad move the photo, or zoom with Control held."""
        if self._zoom is None:
            return
        at = self._in_pixels(event.position())
        exact = event.pixelDelta()
        if exact.isNull():
            steps = event.angleDelta().y() / DEGREES_PER_STEP
            self._glide_to(self._goal() * WHEEL_FACTOR**steps, at)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._held = None
            self._set_zoom(self._zoom.to(self._zoom.scale * math.exp(exact.y() / PIXELS_PER_FACTOR), at))
        else:
            self.pan(exact.x(), exact.y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the photo. Other buttons are left to the window."""
        if event.button() == Qt.MouseButton.LeftButton and self._zoom is not None:
            self._glide.stop()
            self._dragged_from = event.position()
            self._moved()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pull the photo along."""
        if self._dragged_from is not None:
            by = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.pan(by.x(), by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from = None
            self._moved()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From the whole photo to all of its pixels, at the point that was clicked, and back."""
        if event.button() != Qt.MouseButton.LeftButton or self._zoom is None:
            event.ignore()
            return
        closer = self._zoom.fitted and self._zoom.fit_scale != 1.0
        self._glide_to(1.0 if closer else self._zoom.fit_scale, self._in_pixels(event.position()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Two fingers pulled apart on a touchpad zoom."""
        if watched is self and isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture and self._zoom is not None:
                self._held = None
                scale = self._zoom.scale * (1 + event.value())
                self._set_zoom(self._zoom.to(scale, self._in_pixels(event.position())))
            return True
        return False


def _fitting_picture(pictures: Sequence[QPixmap], zoom: Zoom) -> QPixmap:
    """The smallest picture that is sharp enough: scaling a much larger one down while painting would flicker."""
    wanted = zoom.photo[0] * zoom.scale / ENOUGH
    return next((picture for picture in pictures if picture.width() >= wanted), pictures[-1])
