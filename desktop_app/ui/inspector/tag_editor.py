"""The tags of the selected photos as chips, with a field to add one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.tag import AssignedTag, TagSource, TagState, TagUse
from desktop_app.ui.chips import ChipKind, ChipRow, ChipSpec
from desktop_app.ui.controls import label
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import percent

# A selection of thousands has hundreds of tags: those of the most photos are the ones to act on.
_MOST_CHIPS = 40

_SOURCES = {
    TagSource.PERSON: "Added by you",
    TagSource.ZERO_SHOT: "Recognised in the picture",
    TagSource.LEARNED: "Learned from your tags",
    TagSource.FILE: "Read from the file",
}


def chips_of_one(tags: Iterable[AssignedTag]) -> list[ChipSpec]:
    """Chips for one photo: what is held to be true solid, what is only suggested outlined."""
    return [_chip(assigned) for assigned in tags]


def chips_of_many(uses: Sequence[TagUse], photos: int) -> list[ChipSpec]:
    """Chips for a selection, in three states: all photos have the tag, some have it, a machine suggests it for some."""
    chips = [_chip_of_many(use, photos) for use in uses[:_MOST_CHIPS]]
    if rest := len(uses) - len(chips):
        chips.append(ChipSpec("", f"{rest:,} more", "partial", "Tags of fewer photos", removable=False))
    return chips


def _chip_of_many(use: TagUse, photos: int) -> ChipSpec:
    name, removing = use.tag.name, "Remove from all"
    if use.accepted == photos:
        hint = "All selected photos have it"
        return ChipSpec(name, f"✓ {name}", "accepted", hint, remove_hint=removing, colour=use.tag.colour)
    suggested = f"suggested for {use.suggested:,}" if use.suggested else ""
    if use.accepted:
        hint = f"{use.accepted:,} of {photos:,} selected photos have it{suggested and f', {suggested}'}"
        text = f"{name}  {use.accepted:,}"
        hint += "\nClick to add it to all"
        return ChipSpec(name, text, "partial", hint, remove_hint=removing, colour=use.tag.colour)
    hint = f"{suggested.capitalize()} of {photos:,} selected photos\nClick to keep it there"
    return ChipSpec(name, f"{name}  {use.suggested:,}", "suggested", hint, remove_hint=removing, colour=use.tag.colour)


def _chip(assigned: AssignedTag) -> ChipSpec:
    suggested = assigned.state is TagState.SUGGESTED
    hint = _SOURCES[assigned.source]
    if assigned.probability is not None and assigned.source is not TagSource.PERSON:
        hint += f" · {percent(assigned.probability)} sure"
    if suggested:
        hint += "\nClick to keep it"
    name = assigned.tag.name
    kind: ChipKind = "suggested" if suggested else "accepted"
    return ChipSpec(name, name, kind, hint, remove_hint="Remove tag", colour=assigned.tag.colour)


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
