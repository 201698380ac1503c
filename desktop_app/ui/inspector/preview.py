"""The large preview at the top of the inspector: one photo, or a few of a selection side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.theme import Theme

# A board of several, and the most that one upright photo may take; a wide one takes only what it needs.
_BOARD_HEIGHT = 216
_TALLEST = 280
_GAP = 6

_HEAT_OPACITY = 0.8


class Preview(QWidget):
    """Paints one image as large as fits, or up to four of them as a two-by-two board."""

    activated = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: tuple[QImage, ...] = ()
        self._heat: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Preview")
        self.setToolTip("Double-click to view it full size")

    def sizeHint(self) -> QSize:
        return QSize(280, _BOARD_HEIGHT)

    @property
    def images(self) -> tuple[QImage, ...]:
        """What is painted at present."""
        return self._images

    def show_images(self, images: Sequence[QImage]) -> None:
        """Paint these, the first four of them."""
        self._images = tuple(images[:4])
        self._fit_height()
        self.update()

    @property
    def heat(self) -> QPixmap | None:
        """The colours over the photo at present."""
        return self._heat

    def show_heat(self, heat: QPixmap | None) -> None:
        """Lay colours over the whole of the one photo, however few pixels they have; None takes them away."""
        self._heat = heat
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self._theme = theme
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for image, cell in zip(self._images, self._cells(), strict=False):
            target = _fitted(image, cell) if len(self._images) == 1 else cell
            path = QPainterPath()
            path.addRoundedRect(QRectF(target), self._theme.radius, self._theme.radius)
            painter.setClipPath(path)
            painter.fillRect(target, QColor(self._theme.raised))
            painter.drawImage(target, image, _cropped(image, target))
            if self._heat is not None and len(self._images) == 1:
                painter.setOpacity(_HEAT_OPACITY)
                painter.drawPixmap(QRectF(target), self._heat, QRectF(self._heat.rect()))
                painter.setOpacity(1.0)
        painter.end()

    def _fit_height(self) -> None:
        height = _BOARD_HEIGHT
        if len(self._images) == 1 and self._images[0].width():
            image = self._images[0]
            height = min(_TALLEST, round(self.width() * image.height() / image.width()))
        self.setFixedHeight(height)

    def _cells(self) -> list[QRect]:
        if len(self._images) < 2:
            return [self.rect()]
        width, height = (self.width() - _GAP) // 2, (self.height() - _GAP) // 2
        if len(self._images) == 2:
            height = self.height()
        corners = ((0, 0), (width + _GAP, 0), (0, height + _GAP), (width + _GAP, height + _GAP))
        return [QRect(left, top, width, height) for left, top in corners]


def _fitted(image: QImage, cell: QRect) -> QRect:
    """The largest rectangle of the image's shape in the middle of the cell."""
    size = image.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
    fitted = QRect(cell.topLeft(), size)
    fitted.moveCenter(cell.center())
    return fitted


def _cropped(image: QImage, target: QRect) -> QRect:
    """The largest part, from the middle of the image, that has the target's shape."""
    size = target.size().scaled(image.size(), Qt.AspectRatioMode.KeepAspectRatio)
    part = QRect(0, 0, size.width(), size.height())
    part.moveCenter(image.rect().center())
    return part
