"""The tags of the library, grouped, each with how many photos have it; a tick filters by it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.tag import Tag, TagCount
from desktop_app.ui.search_state import SearchTerms
from desktop_app.ui.sidebar.count_tree import CountTree, Role
from desktop_app.ui.theme import Theme

OWN_GROUP = "My tags"


class TagTree(CountTree):
    """Click or Space ticks a tag (photos must have it); Alt-click, or the context menu, excludes it."""

    toggled = Signal(object)
    """A Tag to tick or to untick."""
    excluded = Signal(object)
    """A Tag to exclude."""
    cleared = Signal(object)
    """A Tag to do neither with."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Tags")
        self.setSelectionMode(CountTree.SelectionMode.NoSelection)
        self._items = QStandardItemModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._items)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self._proxy)
        self._closed: set[str] = set()
        self._counts: tuple[TagCount, ...] = ()
        self._terms = SearchTerms()
        self.clicked.connect(self._on_click)
        self.customContextMenuRequested.connect(self._open_menu)
        self.collapsed.connect(lambda index: self._closed.add(str(index.data(Role.KEY))))
        self.expanded.connect(lambda index: self._closed.discard(str(index.data(Role.KEY))))

    @property
    def closed_groups(self) -> set[str]:
        """Groups that the person has closed."""
        return set(self._closed)

    def close_groups(self, groups: set[str]) -> None:
        """Close these groups, now and when they appear."""
        self._closed = set(groups)
        self._rebuild()

    def show_counts(self, counts: Sequence[TagCount]) -> None:
        """Show these tags. Where only the numbers differ, rows, scrolling and focus stay as they are."""
        shown = tuple(sorted([*counts, *self._uncounted(counts)], key=_row_order))
        if shown == self._counts:
            return
        same_rows = [row.tag for row in shown] == [row.tag for row in self._counts]
        self._counts = shown
        if same_rows:
            self._update_numbers()
        else:
            self._rebuild()

    def show_terms(self, terms: SearchTerms) -> None:
        """Show which tags are ticked and which excluded."""
        self._terms = terms
        for item in self._tag_items():
            item.setData(self._check(item.data(Role.VALUE)).value, Qt.ItemDataRole.CheckStateRole)

    def filter_names(self, text: str) -> None:
        """Show only tags whose name contains the text."""
        self._proxy.setFilterFixedString(text.strip())
        self._restore_groups(everything=bool(text.strip()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tag = self.currentIndex().data(Role.VALUE)
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(tag, Tag):
            self._act(tag, exclude=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        else:
            super().keyPressEvent(event)

    def tag_index(self, name: str) -> QModelIndex:
        """Where the tag stands in the view; an invalid index when it does not."""
        for item in self._tag_items():
            if item.text() == name:
                return self._proxy.mapFromSource(item.index())
        return QModelIndex()

    def _uncounted(self, counts: Sequence[TagCount]) -> list[TagCount]:
        """Ticked and excluded tags stay in sight even when no photo under the filter has them."""
        counted = {row.tag for row in counts}
        return [TagCount(tag, 0) for tag in (*self._terms.ticked, *self._terms.excluded) if tag not in counted]

    def _rebuild(self) -> None:
        scroll = self.verticalScrollBar().value()
        current = self.currentIndex().data(Role.KEY)
        self._items.clear()
        for group, rows in groupby(self._counts, key=lambda row: row.tag.group):
            heading = QStandardItem(group)
            heading.setData(True, Role.HEADING)
            heading.setData(group, Role.KEY)
            heading.appendRows([self._tag_item(row) for row in rows])
            self._items.appendRow(heading)
        self._restore_groups(everything=bool(self._proxy.filterRegularExpression().pattern()))
        if current:
            self.setCurrentIndex(self.tag_index(str(current)))
        self.verticalScrollBar().setValue(scroll)

    def _tag_item(self, row: TagCount) -> QStandardItem:
        item = QStandardItem(row.tag.name)
        item.setData(row.tag, Role.VALUE)
        item.setData(row.tag.name, Role.KEY)
        item.setData(row.count, Role.COUNT)
        item.setData(self._check(row.tag).value, Qt.ItemDataRole.CheckStateRole)
        item.setToolTip("Click: photos must have it. Alt-click: photos must not have it.")
        return item

    def _update_numbers(self) -> None:
        for item, row in zip(self._tag_items(), self._counts, strict=True):
            item.setData(row.count, Role.COUNT)

    def _tag_items(self) -> list[QStandardItem]:
        groups = [self._items.item(row) for row in range(self._items.rowCount())]
        return [group.child(row) for group in groups for row in range(group.rowCount())]

    def _restore_groups(self, *, everything: bool) -> None:
        self.blockSignals(True)
        for row in range(self._proxy.rowCount()):
            index = self._proxy.index(row, 0)
            self.setExpanded(index, everything or index.data(Role.KEY) not in self._closed)
        self.blockSignals(False)

    def _check(self, tag: Tag) -> Qt.CheckState:
        if tag in self._terms.ticked:
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if tag in self._terms.excluded else Qt.CheckState.Unchecked

    def _on_click(self, index: QModelIndex) -> None:
        tag = index.data(Role.VALUE)
        if isinstance(tag, Tag):
            alt = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
            self._act(tag, exclude=bool(alt))
        else:
            self.setExpanded(index, not self.isExpanded(index))

    def _act(self, tag: Tag, *, exclude: bool) -> None:
        if exclude:
            (self.cleared if tag in self._terms.excluded else self.excluded).emit(tag)
        else:
            self.toggled.emit(tag)

    def _open_menu(self, at: QPoint) -> None:
        tag = self.indexAt(at).data(Role.VALUE)
        if not isinstance(tag, Tag):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if tag not in self._terms.ticked:
            menu.addAction(f"Only photos with “{tag.name}”", lambda: self._tick(tag))
        if tag not in self._terms.excluded:
            menu.addAction(f"Leave out photos with “{tag.name}”", lambda: self.excluded.emit(tag))
        if tag in self._terms.ticked or tag in self._terms.excluded:
            menu.addAction("Do not filter by it", lambda: self.cleared.emit(tag))
        menu.popup(self.viewport().mapToGlobal(at))

    def _tick(self, tag: Tag) -> None:
        self.cleared.emit(tag)
        self.toggled.emit(tag)


def _row_order(row: TagCount) -> tuple[bool, str, str]:
    """The person's own tags first, then groups and tags by name: an order that stays while counts grow."""
    return (row.tag.group != OWN_GROUP, row.tag.group.casefold(), row.tag.name.casefold())
