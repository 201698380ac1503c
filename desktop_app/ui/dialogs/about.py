"""About Keepsight, and the table of its keyboard shortcuts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QWidget

from desktop_app.ui.application import larger
from desktop_app.ui.controls import label
from desktop_app.ui.icons import icon_pixmap
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_column, in_row
from desktop_app.ui.theme import Theme

_PROMISE = (
    "Finds your photos by what can be seen in them. It understands them on this computer; nothing leaves it, "
    "and the photos themselves are never changed."
)

# The licence of the data (CC BY 4.0) asks for this.
_TOWNS = "Names of places: GeoNames (geonames.org), CC BY 4.0."

# Keys that are not in a menu: where the person is decides what they do.
_PLACE_KEYS = (
    ("Enter", "View the photo full size"),
    ("Space", "Quick view, tick a tag"),
    ("Arrow keys", "Go to another photo"),
    ("Shift + arrow keys", "Select several photos"),
    ("Down (in the search field)", "Go to the results"),
    ("Esc", "Clear the search, close the viewer"),
    ("W (in the viewer)", "Show where in the photo the search's words are"),
    ("Shift + W (in the viewer)", "The same for the next term of the search"),
    ("Alt + click on a tag", "Leave out photos with it"),
    ("F2, Delete (on a tag)", "Change it, delete it"),
    ("→ or A, ← or R, ↓ or S (in a review)", "Yes, no, skip; Backspace takes back"),
)


class AboutDialog(QDialog):
    """Name, version, promise, and where the library is kept."""

    def __init__(self, version: str, library: Path, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Keepsight")
        picture = QLabel()
        picture.setPixmap(icon_pixmap("keepsight", theme.accent, 72, self.devicePixelRatioF()))
        name = label("Keepsight", role="title")
        name.setFont(larger(self.font(), 1.7))
        where = label(f"Library: {library}", role="muted", wrap=True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        licence, promise = label(f"Version {version} · MIT licence", role="muted"), label(_PROMISE, wrap=True)
        towns = label(_TOWNS, role="muted", wrap=True)
        words = in_column(name, licence, promise, towns, where, spacing=theme.space_s)
        content = in_row(spacing=theme.space_l)
        content.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        content.addLayout(words, 1)
        _finish(self, content, theme)
        self.setMinimumWidth(480)


class ShortcutsDialog(QDialog):
    """Every shortcut of the menus, and the keys of the places."""

    def __init__(self, actions: Iterable[QAction], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        rows = [
            (action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), _plain(action.text()))
            for action in actions
            if not action.shortcut().isEmpty()
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space_l * 2)
        grid.setVerticalSpacing(theme.space_s)
        everything = [*rows, *_PLACE_KEYS]
        # Side by side: one below the other they would be higher than a small screen.
        height = math.ceil(len(everything) / 2)
        for position, (keys, what) in enumerate(everything):
            side, row = divmod(position, height)
            grid.addWidget(label(keys, role="title"), row, 2 * side)
            grid.addWidget(label(what), row, 2 * side + 1)
        for column in (1, 3):
            grid.setColumnStretch(column, 1)
        _finish(self, grid, theme)


def _finish(dialog: QDialog, content: QHBoxLayout | QGridLayout, theme: Theme) -> None:
    dialog_column(dialog, theme, content, in_row(STRETCH, dismiss_button(dialog)), spacing=theme.space_l)


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")
