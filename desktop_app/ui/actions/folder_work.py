"""Everything that the window does with the folders it watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_app.domain.library import RootInfo
from desktop_app.services.services import Services
from desktop_app.ui.actions.folder_menu import FolderCommands, open_folder_menu
from desktop_app.ui.actions.folders import add_folders, begin_work, look_again, relink, remove_folder
from desktop_app.ui.actions.followed_runs import FollowedRuns
from desktop_app.ui.dialogs.over_window import OverWindow
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import ThemeSource


class FolderWork(OverWindow):
    """Adds, rescans, relinks and removes folders; a run that was asked for here and fails is told."""

    def __init__(
        self,
        services: Services,
        tasks: Tasks,
        themes: ThemeSource,
        window: QWidget,
        *,
        state: SearchState,
        show_path: Callable[[Path], None],
    ) -> None:
        super().__init__(services, tasks, themes, window)
        self._state = state
        self._show_path = show_path
        self._runs = FollowedRuns(tasks, self)

    def begin(self) -> None:
        """Watch the folders, and bring them up to date."""
        self._tasks.run(lambda: begin_work(self._services), self._runs.follow)

    def choose(self) -> None:
        """Ask for a folder of photos, and watch it from now on."""
        self._ask_for_folder("Choose a folder of photos", lambda folder: self.add((folder,)))

    def add(self, folders: Sequence[Path]) -> None:
        """Watch these folders from now on."""
        if folders:
            self._tasks.run(lambda: add_folders(self._services, folders), self._runs.follow)

    def look_again(self, root: RootInfo | None = None) -> None:
        """Look for new and changed photos in one folder, or in all."""
        roots = None if root is None else [root]
        self._tasks.run(lambda: look_again(self._services, roots), self._runs.follow)

    def pause_or_resume(self) -> None:
        """Rest from reading photos, or go on."""
        indexing = self._services.indexing
        (indexing.resume if indexing.paused else indexing.pause)()

    def open_menu(self, at: QPoint, root: RootInfo, folder: Path) -> None:
        """The context menu of a folder in the sidebar."""
        commands = FolderCommands(
            show=self._show_path, look_again=self.look_again, relink=self._relink, remove=self.remove
        )
        open_folder_menu(at, root, folder, commands=commands, window=self._window)

    def remove(self, root: RootInfo) -> None:
        """Ask whether to forget a folder, and do; nobody looks in it any more."""
        box = QMessageBox(self._window)
        box.setWindowTitle("Remove folder")
        box.setText(f"Remove “{root.path.name}” from Keepsight?")
        box.setInformativeText(
            "The photos stay where they are. Tags that you gave are kept for when the folder is added again."
        )
        yes = box.addButton("Remove folder", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.buttonClicked.connect(lambda button: self._remove(root) if button is yes else None)
        self._open(box)

    def _remove(self, root: RootInfo) -> None:
        self._state.set_folder(None)
        self._tasks.run(lambda: remove_folder(self._services, root), lambda _none: None)

    def _relink(self, folder: Path) -> None:
        def take_over(now: Path) -> None:
            self._tasks.run(lambda: relink(self._services, folder, now), self._runs.follow)

        self._ask_for_folder(f"Where is “{folder.name}” now?", take_over)
