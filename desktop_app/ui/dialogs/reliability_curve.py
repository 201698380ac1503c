"""A reliability curve: what was stated against what was true. On the diagonal, 0.9 means right nine times in ten."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.domain.tag_quality import ReliabilityBin
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import percent

_SIDE = 190
_LEFT, _BOTTOM, _EDGE = 40, 38, 8

# Areas of the dots grow with how many decisions stand behind them, within what can be seen and told apart.
_SMALLEST, _LARGEST = 3.0, 8.0


class ReliabilityCurve(QWidget):
    """Paints one model's curve, and another's beside it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bins: tuple[ReliabilityBin, ...] = ()
        self._other: tuple[ReliabilityBin, ...] = ()
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName("Reliability curve")
        self.setToolTip(
            "To the right: how sure the model was. Upwards: how often you agreed. On the line, it keeps its word; "
            "below it, the model is too sure. Larger dots stand for more decisions."
        )

    def sizeHint(self) -> QSize:
        return QSize(_LEFT + _SIDE + _EDGE, _EDGE + _SIDE + _BOTTOM)

    def show_bins(self, bins: Sequence[ReliabilityBin], other: Sequence[ReliabilityBin] = ()) -> None:
        """Paint these."""
        self._bins, self._other = tuple(bins), tuple(other)
        said = ", ".join(
            f"{percent(each.probability)} stated {percent(each.observed)} true" for each in bins if each.count
        )
        self.setAccessibleDescription(said)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = QRectF(_LEFT, _EDGE, _SIDE, _SIDE)
        self._paint_field(painter, field)
        self._paint_curve(painter, field, self._other, QColor(self._theme.muted_text))
        self._paint_curve(painter, field, self._bins, QColor(self._theme.accent))
        painter.end()

    def _paint_field(self, painter: QPainter, field: QRectF) -> None:
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.surface))
        painter.drawRoundedRect(field, 4, 4)
        painter.setPen(QPen(QColor(self._theme.border), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(field.bottomLeft(), field.topRight())
        painter.setPen(QColor(self._theme.muted_text))
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        for share, text in ((0.0, "0"), (0.5, "50"), (1.0, "100 %")):
            across = QRectF(field.left() + share * _SIDE - 30, field.bottom() + 3, 60, 16)
            alignment = Qt.AlignmentFlag.AlignRight if share == 1.0 else Qt.AlignmentFlag.AlignHCenter
            if share == 1.0:
                across.moveRight(field.right())
            painter.drawText(across, alignment, text)
            upwards = QRectF(0, field.bottom() - share * _SIDE - 8, _LEFT - 6, 16)
            if share == 1.0:
                upwards.moveTop(field.top())
            painter.drawText(upwards, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text.rstrip(" %"))
        below = QRectF(field.left(), field.bottom() + 19, _SIDE, 18)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "how sure (→), how often right (↑)")

    def _paint_curve(self, painter: QPainter, field: QRectF, bins: Sequence[ReliabilityBin], colour: QColor) -> None:
        known = [each for each in bins if each.count]
        if not known:
            return
        points = [
            QPointF(field.left() + each.probability * _SIDE, field.bottom() - each.observed * _SIDE) for each in known
        ]
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        most = max(each.count for each in known)
        for point, each in zip(points, known, strict=True):
            radius = _SMALLEST + (_LARGEST - _SMALLEST) * (each.count / most) ** 0.5
            painter.drawEllipse(point, radius, radius)
