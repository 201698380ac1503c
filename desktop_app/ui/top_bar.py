"""The bar above the photos: search field, how many were found, and how large they are shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QSlider, QVBoxLayout, QWidget

from desktop_app.ui.controls import label, tool_button
from desktop_app.ui.grid.cells_view import LARGEST_CELL, SMALLEST_CELL
from desktop_app.ui.grid.view import CELL_STEP
from desktop_app.ui.icons import icon_pixmap, themed_icon
from desktop_app.ui.search_bar import SearchBar
from desktop_app.ui.theme import Theme

_ICON = 16


class TopBar(QWidget):
    """Search field, result line and size slider in a row; a thin moving line below while a search takes long."""

    size_changed = Signal(int)
    """Side of a cell, device-independent pixels."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = SearchBar(theme)
        self.result = label(role="muted")
        self.result.setAccessibleName("Result")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(SMALLEST_CELL, LARGEST_CELL)
        self.slider.setSingleStep(CELL_STEP)
        self.slider.setPageStep(2 * CELL_STEP)
        self.slider.setFixedWidth(110)
        self.slider.setAccessibleName("Size of the photos")
        self.slider.setToolTip("Size of the photos (Ctrl + wheel over them)")
        self.slider.valueChanged.connect(self.size_changed)
        self._small, self._large = QLabel(), QLabel()
        self.sidebar_button = tool_button("Show or hide the sidebar", hint="Show or hide the sidebar (Ctrl+B)")
        self.inspector_button = tool_button("Show or hide the inspector", hint="Show or hide the inspector (Ctrl+I)")
        self.note = label(role="muted", wrap=True)
        self.note.setContentsMargins(theme.space_l, 0, theme.space_l, theme.space_s)
        self.note.hide()
        self._busy = QProgressBar(textVisible=False)
        self._busy.setProperty("role", "thin")
        self._busy.setAccessibleName("Searching")
        self._lay_out(theme)
        self.show_busy(busy=False)
        self.set_theme(theme)

    def show_busy(self, *, busy: bool) -> None:
        """Show that a search is under way."""
        self._busy.setRange(0, 0 if busy else 1)
        self._busy.setVisible(busy)

    def show_note(self, sentence: str) -> None:
        """Show what the person should know of the answer; an empty sentence shows nothing."""
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def show_size(self, side: int) -> None:
        """Show this cell size on the slider."""
        self.slider.setValue(side)

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons anew."""
        self.search.set_theme(theme)
        density = self.devicePixelRatioF()
        self._small.setPixmap(icon_pixmap("grid-small", theme.muted_text, _ICON, density))
        self._large.setPixmap(icon_pixmap("grid-large", theme.muted_text, _ICON, density))
        self.sidebar_button.setIcon(themed_icon("panel-left", theme.muted_text))
        self.inspector_button.setIcon(themed_icon("panel-right", theme.muted_text))

    def _lay_out(self, theme: Theme) -> None:
        self.search.setMinimumWidth(220)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setContentsMargins(theme.space_m, theme.space_s, theme.space_m, theme.space_s)
        row.setSpacing(theme.space_s)
        for button in (self.sidebar_button, self.inspector_button):
            button.setIconSize(QSize(20, 20))
        row.addWidget(self.sidebar_button)
        row.addWidget(self.search, 1)
        row.addSpacing(theme.space_xs)
        row.addWidget(self.result)
        row.addSpacing(theme.space_s)
        row.addWidget(self._small)
        row.addWidget(self.slider)
        row.addWidget(self._large)
        row.addSpacing(theme.space_xs)
        row.addWidget(self.inspector_button)
        # The line keeps its place while it is hidden, so that nothing jumps when it appears.
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(policy)
        self._busy.setFixedHeight(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.note)
        column.addWidget(self._busy)
