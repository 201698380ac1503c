"""What is laid over a cell of the grid that is more than a picture: a video's length, a stack's kind."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPolygonF

from desktop_app.domain.clock import clock
from desktop_app.domain.photo import PhotoSummary
from desktop_app.ui.grid.labels import LABEL_GROUND, LABEL_HEIGHT, LABEL_INSET, LABEL_TEXT
from desktop_app.ui.wording import counted

_SIGN_WIDTH, _SIGN_HEIGHT, _SIGN_GAP = 8, 9, 5


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words, perhaps with the sign that players start with."""

    text: str
    plays: bool = False


def badge_of(summary: PhotoSummary, moment: float | None) -> Badge | None:
    """The badge of a photo; `moment` is the second at which a video matches what is searched for."""
    if summary.duration_seconds is not None and summary.stacked == 1:
        length = clock(summary.duration_seconds)
        return Badge(length if moment is None else f"{clock(moment)} of {length}", plays=True)
    return Badge(summary.badge) if summary.badge else None


def curation_marks(summary: PhotoSummary) -> str:
    """Stars and the favourite's heart: "★★★ ♥"; empty for a photo without."""
    return " ".join(part for part in ("★" * summary.rating, "♥" if summary.favourite else "") if part)


def spoken_badge(summary: PhotoSummary, moment: float | None) -> list[str]:
    """The same for a tooltip or a screen reader."""
    parts = []
    if summary.duration_seconds is not None:
        parts.append(f"Video, {clock(summary.duration_seconds)}")
    elif summary.badge:
        parts.append(summary.badge)
    if moment is not None:
        parts.append(f"Matched at {clock(moment)}")
    return [*parts, *spoken_marks(summary)]


def spoken_marks(summary: PhotoSummary) -> list[str]:
    """Stars and heart in words."""
    stars = [counted(summary.rating, "star")] if summary.rating else []
    return [*stars, "Favourite"] if summary.favourite else stars


def paint_badge(painter: QPainter, area: QRect, badge: Badge, *, top: int) -> None:
    """Paint it at the left edge of `area`, from `top` on, in the painter's font; leave it out where it has no room."""
    sign = _SIGN_WIDTH + _SIGN_GAP if badge.plays else 0
    metrics = QFontMetrics(painter.font())
    width = metrics.horizontalAdvance(badge.text) + sign + 2 * LABEL_INSET
    if width > area.width():
        return
    label = QRect(area.left(), top, width, LABEL_HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(LABEL_GROUND)
    painter.drawRoundedRect(label, LABEL_INSET - 1, LABEL_INSET - 1)
    if badge.plays:
        left, middle = label.left() + LABEL_INSET + 1.0, label.top() + LABEL_HEIGHT / 2
        half = _SIGN_HEIGHT / 2
        painter.setBrush(LABEL_TEXT)
        painter.drawPolygon(
            QPolygonF([QPointF(left, middle - half), QPointF(left, middle + half), QPointF(left + _SIGN_WIDTH, middle)])
        )
    painter.setPen(LABEL_TEXT)
    painter.drawText(label.adjusted(sign, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, badge.text)
