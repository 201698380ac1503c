"""A line of text with a cross at its end that empties it."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme


class ClearableField(QLineEdit):
    """As Qt's own, with the program's icon, which follows the theme."""

    def __init__(self, name: str, theme: Theme, *, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.cross = QAction(self)
        self.cross.setToolTip("Clear")
        self.cross.setVisible(False)
        self.cross.triggered.connect(self.clear)
        self.addAction(self.cross, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(lambda text: self.cross.setVisible(bool(text)))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Tint the cross anew."""
        self.cross.setIcon(themed_icon("close", theme.muted_text))
