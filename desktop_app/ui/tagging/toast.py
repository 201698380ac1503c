"""A line at the foot of the page that says what was just done and offers to take it back; it goes away by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop_app.ui.controls import label, push_button
from desktop_app.ui.theme import Theme

SHOWN_MS = 9_000
"""Long enough to read a line and reach for its button."""

_FROM_BELOW = 20


class Toast(QFrame):
    """Lies over the foot of its parent, in the middle, and takes no focus."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.words = label()
        self.button = push_button("", role="link")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._act)
        self._over = parent
        self._action: Callable[[], None] = self.hide
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space_l, theme.space_s, theme.space_l, theme.space_s)
        row.setSpacing(theme.space_l)
        row.addWidget(self.words)
        row.addWidget(self.button)
        parent.installEventFilter(self)
        self.hide()

    def say(self, words: str, button: str, action: Callable[[], None]) -> None:
        """Show this now, in place of whatever is shown."""
        self._action = action
        self.words.setText(words)
        self.button.setText(button)
        self.setAccessibleName(words)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        within = self._over.size()
        size = self.sizeHint().boundedTo(within)
        self.setGeometry(
            (within.width() - size.width()) // 2,
            within.height() - size.height() - _FROM_BELOW,
            size.width(),
            size.height(),
        )

    def _act(self) -> None:
        self.hide()
        self._action()
