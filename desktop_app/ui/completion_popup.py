"""The list below the search field of what could be typed next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop_app.domain.language.completion import Candidate, Completion
from desktop_app.ui.theme import Theme

_TEXT = Qt.ItemDataRole.UserRole + 1
_DETAIL = Qt.ItemDataRole.UserRole + 2
_ROW_PADDING = 10
_WIDEST, _NARROWEST = 420, 220
_INSET = 10


class CompletionPopup(QObject):
    """Offers candidates under a field and says which was chosen. The field keeps the focus and all other keys."""

    chosen = Signal(int, int, str)
    """Start and end of what to replace, and by what."""
    offering = Signal(bool)
    """Something is offered, or no longer."""

    def __init__(self, field: QLineEdit, theme: Theme) -> None:
        super().__init__(field)
        self._field = field
        self._completion = Completion(0, 0, ())
        self._items = QStandardItemModel(self)
        self._completer = QCompleter(self._items, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(12)
        self._completer.setWidget(field)
        self.list = QListView()
        self.list.setProperty("role", "completion")
        self._completer.setPopup(self.list)
        self.list.installEventFilter(self)
        self._painter = _CandidateDelegate(theme, self.list)
        # Only now: a completer gives its popup a delegate of its own.
        self.list.setItemDelegate(self._painter)
        # The stubs do not know that a signal is chosen among its overloads by an index.
        self._completer.activated[QModelIndex].connect(self._activate)  # type: ignore[index]

    @property
    def visible(self) -> bool:
        """Whether something is offered at present."""
        return self.list.isVisible()

    @property
    def marked(self) -> bool:
        """Whether the person has gone to one of the candidates."""
        return self.list.currentIndex().isValid()

    @property
    def labels(self) -> list[str]:
        """What is offered."""
        return [candidate.label for candidate in self._completion.candidates] if self.visible else []

    def offer(self, completion: Completion) -> None:
        """Offer these; nothing is hidden again at once."""
        self._completion = completion
        if not completion.candidates:
            self.hide()
            return
        self._items.clear()
        for candidate in completion.candidates:
            self._items.appendRow(_item(candidate))
        field = self._field
        width = min(max(_NARROWEST, self._width()), _WIDEST)
        self._completer.complete(QRect(0, 2, width, field.height()))
        self.list.setCurrentIndex(QModelIndex())

    def take(self) -> None:
        """Choose the marked candidate, or the first."""
        index = self.list.currentIndex()
        self.hide()
        self._put(index.row() if index.isValid() else 0)

    def hide(self) -> None:
        """Offer nothing."""
        self.list.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self._painter.theme = theme

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self.offering.emit(event.type() == QEvent.Type.Show)
        return False

    def _activate(self, index: QModelIndex) -> None:
        self._put(index.row())

    def _put(self, row: int) -> None:
        completion = self._completion
        if row < len(completion.candidates):
            self.chosen.emit(completion.start, completion.end, completion.candidates[row].text)

    def _width(self) -> int:
        advance = self._field.fontMetrics().horizontalAdvance
        candidates = self._completion.candidates
        return max(advance(each.label) + advance(each.detail) for each in candidates) + 6 * _INSET


class _CandidateDelegate(QStyledItemDelegate):
    """The candidate on the left, what it is on the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, option.fontMetrics.height() + _ROW_PADDING)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(option.rect, QColor(self.theme.selection))
        rect = option.rect.adjusted(_INSET, 0, -_INSET, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        detail = str(index.data(_DETAIL))
        painter.setPen(QColor(self.theme.muted_text))
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, detail)
        room = rect.width() - painter.fontMetrics().horizontalAdvance(detail) - _INSET
        painter.setPen(QColor(self.theme.text))
        name = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.restore()


def _item(candidate: Candidate) -> QStandardItem:
    item = QStandardItem(candidate.label)
    item.setData(candidate.text, _TEXT)
    item.setData(candidate.detail, _DETAIL)
    return item
