"""The backups of the library, one of which can be put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop_app.domain.health import Backup
from desktop_app.ui.banner import Notice
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.dialogs.row_table import RowTable, row_table_view
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row, say_alone
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import byte_size, from_home, number

_HEADINGS = ("Made", "Photos", "Size", "File")
_WIDTHS = (220, 110, 110)

_WHAT_HAPPENS = (
    "The library becomes what it was when the backup was made; tags and albums of later are not in it. The library as it is "
    "now is kept as a backup too, and your photos are not touched. Keepsight closes its window for a moment."
)
_WHAT_HAPPENS_TO_DAMAGE = (
    "A backup can take its place. The damaged file is kept beside it, and your photos are not touched. What changed since then "
    "is found again by itself; tags given since then are lost."
)
_NONE = "There is no backup yet. One is made every day, and whenever you choose Library, Back up the library."
_NONE_OF_DAMAGE = "There is no backup of it in the library's folder. Your photos are not touched by this."


class BackupsDialog(QDialog):
    """Lists backups, the newest chosen; asks by a signal to put one in the library's place.

    `damage`: what is wrong with the library, when this is shown in the window's place.
    """

    restore_wanted = Signal(Path)
    """The backup's file."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, damage: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("Keepsight" if damage else "Restore a backup")
        self.resize(760, 440)
        self._damaged = bool(damage)
        self.problem = label(damage, role="title", wrap=True)
        self.problem.setVisible(bool(damage))
        self.summary = label("Looking for backups…", wrap=True)
        self._items: RowTable[Backup] = RowTable(_HEADINGS, _words, self)
        self.table = row_table_view("Backups", self._items, _WIDTHS)
        self.table.doubleClicked.connect(lambda _index: self._restore())
        self.restore = push_button("Use this backup" if damage else "Restore this backup", role="primary")
        self.restore.clicked.connect(self._restore)
        self.other = push_button("Another file…", hint="A backup that you keep elsewhere")
        self.other.clicked.connect(self._choose_file)
        self._lay_out(theme)
        self._show_listed(listed=False)

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """Show these, the newest first."""
        self._items.show_rows(backups)
        if self._damaged:
            self.summary.setText(_WHAT_HAPPENS_TO_DAMAGE if backups else _NONE_OF_DAMAGE)
        else:
            self.summary.setText(_WHAT_HAPPENS if backups else _NONE)
        self._show_listed(listed=bool(backups))
        if backups:
            self.table.selectRow(0)
            self.restore.setFocus()

    def _show_listed(self, *, listed: bool) -> None:
        self.table.setVisible(listed)
        self.restore.setVisible(listed)
        say_alone(self.summary, alone=not listed)

    def _restore(self) -> None:
        if (backup := self._items.value(self.table.currentIndex().row())) is not None:
            self._ask_for(backup.path)

    def _choose_file(self) -> None:
        chooser = QFileDialog(self, "A backup of the library")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilters(["Libraries (*.db)", "All files (*)"])
        chooser.fileSelected.connect(lambda path: self._ask_for(Path(path)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _ask_for(self, file: Path) -> None:
        self.restore_wanted.emit(file)
        self.accept()

    def _lay_out(self, theme: Theme) -> None:
        dismiss = dismiss_button(self, "Quit" if self._damaged else "Cancel")
        buttons = in_row(self.other, STRETCH, dismiss, self.restore)
        dialog_column(self, theme, self.problem, self.summary, (self.table, 1), buttons)


def restored_notice(used: Backup, aside: Path | None) -> Notice:
    """What is said once a backup is the library."""
    kept = (
        "What it was before is kept as a backup." if aside is None else f"The damaged file is kept: {from_home(aside)}"
    )
    return Notice(f"The library is as it was on {_moment(used)}.", kept)


def _words(backup: Backup) -> tuple[str, str, str, str]:
    photos = "" if backup.photos is None else number(backup.photos)
    return _moment(backup), photos, byte_size(backup.size), backup.path.name


def _moment(backup: Backup) -> str:
    return f"{backup.made_at.astimezone():%d %B %Y, %H:%M}"
