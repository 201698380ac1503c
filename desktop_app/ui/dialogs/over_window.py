"""Opening dialogs over the window: what everything that does so has at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop_app.services.services import Services
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import ThemeSource


class OverWindow(QObject):
    """Whoever opens dialogs. None of them stops the event loop: photos go on appearing behind them."""

    def __init__(self, services: Services, tasks: Tasks, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._themes = themes
        self._window = window

    def _open(self, dialog: QDialog) -> None:
        """Show a dialog; it is gone once it is closed."""
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_for_folder(self, title: str, chosen: Callable[[Path], None]) -> None:
        """Let a folder be chosen."""
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: chosen(Path(path)))
        self._open(dialog)
