"""Opens the tag dialog, previews thresholds while its slider moves, and keeps what is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagDefinition, TagDraft, TagId
from desktop_app.domain.tag_choices import TagChoices
from desktop_app.services.services import Services
from desktop_app.services.tag_editing import ThresholdPreview
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.grid.thumbnail import image_of_jpeg
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.tagging.edit_history import EditHistory
from desktop_app.ui.tagging.tag_dialog import TagDialog, draft_of
from desktop_app.ui.tagging.tag_picker import TagPicker
from desktop_app.ui.tasks import Tasks

_MOST_PICTURES = 12


@dataclass(frozen=True, slots=True)
class _Preview:
    threshold: float | None
    found: ThresholdPreview
    added: list[QImage]
    removed: list[QImage]


@dataclass(frozen=True, slots=True)
class _Filling:
    definition: TagDefinition
    parent: str | None
    """Its name."""
    prompts: tuple[str, ...]
    """How models are asked for it as long as it has no prompts of its own."""


class TagDialogs(QObject):
    """Makes tags and changes them."""

    def __init__(
        self, services: Services, tasks: Tasks, history: EditHistory, page: BrowserPage, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._history = history
        self._page = page
        self._window = window

    def define(self, group: str = "", name: str = "") -> TagDialog:
        """Make a tag, in a group if one is named."""
        dialog = TagDialog("New tag", self._page.theme, self._window)
        dialog.save.setText("Make the tag")
        dialog.fill(TagDraft(name, group=group or None))
        dialog.save_wanted.connect(lambda draft: self._keep(dialog, draft, None))
        self._open(dialog)
        return dialog

    def change(self, tag: Tag) -> TagDialog:
        """Change a tag."""
        dialog = TagDialog(f"Tag “{tag.name}”", self._page.theme, self._window)
        dialog.save.setEnabled(False)
        previews = Refresh[_Preview](self._tasks, lambda preview: _show(dialog, preview))

        def preview(threshold: float | None) -> None:
            if self._is_open(dialog):
                previews.request(lambda: self._look(tag.id, threshold))

        def filled(found: _Filling) -> None:
            if not self._is_open(dialog):
                return
            draft = draft_of(found.definition, found.parent)
            dialog.fill(draft)
            dialog.prompts.setPlaceholderText("\n".join(found.prompts))
            dialog.show_threshold(draft)
            if draft.looked_for:
                preview(draft.threshold)

        dialog.threshold.moved.connect(preview)
        dialog.save_wanted.connect(lambda draft: self._keep(dialog, draft, tag.id))
        self._tasks.run(lambda: self._definition(tag), filled)
        self._open(dialog)
        return dialog

    def _open(self, dialog: TagDialog) -> None:
        dialog.parent_wanted.connect(lambda: self._ask_parent(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep(self, dialog: TagDialog, draft: TagDraft, tag_id: TagId | None) -> None:
        editing = self._services.tag_editing
        dialog.save.setEnabled(False)

        def done(edited: Edited) -> None:
            self._history.tell(edited)
            if self._is_open(dialog):
                dialog.accept()

        def failed(error: Exception) -> None:
            if isinstance(error, UserFacingError) and self._is_open(dialog):
                dialog.save.setEnabled(True)
                dialog.show_problem(error)
            else:
                self._tasks.report(error)

        self._tasks.run(
            lambda: editing.define(draft) if tag_id is None else editing.change(tag_id, draft), done, failed=failed
        )

    def _ask_parent(self, dialog: TagDialog) -> None:
        picker = TagPicker("Stand under which tag?", self._page.theme, dialog)
        picker.chosen.connect(lambda choice: dialog.set_parent(choice.name))
        picker.finished.connect(picker.deleteLater)
        picker.finished.connect(lambda _result: self._tasks.forget(_PARENT))
        editing = self._services.tag_editing
        self._tasks.run(lambda: TagChoices(tuple(editing.definitions())), picker.show_choices, key=_PARENT)
        picker.open()

    def _definition(self, tag: Tag) -> _Filling:
        definition = self._services.tag_editing.definition(tag.name)
        above = {each.id: each.name for each in self._services.browsing.all_tags()}
        parent = definition.tag.parent_id
        prompts = self._services.tag_editing.usual_prompts(definition)
        return _Filling(definition, None if parent is None else above.get(parent), prompts)

    def _look(self, tag_id: TagId, threshold: float | None) -> _Preview:
        found = self._services.tag_editing.preview_threshold(tag_id, threshold)
        return _Preview(threshold, found, self._images(found.added), self._images(found.removed))

    def _images(self, photos: Sequence[PhotoId]) -> list[QImage]:
        shown = photos[:_MOST_PICTURES]
        jpegs = self._services.browsing.thumbnails(shown)
        return [image_of_jpeg(jpegs[photo]) for photo in shown if photo in jpegs]

    def _is_open(self, dialog: TagDialog) -> bool:
        return dialog in self._window.findChildren(TagDialog) and dialog.isVisible()


_PARENT = "parent of a tag"


def _show(dialog: TagDialog, preview: _Preview) -> None:
    if dialog.threshold.threshold == preview.threshold:
        dialog.threshold.show_preview(preview.found, preview.added, preview.removed)
