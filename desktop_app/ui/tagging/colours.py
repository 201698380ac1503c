"""The colours that tags can have, and the menu that gives them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

TAG_COLOURS = {
    "Red": "#d64545",
    "Orange": "#e2703a",
    "Yellow": "#c99a12",
    "Green": "#4c9a4a",
    "Teal": "#1d9a94",
    "Blue": "#3d7fd9",
    "Purple": "#8a5cd1",
    "Pink": "#d2559c",
    "Grey": "#858b88",
}
"""By name; each stands out from both themes' grounds by at least 3 to 1 on one and is plain on the other."""

_SIDE = 16


def colour_icon(colour: str, density: float) -> QIcon:
    """A dot of this colour."""
    pixmap = QPixmap(round(_SIDE * density), round(_SIDE * density))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    edge = 2 * density
    painter.drawEllipse(QRectF(pixmap.rect()).adjusted(edge, edge, -edge, -edge))
    painter.end()
    pixmap.setDevicePixelRatio(density)
    return QIcon(pixmap)


def add_colours(menu: QMenu, present: str | None, choose: Callable[[str | None], object]) -> None:
    """Add a submenu with all colours and none."""
    colours = menu.addMenu("Colour")
    for name, colour in TAG_COLOURS.items():
        action = colours.addAction(colour_icon(colour, menu.devicePixelRatioF()), name)
        action.triggered.connect(lambda _checked=False, colour=colour: choose(colour))
        action.setEnabled(colour != present)
    colours.addSeparator()
    none = colours.addAction("No colour", lambda: choose(None))
    none.setEnabled(present is not None)
