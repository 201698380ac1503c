"""Notices that do not get in the way: one at a time above the photos, until dismissed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.ui.controls import label, push_button, tool_button
from desktop_app.ui.icons import icon_pixmap, themed_icon
from desktop_app.ui.theme import Theme

_ICON = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, what to do about it, and, if there is such a thing, a button that does it."""

    sentence: str
    next_step: str = ""
    button: str = ""
    action: Callable[[], None] | None = None


def bug_notice(summary: str) -> Notice:
    """For what nobody foresaw: details to copy into a report."""
    sentence = "Something unexpected went wrong. Keepsight goes on running."
    return Notice(sentence, summary, "Copy details", lambda: QGuiApplication.clipboard().setText(summary))


class Banner(QWidget):
    """Shows notices in the order they came; the same one is not queued twice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Notice] = deque()
        self._current: Notice | None = None
        self._icon = QLabel()
        self.sentence = label(role="title", wrap=True)
        self.next_step = label(wrap=True)
        self.button = push_button("")
        self.button.clicked.connect(self._act)
        self.close_button = tool_button("Dismiss this notice")
        self.close_button.clicked.connect(self._next)
        self._lay_out(theme)
        self.set_theme(theme)
        self.hide()

    @property
    def current(self) -> Notice | None:
        """The notice that is being shown."""
        return self._current

    def show_notice(self, notice: Notice) -> None:
        """Show it now, or after those before it."""
        if notice == self._current or notice in self._waiting:
            return
        self._waiting.append(notice)
        if self._current is None:
            self._next()

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons anew."""
        self._icon.setPixmap(icon_pixmap("info", theme.text, _ICON, self.devicePixelRatioF()))
        self.close_button.setIcon(themed_icon("close", theme.text))

    def _lay_out(self, theme: Theme) -> None:
        frame = QFrame()
        frame.setProperty("role", "banner")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.sentence)
        words.addWidget(self.next_step)
        row = QHBoxLayout(frame)
        row.setContentsMargins(theme.space_m, theme.space_s, theme.space_s, theme.space_s)
        row.setSpacing(theme.space_m)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.close_button.setIconSize(QSize(14, 14))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(theme.space_l, 0, theme.space_l, theme.space_s)
        outer.addWidget(frame)

    def _next(self) -> None:
        self._current = self._waiting.popleft() if self._waiting else None
        self.setVisible(self._current is not None)
        if self._current is not None:
            self.sentence.setText(self._current.sentence)
            self.next_step.setText(self._current.next_step)
            self.next_step.setVisible(bool(self._current.next_step))
            self.button.setText(self._current.button)
            self.button.setVisible(self._current.action is not None)

    def _act(self) -> None:
        action = self._current.action if self._current else None
        self._next()
        if action is not None:
            action()
