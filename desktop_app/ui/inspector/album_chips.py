"""The albums that the selected photos are in, as chips; nothing at all when there are none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.ui.chips import ChipRow, ChipSpec
from desktop_app.ui.controls import label
from desktop_app.ui.theme import Theme


class AlbumChips(QWidget):
    """A click on a chip asks for the album's photos, its cross to take the photo out."""

    clicked = Signal(str)
    removed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = ChipRow(theme)
        self.chips.clicked.connect(self.clicked)
        self.chips.removed.connect(self.removed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space_s)
        column.addWidget(label("ALBUMS", role="heading"))
        column.addWidget(self.chips)

    def show_albums(self, names: Sequence[str]) -> None:
        """Show these albums."""
        self.chips.show_chips(
            ChipSpec(name, name, "accepted", "Show this album", remove_hint="Take out of the album") for name in names
        )
        self.setVisible(bool(names))

    def set_theme(self, theme: Theme) -> None:
        """Tint the chips anew."""
        self.chips.set_theme(theme)
