"""The files that are not in the library, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from desktop_app.domain.photo import SkippedFile
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.dialogs.row_table import RowTable, row_table_view
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row, say_alone
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, from_home

_HEADINGS = ("File", "Why", "Folder")
_WIDTHS = (180, 410)


def _words(file: SkippedFile) -> tuple[str, str, str]:
    return file.path.name, file.reason, from_home(file.path.parent)


class SkippedDialog(QDialog):
    """Lists skipped files; asks by signals to try one or all again, or to show one in the file manager."""

    retry_wanted = Signal(object)
    """Read these files again, by their paths; None for all."""
    show_file_wanted = Signal(Path)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Files that could not be read")
        self.resize(820, 460)
        self._files: tuple[SkippedFile, ...] = ()
        self.summary = label(wrap=True)
        self._items: RowTable[SkippedFile] = RowTable(_HEADINGS, _words, self)
        self.table = row_table_view("Skipped files", self._items, _WIDTHS)
        self.others = push_button("", role="link")
        self.others.setCheckable(True)
        self.others.toggled.connect(self._fill)
        self.retry_one = push_button(
            "Try again", hint="Read the chosen file once more, for example after it was repaired"
        )
        self.retry_one.clicked.connect(self._retry_current)
        self.retry = push_button("Try all again", hint="For example after a drive was connected")
        self.retry.clicked.connect(self._retry_all)
        self._show_file = push_button("Show in file manager")
        self._show_file.clicked.connect(self._show_current)
        self._lay_out(theme)
        self._fill()

    def show_files(self, files: Sequence[SkippedFile]) -> None:
        """Show this list."""
        self._files = tuple(files)
        self._fill()

    def _fill(self) -> None:
        listed = self.others.isChecked()
        photos = sum(file.is_photo for file in self._files)
        shown = [file for file in self._files if file.is_photo or listed]
        self.summary.setText(_summary(photos, len(self._files) - photos))
        self.others.setText("List photos only" if listed else "List files that are not photos, too")
        self.others.setVisible(photos < len(self._files))
        row = self.table.currentIndex().row()
        self._items.show_rows(shown)
        if shown:
            # The list follows the library: what was chosen goes when it could be read, and the next one takes its row.
            self.table.selectRow(min(max(row, 0), len(shown) - 1))
        for part in (self.table, self.retry_one, self._show_file):
            part.setVisible(bool(shown))
        self.retry.setVisible(photos > 0)
        say_alone(self.summary, alone=not shown)

    def _retry_all(self) -> None:
        self.accept()
        self.retry_wanted.emit(None)

    def _current(self) -> SkippedFile | None:
        return self._items.value(self.table.currentIndex().row())

    def _retry_current(self) -> None:
        if (file := self._current()) is not None:
            self.retry_wanted.emit([file.path])

    def _show_current(self) -> None:
        if (file := self._current()) is not None:
            self.show_file_wanted.emit(file.path)

    def _lay_out(self, theme: Theme) -> None:
        buttons = in_row(self.retry_one, self.retry, self._show_file, STRETCH, dismiss_button(self))
        dialog_column(self, theme, self.summary, (self.table, 1), in_row(self.others, STRETCH), buttons)


def _summary(photos: int, others: int) -> str:
    if not photos and not others:
        return "Every file in your folders is in the library."
    rest = f" {counted(others, 'other file is', 'other files are')} not a photo." if others else ""
    if not photos:
        return f"Every photo could be read.{rest}"
    return f"{counted(photos, 'photo')} could not be read. Everything else is in the library, or on its way.{rest}"
