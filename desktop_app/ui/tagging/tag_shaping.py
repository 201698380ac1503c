"""What can be done to a tag from the tree: its context menu, and what it is dropped on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagDefinition, TagId
from desktop_app.domain.tag_choices import TagChoice, TagChoices
from desktop_app.services.services import Services
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.tagging.colours import add_colours
from desktop_app.ui.tagging.edit_history import EditHistory
from desktop_app.ui.tagging.merge_picker import MergePicker
from desktop_app.ui.tasks import Tasks

_MERGE, _PREVIEW = "merge into", "preview of a merge"


class TagShaping(QObject):
    """Moves, merges, colours and deletes tags. Nothing asks "are you sure": every edit can be undone."""

    review_wanted = Signal(object)
    """A Tag whose photos are to be gone through."""
    edit_wanted = Signal(object)
    """A Tag to change."""
    define_wanted = Signal(str)
    """Make a tag in this group."""

    def __init__(
        self, services: Services, tasks: Tasks, history: EditHistory, page: BrowserPage, window: QWidget
    ) -> None:
        super().__init__(window)
        self._editing = services.tag_editing
        self._tagging = services.tagging
        self._tasks = tasks
        self._history = history
        self._page = page
        self._window = window
        tree = page.sidebar.tags
        tree.dropped.connect(self.move)
        tree.photos_dropped.connect(self._give)
        tree.menu_opening.connect(self._fill_menu)
        tree.edit_wanted.connect(self.edit_wanted)
        tree.delete_wanted.connect(self.delete)

    def move(self, tag_id: TagId, onto: Tag | str) -> None:
        """Put a tag under another, or to the top of a group."""
        if isinstance(onto, Tag):
            self._history.run(lambda: self._editing.move(tag_id, onto.id))
        else:
            self._history.run(lambda: self._editing.move(tag_id, None, group=onto))

    def delete(self, tag: Tag) -> None:
        """Delete a tag."""
        self._history.run(lambda: self._editing.delete(tag.id))

    def ask_merge(self, tag: Tag) -> MergePicker:
        """Ask which tag to merge this one into, show what that would do, and do it."""
        picker = MergePicker(tag, self._page.theme, self._window)
        editing = self._editing

        def offer(definitions: list[TagDefinition]) -> None:
            picker.show_choices(TagChoices(tuple(each for each in definitions if each.tag.id != tag.id)))

        def preview(choice: TagChoice) -> None:
            self._tasks.run(
                lambda: editing.preview_merge(tag.id, editing.definition(choice.name).tag.id),
                picker.show_preview,
                key=_PREVIEW,
            )

        def chosen(choice: TagChoice) -> None:
            self._history.run(lambda: editing.merge(tag.id, editing.definition(choice.name).tag.id))

        def forget(_result: int) -> None:
            self._tasks.forget(_MERGE)
            self._tasks.forget(_PREVIEW)

        picker.preview_wanted.connect(preview)
        picker.chosen.connect(chosen)
        picker.finished.connect(picker.deleteLater)
        picker.finished.connect(forget)
        self._tasks.run(editing.definitions, offer, key=_MERGE)
        picker.open()
        return picker

    def _fill_menu(self, menu: QMenu, about: Tag | str) -> None:
        if not isinstance(about, Tag):
            menu.addAction(f"New tag in “{about}”…", lambda: self.define_wanted.emit(about))
            return
        tag = about
        menu.addSeparator()
        self._entry(menu, "Review…", lambda: self.review_wanted.emit(tag))
        self._entry(menu, "Edit…\tF2", lambda: self.edit_wanted.emit(tag))
        add_colours(menu, tag.colour, lambda colour: self._colour(tag, colour))
        self._entry(menu, "Merge into…", lambda: self.ask_merge(tag))
        if tag.parent_id is not None:
            self._entry(menu, f"Move to the top of “{tag.group}”", lambda: self.move(tag.id, tag.group))
        menu.addSeparator()
        self._entry(menu, f"Delete “{tag.name}”\tDel", lambda: self.delete(tag))

    def _give(self, tag: Tag, photos: Sequence[PhotoId]) -> None:
        self._history.run(lambda: self._tagging.add(tag.name, photos))

    def _colour(self, tag: Tag, colour: str | None) -> None:
        self._history.run(lambda: self._editing.set_colour(tag.id, colour))

    @staticmethod
    def _entry(menu: QMenu, text: str, act: Callable[[], object]) -> None:
        menu.addAction(text.replace("&", "&&"), act)
