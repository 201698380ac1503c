"""What writing sidecars would change, file by file, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QSyntaxHighlighter, QTextDocument
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHeaderView,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QToolButton,
    QWidget,
)

from desktop_app.domain.sidecar import FieldChange, SidecarNaming
from desktop_app.services.metadata_sync import SidecarChange
from desktop_app.ui.controls import label, push_button, tool_button
from desktop_app.ui.layouts import STRETCH, dialog_column, in_row
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, from_home

Index = QModelIndex | QPersistentModelIndex

_INTRODUCTION = (
    "Sidecar files carry accepted tags, stars, titles, descriptions and places to digiKam, Lightroom, darktable and others. "
    "The photos themselves are not touched, and whatever else a sidecar says stays."
)
_HEADINGS = ("Sidecar", "What changes", "Folder")
_INVALID = QModelIndex()
_NAMINGS = {
    SidecarNaming.AUTOMATIC: ("Automatic", "As most sidecars in the library are named"),
    SidecarNaming.FULL_NAME: ("name.jpg.xmp", "As digiKam and darktable name them"),
    SidecarNaming.STEM: ("name.xmp", "As Lightroom and Bridge name them"),
}


class DifferenceColours(QSyntaxHighlighter):
    """Lines that come in the accent's colour, lines that go in the colour of danger."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._colours = {"+": QColor(theme.accent), "-": QColor(theme.danger), "@": QColor(theme.muted_text)}

    def highlightBlock(self, text: str) -> None:
        colour = self._colours.get("@" if text.startswith(("---", "+++")) else text[:1])
        if colour is not None:
            self.setFormat(0, len(text), colour)


class SidecarTable(QAbstractTableModel):
    """One row for each sidecar that would change, or that cannot."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: Sequence[SidecarChange] = ()

    def show_changes(self, changes: Sequence[SidecarChange]) -> None:
        """Show these."""
        self.beginResetModel()
        self._changes = changes
        self.endResetModel()

    def change(self, row: int) -> SidecarChange | None:
        """The change of a row."""
        return self._changes[row] if 0 <= row < len(self._changes) else None

    def rowCount(self, parent: Index = _INVALID) -> int:
        return 0 if parent.isValid() else len(self._changes)

    def columnCount(self, parent: Index = _INVALID) -> int:
        return 0 if parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        change = self._changes[index.row()]
        return (change.sidecar.name, change_words(change), from_home(change.sidecar.parent))[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None


class SidecarsDialog(QDialog):
    """Shows a preview; asks by signals to write it, and for another one when the naming is changed."""

    write_wanted = Signal()
    naming_chosen = Signal(object)
    looked_at = Signal(object)
    """A SidecarChange whose difference is to be shown."""

    def __init__(self, naming: SidecarNaming, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Write tags to sidecar files")
        self.resize(860, 600)
        self.summary = label(wrap=True)
        self.namings = {each: self._naming_button(each) for each in _NAMINGS}
        self.namings[naming].setChecked(True)
        self._naming_group = QButtonGroup(self)
        for button in self.namings.values():
            self._naming_group.addButton(button)
        self._items = SidecarTable(self)
        self.table = QTableView()
        self.table.setAccessibleName("Sidecars that would change")
        self.difference = QPlainTextEdit(readOnly=True)
        self.difference.setAccessibleName("What changes in the sidecar")
        self.difference.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._colours = DifferenceColours(self.difference.document(), theme)
        self.difference.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.write = push_button("Write", role="primary")
        self.write.clicked.connect(self.write_wanted)
        self.close_button = push_button("Cancel")
        self.close_button.clicked.connect(self.reject)
        self._lay_out(theme)
        self.table.selectionModel().currentRowChanged.connect(self._look)
        self.show_looking()

    def show_looking(self) -> None:
        """The preview is being made."""
        self.summary.setText("Looking at what would change…")
        self.write.setEnabled(False)
        self._items.show_changes(())
        self.difference.clear()

    def show_preview(self, changes: Sequence[SidecarChange]) -> None:
        """Show what would change."""
        shown = [change for change in changes if change.fields or change.problem]
        ready = sum(not change.problem for change in shown)
        self.summary.setText(preview_words(changes))
        self.write.setText(f"Write {counted(ready, 'file')}" if ready else "Write")
        self.write.setEnabled(ready > 0)
        self._items.show_changes(shown)
        if shown:
            self.table.selectRow(0)

    def show_difference(self, text: str) -> None:
        """Show the lines that change in the sidecar that is looked at."""
        self.difference.setPlainText(text)

    def show_writing(self) -> None:
        """The sidecars are being written."""
        self.write.setEnabled(False)
        for button in self.namings.values():
            button.setEnabled(False)
        self.summary.setText("Writing…")

    def show_written(self, changes: Sequence[SidecarChange]) -> None:
        """Say what was written; list what was not."""
        failed = [change for change in changes if change.problem]
        written = sum(bool(change.fields) for change in changes if not change.problem)
        words = f"{counted(written, 'sidecar was', 'sidecars were')} written."
        if failed:
            words += f" {counted(len(failed), 'could not be', 'could not be')}: the list says why."
        self.summary.setText(words)
        self.difference.clear()
        self._items.show_changes(failed)
        self.write.hide()
        self.close_button.setText("Close")

    def _naming_button(self, naming: SidecarNaming) -> QToolButton:
        words, hint = _NAMINGS[naming]
        button = tool_button(f"Name new sidecars: {words}", hint=hint, text=words, role="segment", checkable=True)
        button.clicked.connect(lambda _checked=False: self.naming_chosen.emit(naming))
        return button

    def _look(self, current: QModelIndex) -> None:
        change = self._items.change(current.row())
        self.difference.clear()
        if change is not None:
            self.looked_at.emit(change)

    def _lay_out(self, theme: Theme) -> None:
        self.table.setModel(self._items)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.resizeSection(0, 220)
        header.resizeSection(1, 380)
        parts = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        parts.addWidget(self.table)
        parts.addWidget(self.difference)
        parts.setSizes([260, 180])
        namings = (label("Name new sidecars", role="muted"), *self.namings.values())
        foot = in_row(*namings, STRETCH, self.close_button, self.write, spacing=theme.space_s)
        introduction = label(_INTRODUCTION, role="muted", wrap=True)
        dialog_column(self, theme, introduction, self.summary, (parts, 1), foot)


def change_words(change: SidecarChange) -> str:
    """Such as "new: keywords beach, dog · rating 4"."""
    if change.problem:
        return f"cannot be written: {change.problem}"
    words = " · ".join(_field_words(each) for each in change.fields)
    return f"new: {words}" if change.is_new else words


def preview_words(changes: Sequence[SidecarChange]) -> str:
    """What a preview comes to."""
    ready = [change for change in changes if change.fields and not change.problem]
    new = sum(change.is_new for change in ready)
    failed = sum(bool(change.problem) for change in changes)
    if not ready and not failed:
        return "Nothing to write: the sidecars of these photos say it all already, or there is nothing to say."
    kinds = [
        counted(new, "new sidecar") if new else "",
        counted(len(ready) - new, "changed one") if len(ready) > new else "",
    ]
    words = " and ".join(kind for kind in kinds if kind) or "No sidecar"
    rest = f" {counted(failed, 'cannot be', 'cannot be')} written." if failed else ""
    return f"{words} would be written.{rest}"


def _field_words(change: FieldChange) -> str:
    if not change.after:
        return f"no {change.field}"
    after = " ".join(change.after.split())
    return f"{change.field} {after if len(after) <= 60 else after[:59] + '…'}"
