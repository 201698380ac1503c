"""Whether the library is sound, and on demand whether every photo's bytes are what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QProgressBar, QWidget

from desktop_app.domain.health import DatabaseHealth, FilesHealth
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.dialogs.row_table import RowTable, row_table_view
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row, say_alone
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, from_home

_HEADINGS = ("Checked", "Result", "Folder")
_WIDTHS = (180, 360)

CORRUPTED = "Other bytes than before, though nobody wrote to it"
UNREADABLE = "Cannot be read"


@dataclass(frozen=True, slots=True)
class _Finding:
    """One line of the list."""

    what: str
    result: str
    folder: str = ""


class CheckDialog(QDialog):
    """Shows what a check found; asks by signals to check again, to read all photos again, to mend, to restore a backup."""

    check_wanted = Signal()
    read_wanted = Signal()
    stop_wanted = Signal()
    mend_wanted = Signal()
    backups_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Check the library")
        self.resize(760, 440)
        self._database: DatabaseHealth | None = None
        self._files: FilesHealth | None = None
        self._stopped = False
        self.summary = label(role="title", wrap=True)
        self.advice = label(wrap=True)
        self._items: RowTable[_Finding] = RowTable(_HEADINGS, _words, self)
        self.table = row_table_view("Findings", self._items, _WIDTHS)
        self.progress = label(role="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.read = push_button(
            "Read all photos again",
            hint="Compares every byte with what it was, to find damage on the drive. Takes as long as reading all photos takes",
        )
        self.stop = push_button("Stop")
        self.again = push_button("Check again")
        self.mend = push_button("Mend", role="primary", hint="Makes anew what is damaged, from your photos")
        self.backups = push_button("Restore a backup…", role="primary")
        self._connect_buttons()
        self._lay_out(theme)
        self.show_checking()

    def _connect_buttons(self) -> None:
        for button, signal in (
            (self.read, self.read_wanted),
            (self.stop, self.stop_wanted),
            (self.again, self.check_wanted),
            (self.mend, self.mend_wanted),
            (self.backups, self.backups_wanted),
        ):
            button.clicked.connect(signal)

    def show_checking(self) -> None:
        """The library's own files are being checked."""
        self._database = None
        self._show_work("")
        self.bar.setRange(0, 0)
        self.summary.setText("Checking the library…")
        for part in (self.advice, self.table):
            part.hide()
        say_alone(self.summary, alone=True)

    def show_database(self, health: DatabaseHealth) -> None:
        """What came out of it."""
        self._database = health
        self._show_findings()

    def show_reading(self, done: int, total: int) -> None:
        """Photos are being read again."""
        self._show_work(f"{done:,} of {counted(total, 'file')} read" if total else "Reading photos…")
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.stop.show()

    def show_files(self, health: FilesHealth, *, stopped: bool = False) -> None:
        """What came out of it, as far as it got."""
        self._files, self._stopped = health, stopped
        self._show_findings()

    def show_mending(self) -> None:
        """What can be made anew is being made."""
        self._show_findings()
        self.mend.hide()
        self.advice.setText("What was damaged is made anew now. Check again when Keepsight has read the photos.")
        self.advice.show()

    def _show_work(self, words: str) -> None:
        self.progress.setText(words)
        self.bar.show()
        self.progress.setVisible(bool(words))
        for button in (self.read, self.again, self.mend, self.backups, self.stop):
            button.hide()

    def _show_findings(self) -> None:
        database, files = self._database, self._files
        for part in (self.bar, self.progress, self.stop):
            part.hide()
        for shown in (self.table, self.read, self.again):
            shown.show()
        say_alone(self.summary, alone=False)
        beyond_mending = database is not None and database.beyond_mending
        mendable = database is not None and database.mendable and not beyond_mending
        self.mend.setVisible(mendable)
        self.backups.setVisible(beyond_mending)
        self.summary.setText(_summary(database, files))
        self.advice.setText(_advice(database, files))
        self.advice.setVisible(bool(self.advice.text()))
        self._items.show_rows([*_library_findings(database), *_photo_findings(files, stopped=self._stopped)])

    def _lay_out(self, theme: Theme) -> None:
        working = in_row(self.progress, (self.bar, 1), self.stop)
        buttons = in_row(self.read, self.again, STRETCH, dismiss_button(self), self.mend, self.backups)
        dialog_column(self, theme, self.summary, self.advice, (self.table, 1), working, buttons)


def _words(finding: _Finding) -> tuple[str, str, str]:
    return finding.what, finding.result, finding.folder


def _summary(database: DatabaseHealth | None, files: FilesHealth | None) -> str:
    wrong = [
        what for what, health in (("the library", database), ("some photos", files)) if health and not health.sound
    ]
    if wrong:
        return f"Something is wrong with {' and with '.join(wrong)}."
    return "The library is sound." if files is None else "The library is sound, and so are the photos that were read."


def _advice(database: DatabaseHealth | None, files: FilesHealth | None) -> str:
    said = []
    if database is not None and database.beyond_mending:
        said.append("A backup from before the damage is the way out; your photos are not touched by it.")
    elif database is not None and database.mendable:
        said.append("Keepsight can make anew what is damaged, from your photos.")
    if files is not None and not files.sound:
        said.append("Take damaged photos from a backup of your own; the drive may be failing.")
    return " ".join(said)


def _library_findings(health: DatabaseHealth | None) -> Iterator[_Finding]:
    if health is None:
        return
    for fault in health.faults:
        yield _Finding("Library file", fault)
    if not health.faults:
        yield _Finding("Library file", "Sound")
    yield _Finding(
        "Tags, albums and files",
        f"{counted(health.dangling_rows, 'entry points', 'entries point')} nowhere"
        if health.dangling_rows
        else "All belong to a photo",
    )
    yield _Finding(
        "Search by words", _missing(health.photos_without_texts, "cannot be found", "All photos can be found")
    )
    damaged = f", {counted(health.damaged_thumbnails, 'is', 'are')} damaged" if health.damaged_thumbnails else ""
    yield _Finding(
        "Thumbnails", _missing(health.photos_without_thumbnail, "without one", "Every photo has one") + damaged
    )
    damaged = f"{counted(health.damaged_vectors, 'is', 'are')} damaged" if health.damaged_vectors else "none damaged"
    yield _Finding("What photos show", f"{counted(health.vectors, 'vector')} checked, {damaged}")


def _missing(photos: int, wrong: str, right: str) -> str:
    return f"{counted(photos, 'photo')} {wrong}" if photos else right


def _photo_findings(health: FilesHealth | None, *, stopped: bool) -> Iterator[_Finding]:
    if health is None:
        return
    read = f"{counted(health.checked, 'file')} read{' before it was stopped' if stopped else ' again'}"
    wrong = len(health.corrupted) + len(health.unreadable)
    yield _Finding("Photos on the drive", f"{read}, {f'{wrong:,} damaged' if wrong else 'none damaged'}")
    if health.changed:
        yield _Finding("No damage", f"{counted(len(health.changed), 'file')} edited or moved since the last look")
    for paths, result in ((health.corrupted, CORRUPTED), (health.unreadable, UNREADABLE)):
        yield from (_Finding(path.name, result, from_home(path.parent)) for path in paths)
