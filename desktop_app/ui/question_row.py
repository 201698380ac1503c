"""The row between the search bar and the photos: chips of the question, and the controls beside it."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from desktop_app.ui.filter_chips import FilterChips
from desktop_app.ui.search_controls import SearchControls
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.theme import Theme

# Room that chips should have beside the controls, device-independent pixels: with less, the controls go below them.
_ROOM_FOR_CHIPS = 330


class QuestionRow(QWidget):
    """Chips left and controls right, or one above the other in a narrow window; hidden while nothing is asked."""

    def __init__(self, state: SearchState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = FilterChips(state, theme)
        self.controls = SearchControls(theme)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(theme.space_l, 0, theme.space_l, theme.space_s)
        self._gap = 2 * theme.space_m
        self._row.setSpacing(self._gap)
        self._row.addWidget(self.chips, 1)
        self._row.addWidget(self.controls)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.chips.changed.connect(self.arrange)
        self.arrange()

    def set_theme(self, theme: Theme) -> None:
        """Tint the parts anew."""
        self.chips.set_theme(theme)
        self.controls.set_theme(theme)

    def arrange(self) -> None:
        """Put the controls where there is room for them."""
        self.setVisible(bool(self.chips.chips.specs))
        narrow = self.width() - self.controls.sizeHint().width() < _ROOM_FOR_CHIPS
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if direction is not self._row.direction():
            self._row.setDirection(direction)
            self._row.setSpacing(self._gap // 4 if narrow else self._gap)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()
