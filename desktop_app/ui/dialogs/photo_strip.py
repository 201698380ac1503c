"""A few photos to look at and to decide about, each with a line of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from desktop_app.domain.photo import PhotoId
from desktop_app.ui.theme import Theme

_PICTURE = QSize(112, 84)
_CELL = QSize(130, 122)
_EDGE = 6


@dataclass(frozen=True, slots=True)
class StripPhoto:
    """One photo and what is written below it."""

    photo_id: PhotoId
    words: str


class PhotoStrip(QListWidget):
    """Thumbnails in rows; several can be chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setIconSize(_PICTURE)
        self.setGridSize(_CELL)
        self.setWordWrap(True)
        self.setViewportMargins(_EDGE, _EDGE, _EDGE, 0)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_photos(self, photos: Sequence[StripPhoto], images: Mapping[PhotoId, QImage]) -> None:
        """Show these photos; those without an image get an empty frame."""
        self.clear()
        for photo in photos:
            item = QListWidgetItem(QIcon(self._picture(images.get(photo.photo_id))), photo.words)
            item.setData(Qt.ItemDataRole.UserRole, int(photo.photo_id))
            item.setToolTip(photo.words)
            self.addItem(item)

    def chosen(self) -> list[PhotoId]:
        """The selected photos."""
        return [PhotoId(item.data(Qt.ItemDataRole.UserRole)) for item in self.selectedItems()]

    def _picture(self, image: QImage | None) -> QPixmap:
        ratio = self.devicePixelRatioF()
        room = QSize(round(_PICTURE.width() * ratio), round(_PICTURE.height() * ratio))
        picture = QPixmap(room)
        if image is None or image.isNull():
            picture.fill(self._theme.raised)
        else:
            # All of one size, so that the words below stand in line.
            picture.fill(Qt.GlobalColor.transparent)
            kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            scaled = image.scaled(room, kept, smooth)
            painter = QPainter(picture)
            painter.drawImage((room.width() - scaled.width()) // 2, (room.height() - scaled.height()) // 2, scaled)
            painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture
