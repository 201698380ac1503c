"""Photos that are dragged out of the grid, to be dropped on something in the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.domain.photo import PhotoId
from desktop_app.ui.wording import counted

_FORMAT = "application/x-keepsight-photos"


def photos_as_mime(photo_ids: Sequence[PhotoId]) -> QMimeData:
    """What is dragged: the photos by their numbers in the library."""
    data = QMimeData()
    data.setData(_FORMAT, " ".join(str(int(photo_id)) for photo_id in photo_ids).encode())
    return data


def photos_in_mime(data: QMimeData) -> list[PhotoId]:
    """The photos that are dragged; empty when it is something else."""
    return [PhotoId(int(number)) for number in bytes(data.data(_FORMAT).data()).split()]


class PhotoDrag:
    """Tells a drag from a click: the button goes down on a photo, and the pointer moves on with it."""

    def __init__(self, source: QWidget) -> None:
        self._source = source
        self._pressed: QPoint | None = None

    @property
    def armed(self) -> bool:
        """True while the button is held on a photo."""
        return self._pressed is not None

    def press(self, pointer: QPoint) -> None:
        """The button went down on a photo."""
        self._pressed = pointer

    def release(self) -> None:
        """The button was let go."""
        self._pressed = None

    def begins(self, pointer: QPoint) -> bool:
        """Whether the pointer has gone far enough for a drag."""
        if self._pressed is None:
            return False
        return (pointer - self._pressed).manhattanLength() >= QApplication.startDragDistance()

    def carry(self, photo_ids: Sequence[PhotoId]) -> None:
        """Drag these photos until they are dropped somewhere."""
        self._pressed = None
        drag = QDrag(self._source)
        drag.setMimeData(photos_as_mime(photo_ids))
        drag.setPixmap(drag_badge(counted(len(photo_ids), "photo"), self._source))
        drag.setHotSpot(QPoint(-12, -8))
        drag.exec()


def drag_badge(text: str, widget: QWidget) -> QPixmap:
    """A small label that goes with the pointer."""
    ratio = widget.devicePixelRatioF()
    width, height = widget.fontMetrics().horizontalAdvance(text) + 20, widget.fontMetrics().height() + 10
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(widget.palette().highlight())
    painter.drawRoundedRect(0, 0, width - 1, height - 1, height / 2, height / 2)
    painter.setPen(widget.palette().highlightedText().color())
    painter.setFont(widget.font())
    painter.drawText(0, 0, width, height, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap
