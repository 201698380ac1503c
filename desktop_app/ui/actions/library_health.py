"""Checking the library and putting backups in its place, in the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.health import FilesHealth
from desktop_app.services.services import Services
from desktop_app.ui.dialogs.backups import BackupsDialog
from desktop_app.ui.dialogs.check import CheckDialog
from desktop_app.ui.dialogs.over_window import OverWindow
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import ThemeSource

T = TypeVar("T")

_CHECK = "check of the library"
_BACKUPS = "backups"

# Thousands of small files a second are read; nobody sees more than this.
_SHOWN_EVERY_SECONDS = 0.05


class _Reading(QObject):
    """Reading all photos again: how far it is, told on the thread that reads, heard on the GUI thread."""

    advanced = Signal(int, int)
    """Files done, and files to do."""

    def __init__(self, services: Services, dialog: CheckDialog, parent: QObject) -> None:
        super().__init__(parent)
        self.stopped = threading.Event()
        self._verifying = services.verifying
        self._told = 0.0
        self.advanced.connect(dialog.show_reading, Qt.ConnectionType.QueuedConnection)

    def work(self) -> FilesHealth:
        """Read them. Blocks."""
        total = self._verifying.file_count()

        def tell(done: int) -> None:
            now = time.monotonic()
            if now - self._told >= _SHOWN_EVERY_SECONDS and not self.stopped.is_set():
                self._told = now
                self.advanced.emit(done, total)

        return self._verifying.files(progress=tell, cancelled=self.stopped.is_set)


class LibraryHealth(OverWindow):
    """Opens the check and the list of backups, and carries out what is asked for there."""

    restore_wanted = Signal(Path)
    """A backup that is to take the library's place, for which the library has to be closed."""

    def __init__(self, services: Services, tasks: Tasks, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(services, tasks, themes, window)
        self._reading: _Reading | None = None

    def close(self) -> None:
        """Read no further."""
        if self._reading is not None:
            self._reading.stopped.set()

    def show_backups(self) -> BackupsDialog:
        """List the backups."""
        dialog = BackupsDialog(self._themes.current, self._window)
        dialog.restore_wanted.connect(self.restore_wanted)
        dialog.finished.connect(lambda _result: self._tasks.forget(_BACKUPS))
        self._tasks.run(self._services.backing_up.backups_with_photos, dialog.show_backups, key=_BACKUPS)
        self._open(dialog)
        return dialog

    def show_check(self) -> CheckDialog:
        """Check the library's own files, and offer to read the photos again."""
        dialog = CheckDialog(self._themes.current, self._window)
        dialog.check_wanted.connect(lambda: self._check(dialog))
        dialog.read_wanted.connect(lambda: self._read(dialog))
        dialog.stop_wanted.connect(self.close)
        dialog.mend_wanted.connect(lambda: self._mend(dialog))
        dialog.backups_wanted.connect(lambda: self._rather_restore(dialog))
        dialog.finished.connect(lambda _result: self._closed())
        self._open(dialog)
        self._check(dialog)
        return dialog

    def _check(self, dialog: CheckDialog) -> None:
        dialog.show_checking()
        self._run(dialog, self._services.verifying.database, dialog.show_database)

    def _read(self, dialog: CheckDialog) -> None:
        reading = self._reading = _Reading(self._services, dialog, self)
        dialog.show_reading(0, 0)
        self._run(dialog, reading.work, lambda health: dialog.show_files(health, stopped=reading.stopped.is_set()))

    def _mend(self, dialog: CheckDialog) -> None:
        def work() -> None:
            self._services.verifying.repair()
            self._services.indexing.start()

        self._run(dialog, work, lambda _none: dialog.show_mending())

    def _run(self, dialog: CheckDialog, work: Callable[[], T], done: Callable[[T], None]) -> None:
        def failed(exception: Exception) -> None:
            dialog.reject()
            self._tasks.report(exception)

        self._tasks.run(work, done, failed=failed, key=_CHECK)

    def _rather_restore(self, dialog: CheckDialog) -> None:
        dialog.accept()
        self.show_backups()

    def _closed(self) -> None:
        self.close()
        self._reading = None
        self._tasks.forget(_CHECK)
