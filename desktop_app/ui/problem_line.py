"""The line below the search field that says what of a question was not understood, and how to mend it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query_terms import Span
from desktop_app.ui.controls import label
from desktop_app.ui.icons import icon_pixmap
from desktop_app.ui.theme import Theme

_ICON = QSize(16, 16)


class ProblemLine(QWidget):
    """Hidden while the question is understood. A click goes to the place in the text."""

    place_wanted = Signal(int, int)
    """Start and end of what was not understood."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._span = Span()
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON)
        self.sentence = label(role="danger", wrap=False)
        self.next_step = label(role="muted", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space_l, 0, theme.space_l, theme.space_s)
        row.setSpacing(theme.space_s)
        row.addWidget(self._icon)
        row.addWidget(self.sentence)
        row.addWidget(self.next_step, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Go to this place in the search field")
        self.set_theme(theme)
        self.hide()

    def show_problem(self, problem: QueryProblem | None) -> None:
        """Say what is wrong; None hides the line."""
        self.setVisible(problem is not None)
        if problem is None:
            return
        self._span = problem.span
        self.sentence.setText(problem.sentence)
        place = f"Character {problem.span.start + 1}."
        self.next_step.setText(f"{problem.next_step} {place}".strip())
        self.setAccessibleName(f"{problem.sentence} {self.next_step.text()}")

    def set_theme(self, theme: Theme) -> None:
        """Tint the icon anew."""
        self._icon.setPixmap(icon_pixmap("warning", theme.danger, _ICON.width(), self.devicePixelRatioF()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.place_wanted.emit(self._span.start, self._span.end)
