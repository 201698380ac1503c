"""Opens the dialogs, fills them off the GUI thread, and carries out what is asked for in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop_app import __version__
from desktop_app.services.services import Services
from desktop_app.ui.actions.folders import retry_skipped
from desktop_app.ui.dialogs.about import AboutDialog
from desktop_app.ui.dialogs.models import ModelsDialog
from desktop_app.ui.dialogs.models_presenter import ModelsPresenter
from desktop_app.ui.dialogs.over_window import OverWindow
from desktop_app.ui.dialogs.shortcuts import ShortcutsDialog
from desktop_app.ui.dialogs.skipped import SkippedDialog
from desktop_app.ui.dialogs.tag_quality import TagQualityDialog
from desktop_app.ui.dialogs.tag_quality_presenter import TagQualityPresenter
from desktop_app.ui.menus import Menus
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import ThemeSource

_SKIPPED = "skipped files"


class Dialogs(OverWindow):
    """One method for each dialog."""

    _skipped: SkippedDialog | None = None

    def __init__(self, services: Services, tasks: Tasks, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(services, tasks, themes, window)
        self.models = ModelsPresenter(services, tasks, window)

    def close(self) -> None:
        """Let go of the services."""
        self.models.close()

    def show_skipped(self, show_file: Callable[[Path], None]) -> SkippedDialog:
        """List the skipped files."""
        dialog = self._skipped = SkippedDialog(self._themes.current, self._window)
        dialog.show_file_wanted.connect(show_file)
        dialog.retry_wanted.connect(
            lambda paths: self._tasks.run(lambda: retry_skipped(self._services, paths), lambda _none: None)
        )
        dialog.finished.connect(lambda _result: self._skipped_closed())
        self.refresh_skipped()
        self._open(dialog)
        return dialog

    def refresh_skipped(self) -> None:
        """Look up anew which files the open list shows."""
        if self._skipped is not None:
            self._tasks.run(self._services.browsing.skipped, self._skipped.show_files, key=_SKIPPED)

    def _skipped_closed(self) -> None:
        self._skipped = None
        self._tasks.forget(_SKIPPED)

    def show_models(self) -> ModelsDialog:
        """Show the model page."""
        dialog = ModelsDialog(self._themes.current, self._window)
        self.models.show_on(dialog)
        self._open(dialog)
        return dialog

    def show_tag_quality(self) -> TagQualityDialog:
        """Show how right the machine's tags are."""
        dialog = TagQualityDialog(self._themes.current, self._window)
        TagQualityPresenter(self._services, self._tasks, dialog)
        self._open(dialog)
        return dialog

    def show_about(self) -> None:
        """Show name and version."""
        self._open(AboutDialog(__version__, self._services.library_folder, self._themes.current, self._window))

    def show_shortcuts(self, menus: Menus) -> None:
        """Show the table of shortcuts."""
        self._open(ShortcutsDialog(menus.by_menu, self._themes.current, self._window))
