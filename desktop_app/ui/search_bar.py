"""The search field: a question as it is typed, or a picture dropped or pasted into it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.domain.language.problems import QueryProblem
from desktop_app.ui.completion_popup import CompletionPopup
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme

# Long enough that a word is not searched letter by letter, short enough to feel immediate.
DEBOUNCE_MS = 250

_HINT = "Describe what you are looking for: two dogs on grass, -people, date:2023"
_DROP_HINT = "Drop it here to find photos like it"

# The wave under what was not understood, in device-independent pixels.
_WAVE_STEP, _WAVE_HEIGHT = 3, 2

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


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
    completion_wanted = Signal(str, int)
    """The text and where the cursor is in it: what could be typed there?"""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setProperty("role", "search")
        self.setPlaceholderText(_HINT)
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
        self._theme = theme
        self._problem: QueryProblem | None = None
        self.completion = CompletionPopup(self, theme)
        self.completion.chosen.connect(self._complete)
        self.textEdited.connect(self._edited)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self.returnPressed.connect(self._send)

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons anew."""
        self._theme = theme
        self.completion.set_theme(theme)
        self._glass.setIcon(themed_icon("search", theme.muted_text))
        self._clear.setIcon(themed_icon("close", theme.muted_text))

    def show_text(self, text: str) -> None:
        """Show what is being searched for, when something else than typing changed it."""
        if text.strip() == self._sent.strip() and self._debounce.isActive():
            return  # what was sent a moment ago; more has been typed since
        self._debounce.stop()
        self._sent = text
        if self.text().strip() != text.strip():
            self.setText(text)

    def show_problem(self, problem: QueryProblem | None) -> None:
        """Mark what was not understood; None marks nothing."""
        self._problem = problem
        self.setAccessibleDescription(str(problem) if problem else "")
        self.update()

    @property
    def problem(self) -> QueryProblem | None:
        """What is marked."""
        return self._problem

    @property
    def takes_keys(self) -> bool:
        """Whether keys typed into this window go here, be the window in front of others or not."""
        return self.window().focusWidget() is self

    def clear_at_once(self) -> None:
        """Empty the field without waiting for the pause after typing."""
        self.clear()
        self._send()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.completion.visible and self._at_completion(event):
            return
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear_at_once()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and self._take(QGuiApplication.clipboard().mimeData()):
            return
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        # Tab takes what is offered while something is.
        return False if self.completion.visible else super().focusNextPrevChild(forwards)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._problem is not None:
            self._underline(self._problem)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
            self._show_target(over=True)
        else:
            super().dragEnterEvent(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_target(over=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_target(over=False)
        if self._take(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dropEvent(event)

    def _show_target(self, *, over: bool) -> None:
        """While a picture is held over the field: say what dropping it does."""
        self.setPlaceholderText(_DROP_HINT if over else _HINT)
        self.setProperty("target", over)
        self.style().unpolish(self)
        self.style().polish(self)

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

    def _at_completion(self, event: QKeyEvent) -> bool:
        """Whether a key belongs to the list of completions. Enter searches at once unless one of them is marked."""
        key = event.key()
        if key == Qt.Key.Key_Tab or (key in _ENTER and self.completion.marked):
            self.completion.take()
            return True
        if key in _ENTER or key == Qt.Key.Key_Escape:
            self.completion.hide()
        return key == Qt.Key.Key_Escape

    def replace_part(self, start: int, end: int, text: str) -> None:
        """Put `text` in place of a part of what was asked, and ask that at once."""
        offset = len(self.text()) - len(self.text().lstrip())
        self.setText(f"{self.text()[: start + offset]}{text}{self.text()[end + offset :]}")
        self.setCursorPosition(start + offset + len(text))
        self.show_problem(None)
        self._send()

    def _complete(self, start: int, end: int, text: str) -> None:
        rest = self.text()[end:]
        gap = "" if text[-1:] in (":", " ") or rest.startswith(" ") else " "
        self.setText(f"{self.text()[:start]}{text}{gap}{rest}")
        self.setCursorPosition(start + len(text) + len(gap))
        self._edited(self.text())

    def _edited(self, text: str) -> None:
        self._debounce.start()
        self.show_problem(None)
        self.completion_wanted.emit(text, self.cursorPosition())

    def _underline(self, problem: QueryProblem) -> None:
        """A wave under the part that is at fault."""
        offset = len(self.text()) - len(self.text().lstrip())
        start, end = problem.span.start + offset, max(problem.span.end, problem.span.start + 1) + offset
        advance, cursor = self.fontMetrics().horizontalAdvance, self.cursorRect()
        left = cursor.center().x() - advance(self.text()[: self.cursorPosition()])
        first, last = left + advance(self.text()[:start]), left + advance(self.text()[:end].ljust(end))
        base = cursor.center().y() + self.fontMetrics().height() // 2 + 1
        points = [
            QPoint(x, base + (_WAVE_HEIGHT if number % 2 else 0))
            for number, x in enumerate(range(first, last + 1, _WAVE_STEP))
        ]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.rect().adjusted(30, 0, -30, 0))
        painter.setPen(QPen(QColor(self._theme.danger), 1.4))
        painter.drawPolyline(points)
        painter.end()

    def _send(self) -> None:
        self._debounce.stop()
        text = self.text().strip()
        if text != self._sent.strip():
            self._sent = text
            self.searched.emit(text)
