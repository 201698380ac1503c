"""Words on photographs in the grid: where they lie and how they are painted."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

LABEL_INSET = 6
LABEL_HEIGHT = 20

# Labels lie on photographs, so they bring their own ground: white on this is readable (7:1) over pure white too.
LABEL_GROUND = QColor(0, 0, 0, 175)
LABEL_TEXT = QColor(255, 255, 255)


def label_area(square: QRect, photo: QRect) -> QRect:
    """Labels lie on the photo, or across the whole cell where the photo is too narrow for words."""
    wide_enough = photo.width() >= square.width() // 2
    area = photo if wide_enough else QRect(square.left(), photo.top(), square.width(), photo.height())
    return area.adjusted(LABEL_INSET, LABEL_INSET, -LABEL_INSET, -LABEL_INSET)


def paint_label(painter: QPainter, area: QRect, text: str, where: Qt.AlignmentFlag) -> int:
    """Words in a corner of `area`, cut in the middle where they do not fit. Returns how wide they lie there."""
    metrics = QFontMetrics(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(area.width() - 2 * LABEL_INSET, 0))
    width = min(metrics.horizontalAdvance(shown) + 2 * LABEL_INSET, area.width())
    left = area.right() + 1 - width if where & Qt.AlignmentFlag.AlignRight else area.left()
    top = area.top() if where & Qt.AlignmentFlag.AlignTop else area.bottom() + 1 - LABEL_HEIGHT
    label = QRect(left, top, width, LABEL_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(LABEL_GROUND)
    painter.drawRoundedRect(label, LABEL_INSET - 1, LABEL_INSET - 1)
    painter.setPen(LABEL_TEXT)
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, shown)
    return width
