"""One thumbnail: stored JPEG bytes to a picture of just the size the grid paints, corners already rounded."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter

STORED_SIDE = 256
"""Longest side of stored thumbnails, pixels. A smaller one is of a photo that is itself that small."""

CORNER_RADIUS = 6.0
"""Device-independent pixels: soft, and still a photograph with corners."""


@dataclass(frozen=True, slots=True)
class ThumbnailSize:
    """What the grid wants thumbnails to be made for."""

    side: int
    """Longest side, device pixels."""
    ratio: float = 1.0
    """Device pixels per device-independent pixel."""


def scaled_size(stored: QSize, wanted: ThumbnailSize) -> QSize:
    """The size to paint a stored thumbnail at: it fills the cell, but tiny photos are not blown up."""
    longest = max(stored.width(), stored.height(), 1)
    factor = wanted.side / longest
    if longest < STORED_SIDE:
        factor = min(factor, max(wanted.ratio, 1.0))
    return QSize(max(round(stored.width() * factor), 1), max(round(stored.height() * factor), 1))


def image_of_jpeg(jpeg: bytes) -> QImage:
    """A stored thumbnail as an image; null when the bytes are no JPEG. For worker threads.

    The format is named so that Qt asks no other decoder: the SVG one makes an object with a connection while the
    interpreter's lock is held, and the GUI thread, which may hold Qt's lock for connections and wait for the
    interpreter's, would wait for ever.
    """
    # The stub says bytes for the format; the call itself takes text only.
    return QImage.fromData(jpeg, "JPEG")  # type: ignore[arg-type]


def render_thumbnail(jpeg: bytes, wanted: ThumbnailSize) -> QImage:
    """Decode, scale, round the corners. A null image when the bytes are no picture. For worker threads.

    Rounding here and not while painting makes a frame of the grid a plain copy of pixels.
    """
    stored = image_of_jpeg(jpeg)
    if stored.isNull():
        return stored
    scaled = stored.scaled(
        scaled_size(stored.size(), wanted),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    rounded = QImage(scaled.size(), QImage.Format.Format_ARGB32_Premultiplied)
    rounded.fill(Qt.GlobalColor.transparent)
    radius = CORNER_RADIUS * wanted.ratio
    painter = QPainter(rounded)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(scaled))
    painter.drawRoundedRect(rounded.rect(), radius, radius)
    painter.end()
    return rounded
