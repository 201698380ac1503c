"""The files that are not in the library, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from desktop_app.domain.photo import SkippedFile
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, from_home

Index = QModelIndex | QPersistentModelIndex

_HEADINGS = ("File", "Why", "Folder")
_INVALID = QModelIndex()


class SkippedTable(QAbstractTableModel):
    """The list as a table; a row is made into words only when it is looked at, so that its length costs nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: Sequence[SkippedFile] = ()

    def show_files(self, files: Sequence[SkippedFile]) -> None:
        """Show these files."""
        self.beginResetModel()
        self._files = files
        self.endResetModel()

    def file(self, row: int) -> SkippedFile | None:
        """The file of a row."""
        return self._files[row] if 0 <= row < len(self._files) else None

    def rowCount(self, parent: Index = _INVALID) -> int:
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: Index = _INVALID) -> int:
        return 0 if parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        file = self._files[index.row()]
        return (file.path.name, file.reason, from_home(file.path.parent))[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None


class SkippedDialog(QDialog):
    """Lists skipped files; asks by signals to try them again or to show one in the file manager."""

    retry_wanted = Signal()
    show_file_wanted = Signal(Path)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Files that could not be read")
        self.resize(820, 460)
        self._files: tuple[SkippedFile, ...] = ()
        self.summary = label(wrap=True)
        self._items = SkippedTable(self)
        self.table = QTableView()
        self.table.setAccessibleName("Skipped files")
        self.others = push_button("", role="link")
        self.others.setCheckable(True)
        self.others.toggled.connect(self._fill)
        self.retry = push_button(
            "Try them again", hint="For example after a drive was connected or a file was repaired"
        )
        self.retry.clicked.connect(self.retry_wanted)
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
        self.retry.setEnabled(photos > 0)
        self._items.show_files(shown)
        self._show_file.setEnabled(bool(shown))

    def _show_current(self) -> None:
        file = self._items.file(max(self.table.currentIndex().row(), 0))
        if file is not None:
            self.show_file_wanted.emit(file.path)

    def _lay_out(self, theme: Theme) -> None:
        self.table.setModel(self._items)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.resizeSection(0, 200)
        header.resizeSection(1, 340)
        close = push_button("Close")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.retry)
        buttons.addWidget(self._show_file)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space_l, theme.space_l, theme.space_l, theme.space_l)
        column.setSpacing(theme.space_m)
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)
        column.addWidget(self.others, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(buttons)


def _summary(photos: int, others: int) -> str:
    if not photos and not others:
        return "Every file in your folders is in the library."
    rest = f" {counted(others, 'other file is', 'other files are')} not a photo." if others else ""
    if not photos:
        return f"Every photo could be read.{rest}"
    return f"{counted(photos, 'photo')} could not be read. Everything else is in the library, or on its way.{rest}"
