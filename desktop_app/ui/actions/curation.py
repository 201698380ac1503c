"""Stars, hearts, albums and sidecars of the selected photos: the same actions in the menu bar and the context menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.annotations import MOST_STARS
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.tasks import Tasks


class CurationActions(QObject):
    """They act on the photos given to `select`."""

    sidecars_wanted = Signal(object)
    """PhotoIds whose tags are to be written into sidecars; none: of all that are shown."""
    album_wanted = Signal(object)
    """PhotoIds that are to be put into an album, which is to be asked for."""
    edited = Signal(object)
    """An Edited that was asked for here."""

    def __init__(self, services: Services, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._services = services
        self._tasks = tasks
        self._selected: tuple[PhotoId, ...] = ()
        self.stars = [self._star_action(stars) for stars in range(MOST_STARS + 1)]
        self.favourite = self._action("&Favourite, or no longer", "Ctrl+D", self.toggle_favourite)
        self.album = self._action("Add to al&bum…", "Ctrl+Shift+A", lambda: self.album_wanted.emit(self._selected))
        self.sidecars = self._action(
            "&Write tags to sidecar files…", "Ctrl+Shift+S", lambda: self.sidecars_wanted.emit(self._selected)
        )
        self.select([])

    @property
    def all(self) -> tuple[QAction, ...]:
        """Every action: those with a shortcut work wherever the window has the focus."""
        return (*self.stars, self.favourite, self.album, self.sidecars)

    def select(self, photo_ids: Sequence[PhotoId]) -> None:
        """Act on these photos from now on."""
        self._selected = tuple(photo_ids)
        for action in (*self.stars, self.favourite, self.album):
            action.setEnabled(bool(self._selected))

    def rate_by_digits(self, place: QWidget) -> None:
        """Have the keys 0 to 5 give stars while this widget has the focus."""
        for action in self.stars:
            digit = action.shortcut().toString()[-1]
            QShortcut(QKeySequence(digit), place, action.trigger, context=Qt.ShortcutContext.WidgetShortcut)

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu."""
        menu.addSeparator()
        rating = menu.addMenu("Sta&rs")
        rating.addActions(self.stars)
        menu.addActions([self.favourite, self.album, self.sidecars])

    def rate(self, stars: int) -> None:
        """Give the selected photos stars."""
        self._do(lambda photos: self._services.curating.rate(photos, stars))

    def toggle_favourite(self) -> None:
        """Make the selected photos favourites; when they all are, no longer."""
        self._do(self._services.curating.toggle_favourite)

    def mark_favourite(self, favourite: bool) -> None:
        """Make the selected photos favourites, or no longer."""
        self._do(lambda photos: self._services.curating.mark_favourite(photos, favourite=favourite))

    def entitle(self, title: str) -> None:
        """Give the selected photos a title."""
        self._do(lambda photos: self._services.curating.entitle(photos, title))

    def describe(self, description: str) -> None:
        """Give the selected photos a description."""
        self._do(lambda photos: self._services.curating.describe(photos, description))

    def remove_from_album(self, name: str) -> None:
        """Take the selected photos out of an album."""
        self._do(lambda photos: self._services.albums.remove(name, photos))

    def _do(self, act: Callable[[Sequence[PhotoId]], Edited]) -> None:
        selected = self._selected
        if selected:
            self._tasks.run(lambda: act(selected), self.edited.emit)

    def _star_action(self, stars: int) -> QAction:
        words = f"{'★' * stars}{'☆' * (MOST_STARS - stars)}" if stars else "No stars"
        return self._action(words, f"Ctrl+{stars}", lambda: self.rate(stars))

    def _action(self, text: str, keys: str, act: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: act())
        return action
