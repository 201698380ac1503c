"""Tags to choose from: where photos are to be given them a box with three states, the tag, and where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.domain.tag_choices import Share, TagChoice
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme

_ROW_HEIGHT = 32
_BOX = 16
_DOT = 10
_INSET = 12


class _Role(IntEnum):
    CHOICE = Qt.ItemDataRole.UserRole + 1


class ChoiceList(QListView):
    """Shows choices; one of them may be marked. It never takes the focus from the field above it."""

    chosen = Signal(object)
    """The TagChoice that was clicked."""
    chosen_twice = Signal(object)
    """The TagChoice that was double-clicked."""
    mark_moved = Signal()

    def __init__(self, theme: Theme, *, boxes: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "choices")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Tags")
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setItemDelegate(_ChoiceDelegate(theme, self, boxes=boxes))
        self.clicked.connect(lambda index: self.chosen.emit(index.data(_Role.CHOICE)))
        self.doubleClicked.connect(lambda index: self.chosen_twice.emit(index.data(_Role.CHOICE)))
        self.selectionModel().currentChanged.connect(lambda _now, _before: self.mark_moved.emit())

    @property
    def choices(self) -> list[TagChoice]:
        """What is offered, from above."""
        return [self._items.item(row).data(_Role.CHOICE) for row in range(self._items.rowCount())]

    @property
    def marked(self) -> TagChoice | None:
        """The choice that Enter would take."""
        choice = self.currentIndex().data(_Role.CHOICE)
        return choice if isinstance(choice, TagChoice) else None

    def show_choices(self, choices: Sequence[TagChoice], *, keep: str = "", mark_first: bool) -> None:
        """Offer these, and mark the one named `keep`; if it is not there, the first or none."""
        self._items.clear()
        for choice in choices:
            item = QStandardItem(choice.name)
            item.setData(choice, _Role.CHOICE)
            item.setToolTip(choice.detail)
            self._items.appendRow(item)
        otherwise = 0 if mark_first else -1
        row = next((row for row, choice in enumerate(choices) if choice.name == keep), otherwise)
        self.setCurrentIndex(self._items.index(row, 0))
        self.mark_moved.emit()  # where nothing is marked now and something was before, Qt does not say so

    def move(self, by: int) -> None:  # type: ignore[override]
        """Mark the choice so many rows further."""
        row = min(max(self.currentIndex().row() + by, 0), self._items.rowCount() - 1)
        self.setCurrentIndex(self._items.index(row, 0))


class _ChoiceDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject, *, boxes: bool) -> None:
        super().__init__(parent)
        self._theme = theme
        self._boxes = boxes

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, max(_ROW_HEIGHT, option.fontMetrics.height() + 12))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        choice = index.data(_Role.CHOICE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self._ground(option.state)
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 6, 6)
        rect = option.rect.adjusted(_INSET, 0, -_INSET, 0)
        if self._boxes:
            self._paint_box(painter, QRect(rect.left(), rect.center().y() - _BOX // 2 + 1, _BOX, _BOX), choice)
            rect.setLeft(rect.left() + _BOX + 10)
        self._paint_words(painter, rect, choice)
        painter.restore()

    def _ground(self, state: QStyle.StateFlag) -> str:
        if state & QStyle.StateFlag.State_Selected:
            return self._theme.selection
        return self._theme.raised if state & QStyle.StateFlag.State_MouseOver else ""

    def _paint_box(self, painter: QPainter, box: QRect, choice: TagChoice) -> None:
        theme = self._theme
        if choice.is_new:
            themed_icon("plus", theme.accent).paint(painter, box)
            return
        if choice.share is Share.NONE:
            painter.setPen(QColor(theme.muted_text))
            painter.setBrush(QColor(theme.surface))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(box, 4, 4)
        themed_icon("check" if choice.share is Share.ALL else "minus", theme.on_accent).paint(painter, box)

    def _paint_words(self, painter: QPainter, rect: QRect, choice: TagChoice) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        detail = metrics.elidedText(choice.detail, Qt.TextElideMode.ElideRight, rect.width() // 2)
        painter.setPen(QColor(self._theme.muted_text))
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, detail)
        room = rect.width() - metrics.horizontalAdvance(detail) - _INSET
        if choice.colour:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(choice.colour))
            painter.drawEllipse(QRect(rect.left(), rect.center().y() - _DOT // 2 + 1, _DOT, _DOT))
            rect.setLeft(rect.left() + _DOT + 6)
            room -= _DOT + 6
        painter.setPen(QColor(self._theme.text))
        painter.drawText(rect, middle, metrics.elidedText(choice.name, Qt.TextElideMode.ElideMiddle, room))
