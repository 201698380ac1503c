"""Backing the library up, and saying what it leaves out, in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.exclusion import Exclusion
from desktop_app.domain.health import Backup
from desktop_app.services.services import Services
from desktop_app.ui.banner import Notice
from desktop_app.ui.dialogs.left_out import LeftOutDialog
from desktop_app.ui.dialogs.over_window import OverWindow
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import ThemeSource
from desktop_app.ui.wording import byte_size, from_home


class LibraryCare(OverWindow):
    """What is asked for now and then, for the library as a whole."""

    def __init__(
        self,
        services: Services,
        tasks: Tasks,
        themes: ThemeSource,
        window: QWidget,
        *,
        show_notice: Callable[[Notice], None],
    ) -> None:
        super().__init__(services, tasks, themes, window)
        self._show_notice = show_notice

    def back_up(self) -> None:
        """Make a backup now, beside the daily ones."""

        def made(backup: Backup) -> None:
            self._show_notice(Notice(f"The library is backed up ({byte_size(backup.size)}).", from_home(backup.path)))

        self._tasks.run(self._services.backing_up.back_up, made)

    def edit_left_out(self) -> None:
        """Show which files are left out, for changing."""
        self._tasks.run(self._services.organising.exclusion, self._open_left_out)

    def _open_left_out(self, exclusion: Exclusion) -> None:
        dialog = LeftOutDialog(exclusion, self._themes.current, self._window)
        dialog.save_wanted.connect(lambda lines, hidden: self._save_left_out(dialog, lines, hidden=hidden))
        self._open(dialog)

    def _save_left_out(self, dialog: LeftOutDialog, lines: Sequence[str], *, hidden: bool) -> None:
        def work() -> LibraryChanges:
            changes = self._services.organising.leave_out(lines, hidden=hidden)
            self._services.indexing.start()
            return changes

        def failed(error: Exception) -> None:
            if isinstance(error, UserFacingError):
                dialog.show_problem(error)
            else:
                self._tasks.report(error)

        self._tasks.run(work, lambda _changes: dialog.accept(), failed=failed, key="left out")
