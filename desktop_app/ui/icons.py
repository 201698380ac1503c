"""The program's own line icons, tinted with a colour of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app.base.paths import resource_path

# Every icon file is drawn in this one colour; tinting replaces it in the text of the file.
_INK = "#000000"

# Sizes in device-independent pixels at which icons are shown, each for plain, double and triple density screens.
_SIZES = (16, 20, 24)
_DENSITIES = (1.0, 2.0, 3.0)


@cache
def _source(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


def icon_pixmap(name: str, colour: str, size: int, density: float = 1.0) -> QPixmap:
    """One icon as a square pixmap of `size` device-independent pixels. GUI thread only."""
    pixmap = QPixmap(round(size * density), round(size * density))
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace(_INK, colour).encode()))
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(density)
    return pixmap


@cache
def themed_icon(name: str, colour: str) -> QIcon:
    """An icon of resources/icons in `colour` ("#rrggbb"), sharp at the sizes and densities it is shown in."""
    icon = QIcon()
    for size in _SIZES:
        for density in _DENSITIES:
            icon.addPixmap(icon_pixmap(name, colour, size, density))
    return icon


def application_icon() -> QIcon:
    """The program's own, coloured icon."""
    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(icon_pixmap("keepsight", _INK, size))
    return icon
