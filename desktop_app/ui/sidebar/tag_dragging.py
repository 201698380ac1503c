"""Dragging a tag onto another, or onto a group: it moves there. Photos that are dropped on a tag get it."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem

from desktop_app.domain.tag import Tag, TagId
from desktop_app.ui.grid.dragging import drag_badge, photos_in_mime
from desktop_app.ui.sidebar.count_tree import CountTree, Index, Role

TAG_FORMAT = "application/x-keepsight-tag"

# Near the edge of the view the tree scrolls while something is dragged, by this much at each movement.
_EDGE, _SCROLL_STEP = 24, 12


def tag_mime(tag: Tag) -> QMimeData:
    """What travels with the pointer."""
    data = QMimeData()
    data.setData(TAG_FORMAT, QByteArray(str(tag.id).encode()))
    data.setText(tag.name)
    return data


class TagDragging(CountTree):
    """Lets rows with a Tag be dragged onto others. What a drop means is decided by `can_drop` of the tree itself."""

    dropped = Signal(object, object)
    """The TagId that was dragged, and the Tag or the group (str) that it was dropped on."""
    photos_dropped = Signal(object, object)
    """The Tag, and the PhotoIds that were dropped on it."""

    _pressed: tuple[Tag, QPoint] | None = None
    _target = QPersistentModelIndex()

    def can_drop(self, tag_id: TagId, onto: Tag | str) -> bool:
        """Whether a tag may be dropped there."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:
        tag = self.indexAt(event.position().toPoint()).data(Role.VALUE)
        dragging = event.button() == Qt.MouseButton.LeftButton and isinstance(tag, Tag)
        self._pressed = (tag, event.position().toPoint()) if dragging else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = QApplication.startDragDistance()
        at = event.position().toPoint()
        if self._pressed and event.buttons() and (at - self._pressed[1]).manhattanLength() >= far:
            tag, self._pressed = self._pressed[0], None
            drag = QDrag(self)
            drag.setMimeData(tag_mime(tag))
            drag.setPixmap(drag_badge(tag.name, self))
            drag.setHotSpot(QPoint(-12, -8))
            drag.exec(Qt.DropAction.MoveAction)
            return
        super().mouseMoveEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(TAG_FORMAT) or photos_in_mime(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        at = event.position().toPoint()
        if self._onto(event) is None:
            self._mark(QModelIndex())
            event.ignore()
        else:
            self._mark(self.indexAt(at))
            event.acceptProposedAction()
        self._scroll_at_edge(at.y())

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._mark(QModelIndex())

    def dropEvent(self, event: QDropEvent) -> None:
        onto, dragged = self._onto(event), _dragged(event)
        self._mark(QModelIndex())
        if onto is None:
            return
        event.acceptProposedAction()
        if dragged is not None:
            self.dropped.emit(dragged, onto)
        else:
            self.photos_dropped.emit(onto, photos_in_mime(event.mimeData()))

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if self._target.isValid() and self._target == index:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self._theme.accent))
            painter.setBrush(QColor(self._theme.selection))
            painter.drawRoundedRect(self.visualRect(index).adjusted(0, 1, -1, -1), 6, 6)
            painter.restore()
        super().drawRow(painter, option, index)

    def _onto(self, event: QDropEvent | QDragMoveEvent) -> Tag | str | None:
        """The tag or group under the pointer, if what is dragged may go there."""
        dragged = _dragged(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return None
        tag = index.data(Role.VALUE)
        if dragged is None:
            return tag if isinstance(tag, Tag) and photos_in_mime(event.mimeData()) else None
        onto: Tag | str = tag if isinstance(tag, Tag) else str(index.data(Role.KEY))
        return onto if self.can_drop(dragged, onto) else None

    def _mark(self, index: QModelIndex) -> None:
        self._target = QPersistentModelIndex(index)
        self.viewport().update()

    def _scroll_at_edge(self, y: int) -> None:
        bar = self.verticalScrollBar()
        if y < _EDGE:
            bar.setValue(bar.value() - _SCROLL_STEP)
        elif y > self.viewport().height() - _EDGE:
            bar.setValue(bar.value() + _SCROLL_STEP)


def _dragged(event: QDropEvent | QDragMoveEvent) -> TagId | None:
    data = bytes(event.mimeData().data(TAG_FORMAT).data())
    return TagId(int(data)) if data.isdigit() else None
