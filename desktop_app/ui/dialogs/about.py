"""About Keepsight."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QWidget

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
        foot = in_row(STRETCH, dismiss_button(self))
        dialog_column(self, theme, content, foot, spacing=theme.space_l)
        self.setMinimumWidth(480)
