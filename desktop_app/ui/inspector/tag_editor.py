"""The tags of the selected photos as chips, with a field to add one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.photo import PhotoDetails
from desktop_app.domain.tag import AssignedTag, TagSource, TagState
from desktop_app.ui.chips import ChipRow, ChipSpec
from desktop_app.ui.controls import label
from desktop_app.ui.theme import Theme

_SOURCES = {
    TagSource.PERSON: "Added by you",
    TagSource.ZERO_SHOT: "Recognised in the picture",
    TagSource.LEARNED: "Learned from your tags",
    TagSource.FILE: "Read from the file",
}


def chips_of_one(tags: Iterable[AssignedTag]) -> list[ChipSpec]:
    """Chips for one photo: what is held to be true solid, what is only suggested outlined."""
    return [_chip(assigned) for assigned in tags]


def chips_of_many(photos: Sequence[PhotoDetails]) -> list[ChipSpec]:
    """Chips for a selection: tags of all photos solid, tags of some outlined with how many have them."""
    having: dict[str, int] = {}
    for photo in photos:
        for assigned in photo.tags:
            having[assigned.tag.name] = having.get(assigned.tag.name, 0) + 1
    chips = []
    for name, count in sorted(having.items(), key=lambda item: (-item[1], item[0].casefold())):
        if count == len(photos):
            chips.append(ChipSpec(name, name, "accepted", "All selected photos have it", remove_hint="Remove from all"))
        else:
            hint = f"{count} of {len(photos)} selected photos have it; click to add it to all"
            chips.append(ChipSpec(name, f"{name}  {count}", "partial", hint, remove_hint="Remove from all"))
    return chips


def _chip(assigned: AssignedTag) -> ChipSpec:
    suggested = assigned.state is TagState.SUGGESTED
    hint = _SOURCES[assigned.source]
    if assigned.probability is not None and assigned.source is not TagSource.PERSON:
        hint += f" · {assigned.probability:.0%} sure"
    if suggested:
        hint += "\nClick to keep it"
    name = assigned.tag.name
    return ChipSpec(name, name, "suggested" if suggested else "accepted", hint, remove_hint="Remove tag")


class TagEditor(QWidget):
    """Shows chips; asks for changes by signals that carry tag names."""

    added = Signal(str)
    removed = Signal(str)
    clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = ChipRow(theme)
        self.chips.removed.connect(self.removed)
        self.chips.clicked.connect(self.clicked)
        self.field = QLineEdit(placeholderText="Add a tag")
        self.field.setAccessibleName("Add a tag")
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        self.field.setCompleter(completer)
        self.field.returnPressed.connect(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space_s)
        column.addWidget(label("TAGS", role="heading"))
        column.addWidget(self.chips)
        column.addWidget(self.field)

    def show_chips(self, chips: Iterable[ChipSpec]) -> None:
        """Show these tags."""
        self.chips.show_chips(chips)
        self.chips.setVisible(bool(self.chips.specs))

    def offer(self, names: Sequence[str]) -> None:
        """Complete what is typed from these names."""
        self._names.setStringList(list(names))

    def set_theme(self, theme: Theme) -> None:
        """Tint the chips anew."""
        self.chips.set_theme(theme)

    def _add(self) -> None:
        name = " ".join(self.field.text().split())
        self.field.clear()
        if name:
            self.added.emit(name)
