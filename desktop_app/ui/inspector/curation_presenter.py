"""Keeps stars, titles and albums in the inspector in step with the selection, and carries out what is asked for there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import Curation, PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.actions.curation import CurationActions
from desktop_app.ui.inspector.inspector import Inspector
from desktop_app.ui.tasks import Tasks

_LOOK_UP = "curation"


class CurationPresenter(QObject):
    """Shows what is said of the selected photos; what is asked for becomes an edit of `actions`."""

    def __init__(
        self, inspector: Inspector, actions: CurationActions, services: Services, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._inspector = inspector
        self._curating = services.curating
        self._tasks = tasks
        self._selected: tuple[PhotoId, ...] = ()
        editor = inspector.curation
        editor.rated.connect(actions.rate)
        editor.favourite_wanted.connect(actions.mark_favourite)
        editor.entitled.connect(actions.entitle)
        editor.described.connect(actions.describe)
        inspector.albums.removed.connect(actions.remove_from_album)
        actions.edited.connect(lambda _edited: self._look_up())

    def show_selection(self, photo_ids: Sequence[PhotoId]) -> None:
        """Show what is said of these photos. What is being typed still belongs to those before them."""
        self._inspector.curation.finish()
        self._selected = tuple(photo_ids)
        self._look_up()

    def refresh(self, changes: LibraryChanges) -> None:
        """Show what changed about the photos that are shown."""
        if changes.albums_changed or not changes.updated.isdisjoint(self._selected):
            self._look_up()

    def _look_up(self) -> None:
        selected = self._selected
        if not selected:
            self._tasks.forget(_LOOK_UP)
            return

        def show(said: Curation) -> None:
            self._inspector.curation.show_said(said, single=len(selected) == 1)
            self._inspector.albums.show_albums(said.albums)

        self._tasks.run(lambda: self._curating.said_of(selected), show, key=_LOOK_UP)
