"""A line of small pictures, as many as fit, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import number

SIDE = 56
_GAP = 6
_RADIUS = 6


class ThumbnailRow(QWidget):
    """Square cuts of pictures from the left; the last place says "+12" when there are more."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pixmaps: list[QPixmap] = []
        self._total = 0
        self.setAccessibleName(name)
        self.setFixedHeight(SIDE)

    def show_images(self, images: Sequence[QImage], total: int) -> None:
        """Show these; `total` is how many photos there are."""
        self._pixmaps = [QPixmap.fromImage(image) for image in images]
        self._total = total
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(6 * (SIDE + _GAP), SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        places = max((self.width() + _GAP) // (SIDE + _GAP), 1)
        shown = self._pixmaps[: places if self._total <= places else places - 1]
        for place, pixmap in enumerate(shown):
            _paint_cut(painter, QRectF(place * (SIDE + _GAP), 0, SIDE, SIDE), pixmap)
        if rest := self._total - len(shown):
            painter.setPen(QColor(self._theme.muted_text))
            at = QRectF(len(shown) * (SIDE + _GAP), 0, SIDE, SIDE)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, f"+{number(rest)}")
        painter.end()


def _paint_cut(painter: QPainter, at: QRectF, pixmap: QPixmap) -> None:
    side = min(pixmap.width(), pixmap.height())
    cut = QRectF((pixmap.width() - side) / 2, (pixmap.height() - side) / 2, side, side)
    path = QPainterPath()
    path.addRoundedRect(at, _RADIUS, _RADIUS)
    painter.save()
    painter.setClipPath(path)
    painter.drawPixmap(at, pixmap, cut)
    painter.restore()
