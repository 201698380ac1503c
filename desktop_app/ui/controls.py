"""The few plain controls the window is made of, each with a name for screen readers and a role for the style sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton

_AT_THE_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


def label(text: str = "", *, role: str = "", wrap: bool = False) -> QLabel:
    """Plain text. Roles: "muted", "heading", "title"."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if QGuiApplication.isLeftToRight():
        # A name in Arabic or Hebrew letters stands where other names do, not at the far end of its line.
        made.setAlignment(_AT_THE_LEFT)
    if role:
        made.setProperty("role", role)
    return made


def tool_button(name: str, *, hint: str = "", text: str = "", role: str = "", checkable: bool = False) -> QToolButton:
    """A flat button with an icon or a short text. `hint` is the tooltip; without one the name is."""
    button = QToolButton()
    button.setAccessibleName(name)
    button.setToolTip(hint or name)
    button.setText(text)
    button.setCheckable(checkable)
    if role:
        button.setProperty("role", role)
    return button


def push_button(text: str, *, role: str = "", hint: str = "") -> QPushButton:
    """A button with words. Roles: "primary" for the one thing to do next, "link" for a quiet one."""
    button = QPushButton(text)
    button.setToolTip(hint)
    if role:
        button.setProperty("role", role)
    if role == "link":
        button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def line() -> QFrame:
    """A hairline between two areas."""
    made = QFrame()
    made.setFixedHeight(1)
    made.setProperty("role", "line")
    return made
