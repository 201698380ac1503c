"""Stars, the favourite's heart, title and description of what is selected, to be looked at and changed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from desktop_app.domain.annotations import MOST_STARS
from desktop_app.domain.photo import Curation
from desktop_app.ui.controls import tool_button
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.layouts import STRETCH, in_column, in_row
from desktop_app.ui.theme import Theme

_ICON = QSize(20, 20)
_DESCRIPTION_LINES = 3


class StarRow(QWidget):
    """Five stars. A click gives as many; one on the last that is given takes them all away."""

    rated = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stars = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.buttons: list[QToolButton] = []
        for number in range(1, MOST_STARS + 1):
            words = f"{number} star{'s' if number > 1 else ''}"
            button = tool_button(words, hint=f"{words} (Ctrl+{number})", role="star")
            button.setIconSize(_ICON)
            button.clicked.connect(lambda _checked=False, number=number: self._rate(number))
            row.addWidget(button)
            self.buttons.append(button)
        self.show_stars(0)

    @property
    def stars(self) -> int:
        """How many are shown as given."""
        return self._stars

    def show_stars(self, stars: int) -> None:
        """Show so many as given."""
        self._stars = stars
        for number, button in enumerate(self.buttons, start=1):
            given = number <= stars
            colour = self._theme.accent if given else self._theme.muted_text
            button.setIcon(themed_icon("star-filled" if given else "star", colour))

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self._theme = theme
        self.show_stars(self._stars)

    def _rate(self, number: int) -> None:
        self.rated.emit(0 if number == self._stars else number)


class TitleField(QLineEdit):
    """One line of text. It is done by Return, or when the field loses the focus; Escape brings back the old."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setPlaceholderText("Add a title")
        self.setAccessibleName("Title")
        self.editingFinished.connect(self.finish)

    def show_text(self, text: str) -> None:
        """Show this, unless something is being typed."""
        self._shown = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)
            self.setCursorPosition(0)

    def finish(self) -> None:
        """Take what was typed as done."""
        self.setModified(False)
        if self.text() != self._shown:
            self._shown = self.text()
            self.edited.emit(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._shown)
        else:
            super().keyPressEvent(event)


class DescriptionField(QPlainTextEdit):
    """Several lines of text. They are done when the field loses the focus, or by Ctrl+Return; Escape brings back the old."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setPlaceholderText("Add a description")
        self.setAccessibleName("Description")
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _DESCRIPTION_LINES + 16)

    def show_text(self, text: str) -> None:
        """Show this, unless something is being typed."""
        self._shown = text
        if not (self.hasFocus() and self.document().isModified()):
            self.setPlainText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._shown)
        else:
            super().keyPressEvent(event)

    def finish(self) -> None:
        """Take what was typed as done."""
        text = self.toPlainText()
        self.document().setModified(False)
        if text != self._shown:
            self._shown = text
            self.edited.emit(text)


class CurationEditor(QWidget):
    """Shows what is said of one photo or of several; asks for changes by signals."""

    rated = Signal(int)
    favourite_wanted = Signal(bool)
    entitled = Signal(str)
    described = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.stars = StarRow(theme)
        self.stars.rated.connect(self.rated)
        self.heart = tool_button("Favourite", hint="Favourite (Ctrl+D)", role="star", checkable=True)
        self.heart.setIconSize(_ICON)
        self.heart.clicked.connect(self.favourite_wanted)
        self.heart.toggled.connect(self._paint_heart)
        self.title = TitleField()
        self.title.edited.connect(self.entitled)
        self.description = DescriptionField()
        self.description.edited.connect(self.described)
        none = (0, 0, 0, 0)
        marks = in_row(self.stars, self.heart, STRETCH, spacing=theme.space_s, margins=none)
        in_column(marks, self.title, self.description, spacing=theme.space_s, margins=none, inside=self)
        self._paint_heart()

    def show_said(self, said: Curation, *, single: bool) -> None:
        """Show what is said of one photo, or what several have in common: stars and hearts only."""
        self.stars.show_stars(said.rating)
        self.heart.setChecked(said.favourite)
        self.title.setVisible(single)
        self.description.setVisible(single)
        if single:
            self.title.show_text(said.title or "")
            self.description.show_text(said.description or "")

    def finish(self) -> None:
        """Take what is being typed as done: another photo is about to be shown."""
        self.title.finish()
        self.description.finish()

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self._theme = theme
        self.stars.set_theme(theme)
        self._paint_heart()

    def _paint_heart(self) -> None:
        checked = self.heart.isChecked()
        colour = self._theme.danger if checked else self._theme.muted_text
        self.heart.setIcon(themed_icon("heart-filled" if checked else "heart", colour))
