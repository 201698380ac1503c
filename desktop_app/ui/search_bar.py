"""The search field: words as they are typed, or a picture dropped or pasted into it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme

# Long enough that a word is not searched letter by letter, short enough to feel immediate.
DEBOUNCE_MS = 250


class SearchBar(QLineEdit):
    """Sends what to search for; keeps no state of the search itself."""

    searched = Signal(str)
    """The words to search for; an empty text when they were cleared."""
    picture_given = Signal(Path)
    """A picture file (or a folder: the receiver decides) was dropped or pasted."""
    pixels_given = Signal(QImage)
    """A picture without a file was pasted or dropped."""
    left_downwards = Signal()
    """The person pressed Down: they want to go to the results."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setProperty("role", "search")
        self.setPlaceholderText("Describe what you are looking for, e.g. two dogs on grass")
        self.setAccessibleName("Search your photos")
        self.setToolTip("Words, or drop or paste a picture here to find similar photos")
        self.setAcceptDrops(True)
        self._glass = self.addAction(themed_icon("search", theme.muted_text), QLineEdit.ActionPosition.LeadingPosition)
        self._clear: QAction = self.addAction(
            themed_icon("close", theme.muted_text), QLineEdit.ActionPosition.TrailingPosition
        )
        self._clear.setToolTip("Clear the search (Esc)")
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear_at_once)
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._send)
        self._sent = ""
        self.textEdited.connect(lambda _text: self._debounce.start())
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self.returnPressed.connect(self._send)

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons anew."""
        self._glass.setIcon(themed_icon("search", theme.muted_text))
        self._clear.setIcon(themed_icon("close", theme.muted_text))

    def show_text(self, text: str) -> None:
        """Show what is being searched for, when something else than typing changed it."""
        self._debounce.stop()
        self._sent = text
        if self.text().strip() != text.strip():
            self.setText(text)

    def clear_at_once(self) -> None:
        """Empty the field without waiting for the pause after typing."""
        self.clear()
        self._send()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear_at_once()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and self._take(QGuiApplication.clipboard().mimeData()):
            return
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if self._take(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dropEvent(event)

    def _take(self, data: QMimeData) -> bool:
        """Use a picture among the data, if there is one."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self.picture_given.emit(files[0])
            return True
        if data.hasImage():
            self.pixels_given.emit(QImage(data.imageData()))
            return True
        return False

    def _send(self) -> None:
        self._debounce.stop()
        text = self.text().strip()
        if text != self._sent.strip():
            self._sent = text
            self.searched.emit(text)
