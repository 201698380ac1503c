"""The searches that the person keeps, each with how many photos it has now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget

from desktop_app.domain.saved_search import SavedSearch, SavedSearchId
from desktop_app.ui.sidebar.count_tree import CountTree, Role
from desktop_app.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class CountedSearch:
    """One row: the search, its number of photos (None until counted), and why it cannot be asked, if so."""

    saved: SavedSearch
    count: int | None = None
    problem: str = ""


class SavedSearchTree(CountTree):
    """Click or Enter opens a search; F2 renames it, Delete deletes it."""

    chosen = Signal(object)
    """The SavedSearch to open."""
    menu_wanted = Signal(QPoint, object)
    """Global position and the SavedSearch under it."""
    edit_wanted = Signal(object)
    delete_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Saved searches")
        self.setRootIsDecorated(False)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self._rows: tuple[CountedSearch, ...] = ()
        self._opened: SavedSearchId | None = None
        self.clicked.connect(self._choose)
        self.customContextMenuRequested.connect(self._on_menu)

    @property
    def rows(self) -> tuple[CountedSearch, ...]:
        """What is shown."""
        return self._rows

    def show_searches(self, rows: Sequence[CountedSearch]) -> None:
        """Show these. Where only the numbers differ, the rows stay as they are."""
        same = [row.saved for row in rows] == [row.saved for row in self._rows]
        self._rows = tuple(rows)
        if not same:
            self._items.clear()
            for row in rows:
                self._items.appendRow(_item(row.saved))
            self.show_opened(self._opened)
        for position, row in enumerate(rows):
            item = self._items.item(position)
            item.setData(row.count, Role.COUNT)
            item.setData(bool(row.problem), Role.FAINT)
            item.setToolTip(f"{row.saved.query}\n{row.problem}".strip())

    def show_opened(self, opened: SavedSearchId | None) -> None:
        """Mark the search whose photos are shown."""
        self._opened = opened
        for position, row in enumerate(self._rows):
            if row.saved.id == opened:
                self.setCurrentIndex(self._items.index(position, 0))
                return
        self.clearSelection()

    def index_of(self, name: str) -> QModelIndex:
        """The row with this name; an invalid index when there is none."""
        for position, row in enumerate(self._rows):
            if row.saved.name == name:
                return self._items.index(position, 0)
        return QModelIndex()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        saved = self.currentIndex().data(Role.VALUE)
        keys = {
            Qt.Key.Key_Return: self.chosen,
            Qt.Key.Key_Enter: self.chosen,
            Qt.Key.Key_Space: self.chosen,
            Qt.Key.Key_F2: self.edit_wanted,
            Qt.Key.Key_Delete: self.delete_wanted,
        }
        signal = keys.get(Qt.Key(event.key()))
        if signal is not None and isinstance(saved, SavedSearch):
            signal.emit(saved)
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(Role.VALUE))

    def _on_menu(self, at: QPoint) -> None:
        saved = self.indexAt(at).data(Role.VALUE)
        if isinstance(saved, SavedSearch):
            self.menu_wanted.emit(self.viewport().mapToGlobal(at), saved)


def _item(saved: SavedSearch) -> QStandardItem:
    item = QStandardItem(saved.name)
    item.setData(saved, Role.VALUE)
    item.setData(saved.name, Role.KEY)
    item.setData("bookmark", Role.ICON)
    return item
