"""Fills the quick-tag field and carries out what is chosen in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag_choices import Share, TagChoice, TagChoices
from desktop_app.services.services import Services
from desktop_app.ui.tagging.edit_history import EditHistory
from desktop_app.ui.tagging.quick_tag import QuickTagDialog
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme

_MOST_RECENT = 12


class QuickTagging(QObject):
    """Opens quick-tag over the photos that are selected."""

    def __init__(self, services: Services, tasks: Tasks, history: EditHistory, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._history = history
        self._window = window

    def open(self, photo_ids: Sequence[PhotoId], theme: Theme) -> QuickTagDialog | None:
        """Ask which tags these photos are to have; nothing happens without photos."""
        selected = tuple(photo_ids)
        if not selected:
            return None
        dialog = QuickTagDialog(len(selected), theme, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(lambda _result: self._tasks.forget(_KEY))
        dialog.chosen.connect(lambda choice: self._give_or_take(choice, selected, dialog))
        self._fill(dialog, selected)
        dialog.open()
        return dialog

    def _give_or_take(self, choice: TagChoice, photos: tuple[PhotoId, ...], dialog: QuickTagDialog) -> None:
        tagging = self._services.tagging
        act = tagging.remove if choice.share is Share.ALL else tagging.add

        def done(_edited: Edited) -> None:
            if self._open(dialog):
                self._fill(dialog, photos)

        self._history.run(lambda: act(choice.name, photos), done)

    def _fill(self, dialog: QuickTagDialog, photos: tuple[PhotoId, ...]) -> None:
        browsing, editing = self._services.browsing, self._services.tag_editing

        def work() -> TagChoices:
            recent = tuple(browsing.tags_given_last(_MOST_RECENT))
            return TagChoices(tuple(editing.definitions()), recent, tuple(browsing.tag_uses(photos)), len(photos))

        self._tasks.run(work, dialog.show_choices, key=_KEY)

    def _open(self, dialog: QuickTagDialog) -> bool:
        return dialog in self._window.findChildren(QuickTagDialog) and dialog.isVisible()


_KEY = "quick tag"
