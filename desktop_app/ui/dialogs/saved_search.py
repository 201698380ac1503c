"""The dialog that names a search to keep, or changes one that is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.layouts import STRETCH, dialog_column, in_row
from desktop_app.ui.theme import Theme


class SavedSearchDialog(QDialog):
    """Asks for a name and a question. It stays open, and says why, until both can be kept."""

    save_wanted = Signal(str, str)
    """The name and the question."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.name = QLineEdit(placeholderText="Such as: Best of the beach")
        self.name.setAccessibleName("Name")
        self.query = QLineEdit()
        self.query.setAccessibleName("Search")
        self.problem = label(role="danger", wrap=True)
        self.problem.hide()
        self.save = push_button("Save", role="primary")
        self.save.setDefault(True)
        self.save.clicked.connect(lambda _checked: self.save_wanted.emit(self.name.text(), self.query.text()))
        cancel = push_button("Cancel")
        cancel.clicked.connect(self.reject)
        for field in (self.name, self.query):
            field.textChanged.connect(lambda _text: self._consider())
        self._lay_out(theme, cancel)
        self._consider()

    def fill(self, name: str, query: str) -> None:
        """Begin with these."""
        self.name.setText(name)
        self.query.setText(query)
        self.query.setCursorPosition(0)
        self.name.setFocus()
        self.name.selectAll()

    def show_problem(self, problem: UserFacingError) -> None:
        """Say why this cannot be kept, and go to the place."""
        place = ""
        if isinstance(problem, QueryProblem):
            place = f" Character {problem.span.start + 1}."
            self.query.setFocus()
            self.query.setSelection(problem.span.start, max(problem.span.end - problem.span.start, 1))
        self.problem.setText(f"{problem.sentence} {problem.next_step}{place}")
        self.problem.show()
        self.adjustSize()  # room for as many lines as it takes

    def _consider(self) -> None:
        self.save.setEnabled(bool(self.name.text().strip() and self.query.text().strip()))
        self.problem.hide()

    def _lay_out(self, theme: Theme, cancel: QWidget) -> None:
        note = label("It stays up to date: photos that match later appear by themselves.", role="muted", wrap=True)
        name, query = (label("Name"), self.name), (label("Search"), self.query)
        under = (self.problem, note, theme.space_s, in_row(STRETCH, cancel, self.save))
        dialog_column(self, theme, *name, theme.space_xs, *query, *under, spacing=theme.space_s)
        self.setMinimumWidth(460)
