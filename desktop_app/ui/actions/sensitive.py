"""Blurring sensitive photos, and revealing them again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.library_feed import LibraryFeed
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.viewer.viewer import PhotoViewer


class ShowsPhotos(Protocol):
    """Whoever holds pictures of photos."""

    def refresh_photos(self, photos: frozenset[PhotoId], /) -> None:
        """These look different now."""
        ...


class SensitiveActions(QObject):
    """One action that switches blurring on and off, and one that reveals the selected photos."""

    changed = Signal(object)
    """A frozenset of photos that other tags made sensitive, or no longer so."""

    def __init__(self, services: Services, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._sensitivity = services.sensitivity
        self._tasks = tasks
        self._selected: tuple[PhotoId, ...] = ()
        self._hidden: frozenset[PhotoId] = frozenset()
        self.blur = QAction("&Blur sensitive photos", self)
        self.blur.setCheckable(True)
        self.blur.setChecked(self._sensitivity.blurs)
        self.blur.setToolTip("Photos with a sensitive tag show only colours until you reveal them")
        self.blur.toggled.connect(self._switch)
        self.reveal = QAction("Re&veal what is blurred", self)
        self.reveal.setShortcut(QKeySequence("Ctrl+Shift+R"))
        self.reveal.triggered.connect(lambda _checked=False: self.reveal_photos(self._selected))
        self.select(())

    def serve(self, feed: LibraryFeed, viewer: PhotoViewer, *others: ShowsPhotos) -> None:
        """Follow the library's changes and the viewer's wish to reveal; tell all who show pictures what changed."""
        feed.changed.connect(self.refresh)
        viewer.reveal_wanted.connect(lambda photo: self.reveal_photos([photo]))
        for each in (viewer, *others):
            self.changed.connect(each.refresh_photos)

    def select(self, photo_ids: Sequence[PhotoId]) -> None:
        """The photos that `reveal` reveals."""
        self._selected = tuple(photo_ids)
        self.reveal.setVisible(self._sensitivity.blurs)
        self.reveal.setEnabled(bool(self._selected))

    def reveal_photos(self, photo_ids: Collection[PhotoId]) -> None:
        """Show these as they are."""
        if photo_ids:
            self._tasks.run(lambda: self._sensitivity.reveal(photo_ids), lambda _changes: None)

    def refresh(self, changes: LibraryChanges) -> None:
        """Other tags can make photos sensitive, or no longer so."""
        if self._sensitivity.blurs and (changes.retagged or changes.tags_changed):
            self._tasks.run(self._sensitivity.all_hidden, self._compare, key="sensitive photos")

    def _compare(self, hidden: frozenset[PhotoId]) -> None:
        changed, self._hidden = hidden ^ self._hidden, hidden
        if changed:
            self.changed.emit(changed)

    def _switch(self, blurs: bool) -> None:
        self._tasks.run(lambda: self._sensitivity.set_blurs(blurs=blurs), lambda _changes: self.select(self._selected))
