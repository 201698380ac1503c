"""What is shown in place of the window when the library file is damaged."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox

from desktop_app.base.errors import LibraryDamagedError
from desktop_app.domain.health import Backup
from desktop_app.ui.wording import byte_size


def agrees_to_restore(error: LibraryDamagedError, newest: Backup | None) -> bool:
    """Say what is wrong, offer the newest backup, and wait for the answer."""
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Keepsight")
    box.setText(error.sentence)
    quit_button = box.addButton("Quit", QMessageBox.ButtonRole.RejectRole)
    restore = None
    if newest is None:
        box.setInformativeText("There is no backup of it. Your photos are not touched by this.")
    else:
        box.setInformativeText(
            f"The newest backup is of {newest.made_at.astimezone():%d %B %Y, %H:%M} ({byte_size(newest.size)}). "
            "The damaged file is kept beside it, and your photos are not touched. "
            "What changed since then is found again by itself; tags given since then are lost."
        )
        restore = box.addButton("Use the backup", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(restore)
    box.setEscapeButton(quit_button)
    box.exec()
    return restore is not None and box.clickedButton() is restore
