"""What is shown in place of the window when the library file is damaged."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop_app.base.errors import LibraryDamagedError
from desktop_app.base.paths import LibraryPaths
from desktop_app.services.backing_up import backups_with_photos
from desktop_app.ui.application import dress
from desktop_app.ui.dialogs.backups import BackupsDialog
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import ThemeSource
from desktop_app.ui.window_memory import WindowMemory


def choose_backup(error: LibraryDamagedError, paths: LibraryPaths, *, settings_file: Path) -> Path | None:
    """Say what is wrong, offer the backups, and wait for the answer; None when the person would rather quit."""
    theme = ThemeSource(WindowMemory(settings_file).theme).current
    application = QApplication.instance()
    if isinstance(application, QApplication):
        dress(application, theme)
    chosen: list[Path] = []
    dialog = BackupsDialog(theme, damage=error.sentence)
    dialog.restore_wanted.connect(chosen.append)
    tasks = Tasks(dialog, threads=1)
    tasks.run(lambda: backups_with_photos(paths.backups), dialog.show_backups)
    dialog.exec()
    tasks.close()
    dialog.deleteLater()
    return chosen[0] if chosen else None
