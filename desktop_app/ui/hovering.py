"""Tells when the pointer rests on a widget, as against passing over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

# Long enough that a pointer on its way elsewhere starts nothing, too short to feel like waiting.
_REST_MS = 180

_LEAVING = frozenset({QEvent.Type.Leave, QEvent.Type.Hide, QEvent.Type.EnabledChange})


class Hovering(QObject):
    """Watches one widget; lives and dies with it."""

    rests = Signal(bool)
    """True once the pointer has rested on the widget for a moment, False when it has gone after that."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._resting = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(lambda: self._say(resting=True))
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only looks on: every event goes to the widget."""
        if watched is self._widget and event.type() == QEvent.Type.Enter and self._widget.isEnabled():
            self._timer.start()
        elif watched is self._widget and event.type() in _LEAVING:
            self._timer.stop()
            self._say(resting=False)
        return False

    def _say(self, *, resting: bool) -> None:
        if resting != self._resting:
            self._resting = resting
            self.rests.emit(resting)
