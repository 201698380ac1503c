"""Export a list of photos to a file, or copy their files into a folder, without holding up the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.services.exporting import Copied, ListFormat, PhotoList
from desktop_app.services.services import Services
from desktop_app.ui.banner import Notice
from desktop_app.ui.search_presenter import Found, shown_photos
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.wording import counted, from_home

Photos = Callable[[], PhotoList]
"""Looks up what to export. Blocks."""

_FILTERS = {
    ListFormat.CSV: "Table, for spreadsheets (*.csv)",
    ListFormat.JSON: "JSON, for programs (*.json)",
    ListFormat.TEXT: "Text, one path a line (*.txt)",
}


class _CopyProgress(QProgressDialog):
    """How far copying is; it shows itself when that takes long."""

    advanced = Signal(int, int)
    """Files done, and files to do."""

    def __init__(self, window: QWidget) -> None:
        super().__init__("Copying photos…", "Stop", 0, 1, window)
        self.setWindowTitle("Copying photos")
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setAutoReset(False)
        self.stopped = threading.Event()
        self.canceled.connect(self.stopped.set)
        # Emitted by the thread that copies.
        self.advanced.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def end(self) -> None:
        """Go away."""
        self.canceled.disconnect(self.stopped.set)
        self.close()
        self.deleteLater()

    def _show(self, done: int, total: int) -> None:
        self.setMaximum(total)
        self.setValue(done)


class Exports(QObject):
    """Asks where to, does it, and says how it went."""

    def __init__(self, services: Services, tasks: Tasks, tell: Callable[[Notice], None], window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._tell = tell
        self._window = window

    def export_list(self, name: str, photos: Photos) -> None:
        """Write the paths of some photos to a file that the person chooses."""
        dialog = QFileDialog(self._window, "Export the list of photos")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(_FILTERS.values()))
        dialog.setDefaultSuffix(ListFormat.CSV)
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix(chosen)))
        dialog.selectFile(f"{_file_name(name)}.{ListFormat.CSV}")
        dialog.fileSelected.connect(lambda path: self.write_list(Path(path), photos))
        self._open(dialog)

    def export_found(self, found: Found | None) -> None:
        """Write the paths of the photos that are shown to a file that the person chooses."""
        if found is None or not len(found.result.photo_ids):
            self._tasks.report(UserFacingError("There are no photos to export.", "Search for something first."))
            return
        self.export_list(found.terms.text.strip() or "photos", lambda: shown_photos(found))

    def write_list(self, file: Path, photos: Photos) -> None:
        """Write the paths of some photos to this file."""

        def work() -> int:
            return self._services.exporting.write_list(photos(), file)

        def done(written: int) -> None:
            self._tell(Notice(f"The list of {counted(written, 'photo')} is in {from_home(file)}."))

        self._tasks.run(work, done)

    def copy_files(self, photos: Photos) -> None:
        """Copy the files of some photos into a folder that the person chooses."""
        dialog = QFileDialog(self._window, "Copy the photos into a folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.copy_into(Path(path), photos))
        self._open(dialog)

    def copy_into(self, folder: Path, photos: Photos) -> None:
        """Copy the files of some photos into this folder; the person can stop it."""
        shown = _CopyProgress(self._window)

        def work() -> Copied:
            ids = photos().photo_ids
            return self._services.exporting.copy_files(
                ids,
                folder,
                cancelled=shown.stopped.is_set,
                progress=lambda done: shown.advanced.emit(done, len(ids)),
            )

        def done(copied: Copied) -> None:
            shown.end()
            self._tell(_told(copied, folder))

        def failed(exception: Exception) -> None:
            shown.end()
            self._tasks.report(exception)

        self._tasks.run(work, done, failed=failed)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _told(copied: Copied, folder: Path) -> Notice:
    where = from_home(folder)
    sentence = f"{counted(copied.copied, 'photo')} copied to {where}."
    if copied.cancelled:
        sentence = f"Stopped after {counted(copied.copied, 'photo')}, which are in {where}."
    rest = []
    if copied.there_already:
        rest.append(f"{counted(copied.there_already, 'photo')} were there already.")
    if copied.away:
        names = ", ".join(copied.away[:3]) + ("…" if len(copied.away) > 3 else "")
        rest.append(f"{counted(len(copied.away), 'file')} not there at present: {names}")
    return Notice(sentence, " ".join(rest))


def _suffix(name_filter: str) -> str:
    return next((suffix for suffix, text in _FILTERS.items() if text == name_filter), ListFormat.TEXT)


def _file_name(name: str) -> str:
    """A name that every file system takes."""
    return "".join(char if char.isalnum() or char in " -_()" else "_" for char in name).strip() or "photos"
