"""What the library leaves out of its folders."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QPlainTextEdit, QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.exclusion import DEFAULT_PATTERNS, Exclusion
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row
from desktop_app.ui.theme import Theme

_HELP = (
    "One pattern a line, as in .gitignore: “*.tmp” leaves out files, “raw/” folders of that name anywhere, "
    "“/2023/private/” one folder, “!” takes in again. Photos that are left out are only forgotten here, never deleted."
)


class LeftOutDialog(QDialog):
    """Edits the patterns. It stays open, and says why, until they can be kept."""

    save_wanted = Signal(object, bool)
    """The lines, and whether hidden files are taken in."""

    def __init__(self, exclusion: Exclusion, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Files to leave out")
        self.resize(560, 520)
        self.patterns = QPlainTextEdit()
        self.patterns.setAccessibleName("Patterns")
        self.patterns.setTabChangesFocus(True)
        self.hidden = QCheckBox("Take in hidden files and folders")
        self.problem = label(role="danger", wrap=True)
        self.problem.hide()
        self.patterns.textChanged.connect(self.problem.hide)
        self.save = push_button("Save", role="primary")
        self.save.clicked.connect(self._save)
        self._lay_out(theme)
        self._fill(exclusion)

    def show_problem(self, problem: UserFacingError) -> None:
        """Say why these cannot be kept."""
        self.problem.setText(f"{problem.sentence} {problem.next_step}")
        self.problem.show()

    def _fill(self, exclusion: Exclusion) -> None:
        self.patterns.setPlainText("\n".join(exclusion.patterns))
        self.hidden.setChecked(exclusion.hidden)

    def _save(self) -> None:
        self.save_wanted.emit(self.patterns.toPlainText().splitlines(), self.hidden.isChecked())

    def _lay_out(self, theme: Theme) -> None:
        defaults = push_button("Defaults", hint="The patterns of a new library")
        defaults.clicked.connect(lambda: self._fill(Exclusion(DEFAULT_PATTERNS, hidden=self.hidden.isChecked())))
        buttons = in_row(defaults, STRETCH, dismiss_button(self, "Cancel"), self.save)
        dialog_column(self, theme, label(_HELP, wrap=True), (self.patterns, 1), self.hidden, self.problem, buttons)
