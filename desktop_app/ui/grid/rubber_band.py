"""A rectangle drawn with the mouse that selects what it touches, scrolling when it is pulled over the edge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QScrollBar, QWidget

FRAME_MS = 16

EDGE_SPEED = 0.25
"""Pixels scrolled a frame for each pixel that the pointer is outside the view: the farther, the faster."""

MOST_A_FRAME = 60
"""Pixels a frame at most, so that photos can still be recognised as they pass."""


class RubberBand(QObject):
    """The band while the button is held. Coordinates are those of the whole grid, so that it survives scrolling."""

    def __init__(self, viewport: QWidget, bar: QScrollBar, changed: Callable[[], None]) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._bar = bar
        self._changed = changed
        self._origin: QPoint | None = None
        self._pointer = QPoint()
        self._edge = QTimer(self)
        self._edge.setInterval(FRAME_MS)
        self._edge.timeout.connect(self._scroll_over_edge)

    @property
    def active(self) -> bool:
        """True while the button is held."""
        return self._origin is not None

    @property
    def rect(self) -> QRect:
        """What the band covers of the whole grid; empty when there is none."""
        if self._origin is None:
            return QRect()
        corner = self._pointer + QPoint(0, self._bar.value())
        left, right = sorted((self._origin.x(), corner.x()))
        top, bottom = sorted((self._origin.y(), corner.y()))
        return QRect(left, top, right - left, bottom - top)

    def begin(self, pointer: QPoint) -> None:
        """The button went down here, in the viewport."""
        self._pointer = pointer
        self._origin = pointer + QPoint(0, self._bar.value())

    def stretch(self, pointer: QPoint) -> None:
        """The pointer moved here, in the viewport or outside it."""
        self._pointer = pointer
        self._changed()
        if self._beyond_edge():
            self._edge.start()
        else:
            self._edge.stop()

    def end(self) -> None:
        """The button was let go."""
        self._edge.stop()
        self._origin = None
        self._changed()

    def _beyond_edge(self) -> int:
        """Pixels that the pointer is above (negative) or below the viewport."""
        y = self._pointer.y()
        return min(y, 0) + max(y - self._viewport.height(), 0)

    def _scroll_over_edge(self) -> None:
        step = min(max(self._beyond_edge() * EDGE_SPEED, -MOST_A_FRAME), MOST_A_FRAME)
        self._bar.setValue(self._bar.value() + round(step))
        self._changed()
