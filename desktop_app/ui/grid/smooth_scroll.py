"""Wheel steps and jumps as short glides, so that the eye can follow where the photos went."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollBar

GLIDE_MS = 160
"""Long enough to follow, short enough not to wait for."""

DEGREES_PER_STEP = 120
"""Qt counts wheels in eighths of a degree; one click of a common wheel is this much (QWheelEvent.angleDelta)."""


class SmoothScroll(QObject):
    """Moves a scroll bar towards a goal. Each further wheel step moves the goal on, and the glide starts anew from here."""

    def __init__(self, bar: QScrollBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bar = bar
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._step)

    @property
    def goal(self) -> int:
        """Where the bar will come to rest."""
        moving = self._glide.state() == QVariantAnimation.State.Running
        return int(self._glide.endValue()) if moving else self._bar.value()

    def wheel(self, event: QWheelEvent, step: int) -> None:
        """A wheel glides by `step` pixels a click; a touchpad says pixels itself, and is followed at once."""
        exact = event.pixelDelta().y()
        if exact:
            self.jump(self._bar.value() - exact)
        else:
            self.glide(self.goal - event.angleDelta().y() * step / DEGREES_PER_STEP)
        event.accept()

    def glide(self, value: float) -> None:
        """Move to a value of the bar, softly."""
        goal = self._within(value)
        self._glide.stop()
        if goal == self._bar.value():
            return
        self._glide.setStartValue(self._bar.value())
        self._glide.setEndValue(goal)
        self._glide.start()

    def jump(self, value: float) -> None:
        """Move to a value of the bar at once; a glide under way ends."""
        self._glide.stop()
        self._bar.setValue(self._within(value))

    def stop(self) -> None:
        """Stay where the bar is: the person has taken hold of it."""
        self._glide.stop()

    def _within(self, value: float) -> int:
        return min(max(round(value), self._bar.minimum()), self._bar.maximum())

    def _step(self, value: int) -> None:
        self._bar.setValue(value)
