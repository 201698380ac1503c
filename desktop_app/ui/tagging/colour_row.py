"""A row of dots, one of which is a tag's colour."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from desktop_app.ui.controls import tool_button
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.tagging.colours import TAG_COLOURS, colour_icon
from desktop_app.ui.theme import Theme

_DOT = QSize(16, 16)


class ColourRow(QWidget):
    """The colours and none, as buttons of which one is pressed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._other: str | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for place, (name, colour) in enumerate([("No colour", ""), *TAG_COLOURS.items()]):
            button = tool_button(name, checkable=True)
            muted = themed_icon("close", theme.muted_text)
            button.setIcon(colour_icon(colour, self.devicePixelRatioF()) if colour else muted)
            button.setIconSize(_DOT)
            self._group.addButton(button, place)
            row.addWidget(button)
        row.addStretch(1)
        self.choose(None)

    @property
    def chosen(self) -> str | None:
        """The colour, or None."""
        if self._group.checkedId() < 0:
            return self._other
        return (None, *TAG_COLOURS.values())[self._group.checkedId()]

    def choose(self, colour: str | None) -> None:
        """Press the button of this colour; one that is not offered here stays until another is pressed."""
        offered: tuple[str | None, ...] = (None, *TAG_COLOURS.values())
        self._other = colour
        if colour in offered:
            self._group.button(offered.index(colour)).setChecked(True)
            return
        pressed = self._group.checkedButton()
        if pressed is not None:
            self._group.setExclusive(False)
            pressed.setChecked(False)
            self._group.setExclusive(True)
