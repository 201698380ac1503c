"""Everything that the window does with stars, titles, albums and sidecars, put together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.sidecar import SidecarNaming
from desktop_app.services.services import Services
from desktop_app.ui.actions.albums import AlbumActions
from desktop_app.ui.actions.photos import PhotoActions
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.dialogs.sidecars import SidecarsDialog
from desktop_app.ui.dialogs.sidecars_presenter import SidecarsPresenter
from desktop_app.ui.inspector.curation_presenter import CurationPresenter
from desktop_app.ui.tagging.edit_history import EditHistory
from desktop_app.ui.tasks import Tasks


class CurationWork(QObject):
    """Connects the actions with the sidebar, the grid, the inspector and the dialog."""

    def __init__(
        self, photos: PhotoActions, page: BrowserPage, history: EditHistory, services: Services, tasks: Tasks
    ) -> None:
        super().__init__(page)
        actions = photos.curation
        self._page = page
        self._services = services
        self._tasks = tasks
        self.albums = AlbumActions(page, services, tasks)
        self._presenter = CurationPresenter(page.inspector, actions, services, tasks, self)
        # Before anything else hears of another selection: what is being typed belongs to the one before.
        page.grid.selection_changed.connect(self._presenter.show_selection)
        actions.rate_by_digits(page.grid)
        actions.sidecars_wanted.connect(self.write_sidecars)
        actions.album_wanted.connect(self.albums.choose_for)
        for part in (actions, self.albums):
            part.edited.connect(history.tell)

    def refresh(self, changes: LibraryChanges) -> None:
        """Follow changes of the library."""
        self.albums.refresh(changes)
        self._presenter.refresh(changes)

    def write_sidecars(self, photo_ids: Sequence[PhotoId]) -> None:
        """Show what writing sidecars of these photos, or else of all that are shown, would change."""
        photos = tuple(photo_ids) or tuple(self._page.grid.photo_ids())

        def open_dialog(naming: SidecarNaming) -> None:
            window: QWidget = self._page.window()
            dialog = SidecarsDialog(naming, self._page.theme, window)
            SidecarsPresenter(dialog, self._services, self._tasks, photos)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._tasks.run(lambda: self._services.metadata.naming, open_dialog, key="sidecar naming")
