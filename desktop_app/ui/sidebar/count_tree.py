"""A tree whose rows have a name on the left and a number on the right, as folders and tags do."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import number

Index = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    """What an item of these trees holds, beside its name and its check state."""

    VALUE = Qt.ItemDataRole.UserRole + 1
    """The domain value: a Tag, an InFolder, or None."""
    COUNT = Qt.ItemDataRole.UserRole + 2
    """The number on the right; None for none."""
    ICON = Qt.ItemDataRole.UserRole + 3
    """Name of an icon, or empty."""
    HEADING = Qt.ItemDataRole.UserRole + 4
    """True for a group's name."""
    FAINT = Qt.ItemDataRole.UserRole + 5
    """True for something that is away."""
    KEY = Qt.ItemDataRole.UserRole + 6
    """A str that names the row across rebuilds."""
    COLOUR = Qt.ItemDataRole.UserRole + 7
    """"#rrggbb" of the dot before the name, or None."""


_ROW_HEIGHT = 28
_BOX = 16
_ICON = 18
_DOT = 10


def _row_height(metrics: QFontMetrics) -> int:
    return max(_ROW_HEIGHT, metrics.height() + 10)


class CountDelegate(QStyledItemDelegate):
    """Paints one row. A check state is painted as a box: empty, ticked, or crossed out (partially checked)."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(60, _row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRect(option.rect)
        self._paint_ground(painter, option, rect)
        left = rect.left() + 4
        check = index.data(Qt.ItemDataRole.CheckStateRole)
        if check is not None:
            self._paint_box(painter, QRect(left, rect.center().y() - _BOX // 2 + 1, _BOX, _BOX), Qt.CheckState(check))
            left += _BOX + 8
        elif icon := index.data(Role.ICON):
            colour = self.theme.accent if self._selected(option) else self.theme.muted_text
            themed_icon(icon, colour).paint(painter, QRect(left, rect.center().y() - _ICON // 2 + 1, _ICON, _ICON))
            left += _ICON + 8
        if colour := index.data(Role.COLOUR):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QRect(left, rect.center().y() - _DOT // 2 + 1, _DOT, _DOT))
            left += _DOT + 6
        self._paint_text(painter, option, index, QRect(QPoint(left, rect.top()), rect.bottomRight() - QPoint(8, 0)))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        state = option.state
        ground = None
        if self._selected(option):
            ground = self.theme.selection
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = self.theme.raised
        painter.setPen(QColor(self.theme.accent) if state & QStyle.StateFlag.State_HasFocus else Qt.PenStyle.NoPen)
        if ground or state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), 6, 6)

    def _paint_box(self, painter: QPainter, box: QRect, state: Qt.CheckState) -> None:
        theme = self.theme
        if state == Qt.CheckState.Unchecked:
            painter.setPen(QColor(theme.muted_text))
            painter.setBrush(QColor(theme.surface))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
            return
        ticked = state == Qt.CheckState.Checked
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if ticked else theme.danger))
        painter.drawRoundedRect(box, 4, 4)
        themed_icon("check" if ticked else "minus", theme.on_accent if ticked else theme.surface).paint(painter, box)

    def _paint_text(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, rect: QRect) -> None:
        font = QFont(option.font)
        heading = bool(index.data(Role.HEADING))
        font.setWeight(QFont.Weight.DemiBold if heading else QFont.Weight.Normal)
        excluded = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.PartiallyChecked.value
        font.setStrikeOut(excluded)
        faint = heading or bool(index.data(Role.FAINT))
        painter.setFont(font)
        metrics = painter.fontMetrics()
        room = rect.width()
        if text := shown_count(index):
            painter.setPen(QColor(self.theme.muted_text))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            room -= metrics.horizontalAdvance(text) + 8
        painter.setPen(QColor(self.theme.muted_text if faint else self.theme.text))
        name = metrics.elidedText(str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    @staticmethod
    def _selected(option: QStyleOptionViewItem) -> bool:
        return bool(option.state & QStyle.StateFlag.State_Selected)


def shown_count(index: Index) -> str:
    """What stands right of a row. No zero where rows stand below: beside theirs it would read as their sum."""
    count = index.data(Role.COUNT)
    if count is None or (count == 0 and index.model().hasChildren(index)):
        return ""
    return number(count)


class CountTree(QTreeView):
    """A tree view in the program's own dress, with chevrons that open and close rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words_when_empty = ""
        self._delegate = CountDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setExpandsOnDoubleClick(False)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self._theme = theme
        self._delegate.theme = theme
        self.viewport().update()

    def height_of(self, rows: int) -> int:
        """How high this many rows are, in device-independent pixels."""
        return rows * _row_height(self.fontMetrics())

    def say_when_empty(self, words: str) -> None:
        """What stands where rows would be while there are none."""
        self._words_when_empty = words
        self.setAccessibleDescription(words)
        self.viewport().update()

    @property
    def said(self) -> str:
        """What stands in place of rows at present."""
        return "" if self.model().rowCount() else self._words_when_empty

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if words := self.said:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.muted_text))
            room = self.viewport().rect().adjusted(4, 4, -4, 0)
            painter.drawText(
                room, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words
            )
            painter.end()

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self.model().hasChildren(index):
            return
        name = "chevron-down" if self.isExpanded(index) else "chevron-right"
        box = QRect(rect.right() - 14, rect.center().y() - 6, 14, 14)
        themed_icon(name, self._theme.muted_text).paint(painter, box)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Two quick clicks are two clicks: ticking and unticking a row in a hurry must not lose one of them.
        self.mousePressEvent(event)
