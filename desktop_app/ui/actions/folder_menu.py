"""The context menu of a folder in the sidebar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.library import RootInfo


@dataclass(frozen=True, slots=True)
class FolderCommands:
    """What the menu calls."""

    show: Callable[[Path], object]
    look_again: Callable[[RootInfo], object]
    relink: Callable[[Path], object]
    remove: Callable[[RootInfo], object]


def open_folder_menu(at: QPoint, root: RootInfo, folder: Path, *, commands: FolderCommands, window: QWidget) -> QMenu:
    """Open it for a folder of a root. What needs the files there is greyed while the root is away."""
    away = root.watching == "offline"
    menu = QMenu(window)
    show = menu.addAction("Show in file manager", lambda: commands.show(folder))
    look = menu.addAction("Look for new photos", lambda: commands.look_again(root))
    for action in (show, look):
        action.setEnabled(not away)
    menu.addAction(f"Relink “{folder.name}”…", lambda: commands.relink(folder)).setToolTip(
        "Say where this folder is now: nothing is read again, and every tag stays"
    )
    menu.setToolTipsVisible(True)
    menu.addSeparator()
    menu.addAction(f"Remove “{root.path.name}” from Keepsight…", lambda: commands.remove(root))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)
    return menu
