"""Quick-tag: type a few letters, press Enter, and the selected photos have the tag, or no longer have it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop_app.domain.tag_choices import TagChoice
from desktop_app.ui.tagging.tag_picker import TagPicker
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted


class QuickTagDialog(TagPicker):
    """Stays open, so that several tags can be given one after the other; new ones are made by their name."""

    def __init__(self, photos: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(f"Tag {counted(photos, 'photo')}", theme, parent, boxes=True)

    def choose(self, choice: TagChoice) -> None:
        """Give this tag to the photos, or take it from them when all have it."""
        self.chosen.emit(choice)
        self.field.clear()

    def enter(self) -> None:
        """Enter once more, when all is said, closes."""
        if not self.field.text().strip() and self.list.marked is None:
            self.accept()
        else:
            super().enter()

    def offered(self, typed: str) -> list[TagChoice]:
        """Tags that there are, and the one that could be made."""
        return self.choices.offered(typed)

    def words_below(self) -> str:
        """How to go on from here."""
        if self.list.marked is not None:
            return "Enter gives the tag, or takes it away where all have it  ·  Esc when done"
        if not self.list.choices:
            return "Tags that you give will stand here, the latest first."
        return "Type a few letters, or ↓ to choose  ·  Enter when done"
