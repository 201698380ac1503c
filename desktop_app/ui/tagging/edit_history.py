"""Undo and redo: two actions that say what they would take back or do again, and to how many photos."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.edit import Edit, Edited, EditKind
from desktop_app.services.services import Services
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.tagging.toast import Toast
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme

_OF_ONE_PHOTO = (
    EditKind.ADD,
    EditKind.REMOVE,
    EditKind.ACCEPT,
    EditKind.REJECT,
    EditKind.FORGET,
    EditKind.RATE,
    EditKind.FAVOURITE,
    EditKind.ENTITLE,
    EditKind.DESCRIBE,
)
"""What is seen at once on one photo needs no line that says so."""


class EditHistory(QObject):
    """Runs edits of tags, tells what they did, and takes them back."""

    edited = Signal(object)
    """An Edited that the window made, undid or did again."""

    def __init__(self, services: Services, tasks: Tasks, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._editing = services.tag_editing
        self._tasks = tasks
        self._ends = Refresh(tasks, self._show)
        self.toast = Toast(theme, parent)
        self.undo = self._action(QKeySequence.StandardKey.Undo, self.take_back)
        self.redo = self._action(QKeySequence.StandardKey.Redo, self.do_again)
        self._show((None, None))
        self._look()

    @property
    def actions(self) -> list[QAction]:
        """Undo and redo."""
        return [self.undo, self.redo]

    def refresh(self, changes: LibraryChanges) -> None:
        """Say what can be undone after these changes."""
        if changes.edits_changed:
            self._look()

    def run(self, edit: Callable[[], Edited], done: Callable[[Edited], None] | None = None) -> None:
        """Make an edit off the GUI thread, say what it did, then call `done` on the GUI thread."""

        def told(edited: Edited) -> None:
            self.tell(edited)
            if done is not None:
                done(edited)

        self._tasks.run(edit, told)

    def tell(self, edited: Edited) -> None:
        """Say what an edit did, and offer to take it back."""
        edit = edited.edit
        if edit is not None and (edit.photos > 1 or edit.kind not in _OF_ONE_PHOTO):
            self.toast.say(_sentence("Done", edit), "Undo", self.take_back)
        self.edited.emit(edited)

    def take_back(self) -> None:
        """Undo the latest edit."""
        self._replay("Undone", self._editing.undo, "Redo", self.do_again)

    def do_again(self) -> None:
        """Redo what was undone last."""
        self._replay("Done again", self._editing.redo, "Undo", self.take_back)

    def _replay(self, word: str, replay: Callable[[], Edited], button: str, back: Callable[[], None]) -> None:
        def done(edited: Edited) -> None:
            if edited.edit is not None:
                self.toast.say(_sentence(word, edited.edit), button, back)
            self.edited.emit(edited)

        self._tasks.run(replay, done)

    def _look(self) -> None:
        self._ends.request(lambda: (self._editing.next_undo(), self._editing.next_redo()))

    def _show(self, ends: tuple[Edit | None, Edit | None]) -> None:
        for action, word, edit in zip(self.actions, ("&Undo", "&Redo"), ends, strict=True):
            # An ampersand of the tag's own must not become a mark for keyboard access.
            words = "" if edit is None else f" {edit.words_with_count}".replace("&", "&&")
            action.setText(f"{word}{words}")
            action.setEnabled(edit is not None)

    def _action(self, keys: QKeySequence.StandardKey, act: Callable[[], None]) -> QAction:
        action = QAction(self)
        action.setShortcuts(keys)
        action.triggered.connect(lambda _checked=False: act())
        return action


def _sentence(word: str, edit: Edit) -> str:
    return f"{word}: {edit.words_with_count}"
