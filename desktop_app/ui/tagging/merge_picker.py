"""Which tag to merge another one into, and what that would do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.tag import Tag
from desktop_app.domain.tag_choices import TagChoice
from desktop_app.services.tag_editing import MergePreview
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.layouts import dismiss_button, in_row
from desktop_app.ui.tagging.tag_picker import TagPicker
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted

_PREVIEW_LINES = 4


class MergePicker(TagPicker):
    """A click only marks a tag and shows what merging would do; the button, Enter or a double click merges."""

    preview_wanted = Signal(object)
    """The TagChoice that is marked."""

    def __init__(self, tag: Tag, theme: Theme, parent: QWidget | None = None) -> None:
        self.preview = label(wrap=True)
        self.merge = push_button("Merge", role="primary")
        super().__init__(f"Merge “{tag.name}” into…", theme, parent)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.preview.setFixedHeight(self.preview.fontMetrics().lineSpacing() * _PREVIEW_LINES)
        self.merge.clicked.connect(lambda _checked: self.enter())
        self.list.chosen_twice.connect(self.choose)
        self.column.insertWidget(self.column.indexOf(self.hint), self.preview)
        self.column.removeWidget(self.hint)
        buttons = in_row((self.hint, 1), dismiss_button(self, "Cancel"), self.merge, spacing=theme.space_s)
        self.column.addLayout(buttons)

    def click(self, choice: TagChoice) -> None:
        """Mark it, no more: two tags cannot be told apart again by a look."""

    def say_hint(self) -> None:
        """Say how to go on, and ask what merging into the marked tag would do."""
        super().say_hint()
        marked = self.list.marked
        self.merge.setEnabled(marked is not None)
        self.preview.setText("")
        if marked is not None:
            self.preview_wanted.emit(marked)

    def show_preview(self, preview: MergePreview) -> None:
        """Show what merging would do, unless another tag has been marked since."""
        if self.list.marked is not None and self.list.marked.name == preview.kept.name:
            self.preview.setText(preview_words(preview))


def preview_words(preview: MergePreview) -> str:
    """What merging two tags would do, in sentences."""
    gone, kept = preview.source.name, preview.kept.name
    words = ", ".join(f"“{word}”" for word in preview.words)
    now = f"“{gone}” is on {counted(preview.of_source, 'photo')}, “{kept}” on {counted(preview.of_kept, 'photo')}"
    sentences = [f"{now}: “{kept}” will be on {counted(preview.together, 'photo')}.", f"{words} will lead to “{kept}”."]
    if preview.rejected:
        sentences.append(f"{counted(preview.rejected, 'photo')} that you rejected for either will not have it.")
    if preview.below:
        sentences.append(f"{counted(preview.below, 'tag')} below “{gone}” will stand below “{kept}”.")
    return " ".join([*sentences, "It can be undone."])
