"""What can be done with the selected photos: the same actions in the menu bar and in the photos' context menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.photo import PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.actions.curation import CurationActions
from desktop_app.ui.actions.files import copy_paths, open_with_default_program, play_video, show_in_file_manager
from desktop_app.ui.actions.sensitive import SensitiveActions
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.tasks import Tasks

# Opening hundreds of programs at once is never what a person wants.
_MOST_OPENED = 10

# The mean of more says nothing new.
_MOST_EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What decides which actions apply to a photo; as a window that shows it knows it."""

    name: str = ""
    is_video: bool = False
    second: float = 0.0
    """Where a video matches what is searched for; it is played from there if the player can."""
    stacked: int = 1


class PhotoActions(QObject):
    """One QAction for each thing to do; they act on the photos given to `select`."""

    view_wanted = Signal(object)
    """A PhotoId to view full size."""
    delete_wanted = Signal(object)
    """PhotoIds to move to the trash."""
    tags_wanted = Signal()
    """Ask which tags the selected photos are to have."""

    def __init__(
        self,
        services: Services,
        tasks: Tasks,
        state: SearchState,
        *,
        known: Callable[[PhotoId], Known],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._services = services
        self._tasks = tasks
        self._state = state
        self._known = known
        self._selected: tuple[PhotoId, ...] = ()
        self.view = self._action("&View full size", "", lambda: self.view_wanted.emit(self._selected[0]))
        self.play = self._action("&Play", "Ctrl+Shift+P", self._play)
        self.stack = self._action("Show the photos of this stac&k", "Ctrl+G", self._open_stack)
        self.apart = self._action("Show them one by &one from now on", "", self._take_apart)
        self.similar = self._action("Find &similar photos", "Ctrl+L", self.find_similar)
        self.add_tag = self._action("Add &tag…", "Ctrl+T", self.tags_wanted.emit)
        self.open = self._action("&Open in another program", "Ctrl+Return", self._open)
        self.show_file = self._action("Show in file &manager", "Ctrl+Shift+E", self._show_file)
        self.copy_path = self._action("&Copy path", "Ctrl+Shift+C", self._copy_paths)
        self.delete = self._action("Move to the tras&h…", "Del", lambda: self.delete_wanted.emit(self._selected))
        # The key deletes what has the focus: photos in the grid, saved searches in the sidebar, letters in a field.
        self.delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.curation = CurationActions(services, tasks, parent)
        self.sensitive = SensitiveActions(services, tasks, self)
        self.select([])

    @property
    def all(self) -> tuple[QAction, ...]:
        """Every action, in the order of the menus."""
        return (
            self.view,
            self.play,
            self.stack,
            self.apart,
            self.similar,
            self.add_tag,
            self.open,
            self.show_file,
            self.copy_path,
            self.delete,
        )

    @property
    def window(self) -> QWidget:
        """The window they act in."""
        return self._window

    @property
    def selected(self) -> tuple[PhotoId, ...]:
        """The photos that the actions act on."""
        return self._selected

    def select(self, photo_ids: Sequence[PhotoId]) -> None:
        """Act on these photos from now on."""
        self._selected = tuple(photo_ids)
        for action in self.all:
            action.setEnabled(bool(self._selected))
        single = len(self._selected) == 1
        known = self._known(self._selected[0]) if single else Known()
        self.view.setEnabled(single)
        for action, applies in (
            (self.play, known.is_video),
            (self.stack, known.stacked > 1),
            (self.apart, known.stacked > 1),
        ):
            action.setEnabled(applies)
            action.setVisible(applies)
        self.curation.select(self._selected)
        self.sensitive.select(self._selected)

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu."""
        menu.addActions([self.view, self.sensitive.reveal, self.play, self.stack, self.apart])
        menu.addActions([self.similar, self.add_tag])
        self.curation.fill(menu)
        menu.addSeparator()
        menu.addActions([self.open, self.show_file, self.copy_path])
        menu.addSeparator()
        menu.addAction(self.delete)

    def open_menu(self, at: QPoint, photo_ids: Sequence[PhotoId]) -> None:
        """Open the context menu of these photos at a place on the screen."""
        self.select(photo_ids)
        menu = QMenu(self._window)
        self.fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def find_similar(self, photo_ids: Sequence[PhotoId] = ()) -> None:
        """Search for photos like these, or like the selected ones: like what they have in common."""
        wanted = tuple(photo_ids or self._selected)[:_MOST_EXAMPLES]

        def name() -> str:
            if len(wanted) > 1:
                return f"{len(wanted)} photos"
            path = self._services.browsing.path_of(wanted[0])
            return path.name if path else "this photo"

        if wanted:
            self._tasks.run(name, lambda name: self._state.set_similar(wanted, name), key="similar")

    def show_path(self, path: Path) -> None:
        """Show a file or folder in the file manager."""
        self._tasks.run(lambda: show_in_file_manager(path), lambda _none: None)

    def _action(self, text: str, keys: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: act())
        return action

    def _play(self) -> None:
        video = self._selected[0]
        second = self._known(video).second

        def work() -> None:
            for path in self._paths([video]):
                play_video(path, second)

        self._tasks.run(work, lambda _none: None)

    def _open_stack(self) -> None:
        leader = self._selected[0]
        name = self._known(leader).name
        self._state.set_stack(leader, name)

    def _take_apart(self) -> None:
        leader = self._selected[0]
        self._tasks.run(lambda: self._services.stacking.take_apart([leader]), lambda _changes: None)

    def _open(self) -> None:
        chosen = self._selected[:_MOST_OPENED]

        def work() -> None:
            for path in self._paths(chosen):
                open_with_default_program(path)

        self._tasks.run(work, lambda _none: None)

    def _show_file(self) -> None:
        chosen = self._selected[:1]

        def work() -> None:
            for path in self._paths(chosen):
                show_in_file_manager(path)

        self._tasks.run(work, lambda _none: None)

    def _copy_paths(self) -> None:
        selected = self._selected
        self._tasks.run(lambda: self._paths(selected), copy_paths)

    def _paths(self, photo_ids: Sequence[PhotoId]) -> list[Path]:
        found = (self._services.browsing.path_of(photo_id) for photo_id in photo_ids)
        return [path for path in found if path is not None]
