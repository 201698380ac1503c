"""A field over a list of tags: type a few letters, go up and down, press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.domain.tag import PERSONAL_GROUP
from desktop_app.domain.tag_choices import MOST_CHOICES, TagChoice, TagChoices
from desktop_app.ui.clearable_field import ClearableField
from desktop_app.ui.controls import label
from desktop_app.ui.tagging.choice_list import ChoiceList
from desktop_app.ui.theme import Theme

_PAGE = 8
_SIZE = (460, 440)


class TagPicker(QDialog):
    """Asks for one tag that there is, and closes."""

    chosen = Signal(object)
    """The TagChoice."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None, *, boxes: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(*_SIZE)
        self.choices = TagChoices()
        self.field = ClearableField("Tag", theme, placeholder="Type a few letters of a tag")
        self.field.textChanged.connect(lambda _text: self._offer())
        self.field.installEventFilter(self)
        self.list = ChoiceList(theme, boxes=boxes)
        self.list.chosen.connect(self.click)
        self.list.mark_moved.connect(self.say_hint)
        self.hint = label(role="muted", wrap=True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(theme.space_m, theme.space_m, theme.space_m, theme.space_m)
        self.column.setSpacing(theme.space_s)
        self.column.addWidget(self.field)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.hint)
        self.field.setFocus()
        self._offer()

    def show_choices(self, choices: TagChoices) -> None:
        """Offer from these from now on; what is typed and marked stays."""
        marked = self.list.marked
        self.choices = choices
        self._offer(keep=marked.name if marked else "")

    def click(self, choice: TagChoice) -> None:
        """What a click on a row does."""
        self.choose(choice)

    def choose(self, choice: TagChoice) -> None:
        """Take this one."""
        self.chosen.emit(choice)
        self.accept()

    def enter(self) -> None:
        """What the Enter key does."""
        if self.list.marked is not None:
            self.choose(self.list.marked)

    def offered(self, typed: str) -> list[TagChoice]:
        """The rows for what is typed; at first, where no tags are at hand, the person's own and then all by name."""
        found = [choice for choice in self.choices.offered(typed) if not choice.is_new]
        if found or typed.strip():
            return found
        tags = (item.tag for item in self.choices.definitions)
        by_name = sorted(tags, key=lambda tag: (tag.group != PERSONAL_GROUP, tag.name.casefold()))
        return [TagChoice(tag.name, tag.group, colour=tag.colour) for tag in by_name[:MOST_CHOICES]]

    def words_below(self) -> str:
        """The line below the list: what the Enter key would do, if anything."""
        marked = self.list.marked
        if marked is not None:
            return f"Enter takes “{marked.name}”"
        return "No tag answers to this." if self.field.text().strip() else "Type a few letters, or ↓ to choose"

    def say_hint(self) -> None:
        """Say below the list how to go on."""
        self.hint.setText(self.words_below())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field keeps the focus; the keys that move and choose go to the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._pressed(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _pressed(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
        if key in steps:
            self.list.move(steps[key])
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
            return True
        return False

    def _offer(self, *, keep: str = "") -> None:
        typed = self.field.text()
        self.list.show_choices(self.offered(typed), keep=keep, mark_first=bool(typed.strip()))
