"""The line below the search field that says what of a question was not understood, and how to mend it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query_terms import Span
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.icons import icon_pixmap
from desktop_app.ui.theme import Theme

_ICON = QSize(16, 16)


class ProblemLine(QWidget):
    """Hidden while the question is understood. A click goes to the place in the text."""

    place_wanted = Signal(int, int)
    """Start and end of what was not understood."""
    replacement_wanted = Signal(int, int, str)
    """Start and end of what was not understood, and what was probably meant."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem = QueryProblem("", Span())
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON)
        self.sentence = label(role="danger", wrap=False)
        self.next_step = label(role="muted", wrap=True)
        self.mend = push_button("", role="link")
        self.mend.clicked.connect(lambda _checked: self._ask_replacement())
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space_l, 0, theme.space_l, theme.space_s)
        row.setSpacing(theme.space_s)
        row.addWidget(self._icon)
        row.addWidget(self.sentence)
        row.addWidget(self.mend)
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
        self._problem = problem
        self.sentence.setText(problem.sentence)
        place = f"Character {problem.span.start + 1}."
        self.mend.setText(f"Use {problem.replacement}")
        self.mend.setVisible(bool(problem.replacement))
        self.next_step.setText(place if problem.replacement else f"{problem.next_step} {place}".strip())
        self.setAccessibleName(f"{problem.sentence} {problem.next_step} {place}")

    def set_theme(self, theme: Theme) -> None:
        """Tint the icon anew."""
        self._icon.setPixmap(icon_pixmap("warning", theme.danger, _ICON.width(), self.devicePixelRatioF()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.place_wanted.emit(self._problem.span.start, self._problem.span.end)

    def _ask_replacement(self) -> None:
        span = self._problem.span
        self.replacement_wanted.emit(span.start, span.end, self._problem.replacement)
