"""The tags of the library as a tree, each with how many photos have it; a tick filters by it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QStandardItem
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.tag import PERSONAL_GROUP, Tag, TagCount, TagId
from desktop_app.ui.search_state import SearchTerms
from desktop_app.ui.sidebar.count_tree import Role
from desktop_app.ui.sidebar.tag_dragging import TagDragging
from desktop_app.ui.sidebar.tag_items import TagItems
from desktop_app.ui.theme import Theme

OWN_GROUP = PERSONAL_GROUP

_NO_TAGS, _NONE_CALLED_SO = "No photo here has a tag.", "No tag here has this in its name."


class TagTree(TagDragging):
    """Click or Space ticks a tag (photos must have it); Alt-click, or the context menu, excludes it; F2 edits it.

    Dragged onto another tag it moves below it, onto a group to the top of that group.
    """

    toggled = Signal(object)
    """A Tag to tick or to untick."""
    excluded = Signal(object)
    """A Tag to exclude."""
    cleared = Signal(object)
    """A Tag to do neither with."""
    edit_wanted = Signal(object)
    """A Tag to change."""
    delete_wanted = Signal(object)
    """A Tag to delete."""
    menu_opening = Signal(object, object)
    """The QMenu that is about to open, and the Tag or the group (str) it is about; more entries can be added."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Tags")
        self.say_when_empty(_NO_TAGS)
        self.setSelectionMode(self.SelectionMode.NoSelection)
        self._items = TagItems(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._items)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setAutoAcceptChildRows(True)
        self.setModel(self._proxy)
        self.setAcceptDrops(True)
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
        shown = (*counts, *self._uncounted(counts))
        same_rows = {row.tag for row in shown} == {row.tag for row in self._counts}
        self._counts = shown
        if same_rows:
            self._items.show_numbers(shown)
        else:
            self._rebuild()

    def show_terms(self, terms: SearchTerms) -> None:
        """Show which tags are ticked and which excluded."""
        self._terms = terms
        for tag, item in self._items.tags():
            item.setData(self._check(tag).value, Qt.ItemDataRole.CheckStateRole)

    def filter_names(self, text: str) -> None:
        """Show only tags whose name contains the text."""
        self.say_when_empty(_NONE_CALLED_SO if text.strip() else _NO_TAGS)
        self._proxy.setFilterFixedString(text.strip())
        self._restore_opened(everything=bool(text.strip()))

    def can_drop(self, tag_id: TagId, onto: Tag | str) -> bool:
        """Anywhere but onto itself, below itself, or where it is already."""
        tag = next((tag for tag, _ in self._items.tags() if tag.id == tag_id), None)
        if tag is None:
            return False
        if isinstance(onto, Tag):
            return onto.id not in self._items.below(tag_id) and tag.parent_id != onto.id
        return tag.parent_id is not None or tag.group != onto

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tag = self.currentIndex().data(Role.VALUE)
        if not isinstance(tag, Tag):
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act(tag, exclude=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        elif event.key() == Qt.Key.Key_F2:
            self.edit_wanted.emit(tag)
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(tag)
        else:
            super().keyPressEvent(event)

    def tag_index(self, name: str) -> QModelIndex:
        """Where the tag stands in the view; an invalid index when it does not."""
        found = (item for tag, item in self._items.tags() if tag.name == name)
        return self._index_of(next(found, None))

    def group_index(self, group: str) -> QModelIndex:
        """Where the heading of a group stands; an invalid index when there is none."""
        return self._index_of(next(iter(self._items.findItems(group)), None))

    def _index_of(self, item: QStandardItem | None) -> QModelIndex:
        return QModelIndex() if item is None else self._proxy.mapFromSource(item.index())

    def _uncounted(self, counts: Sequence[TagCount]) -> list[TagCount]:
        """Ticked and excluded tags stay in sight even when no photo under the filter has them."""
        counted = {row.tag.id for row in counts}
        return [TagCount(tag, 0) for tag in (*self._terms.ticked, *self._terms.excluded) if tag.id not in counted]

    def _rebuild(self) -> None:
        scroll = self.verticalScrollBar().value()
        current = self.currentIndex().data(Role.KEY)
        self._items.fill(self._counts, self._check)
        self._restore_opened(everything=bool(self._proxy.filterRegularExpression().pattern()))
        if current:
            found = (item for _, item in self._items.tags() if item.data(Role.KEY) == current)
            self.setCurrentIndex(self._index_of(next(found, None)))
        self.verticalScrollBar().setValue(scroll)

    def _restore_opened(self, *, everything: bool) -> None:
        self.blockSignals(True)
        waiting = [self._proxy.index(row, 0) for row in range(self._proxy.rowCount())]
        while waiting:
            index = waiting.pop()
            self.setExpanded(index, everything or index.data(Role.KEY) not in self._closed)
            waiting.extend(self._proxy.index(row, 0, index) for row in range(self._proxy.rowCount(index)))
        self.blockSignals(False)

    def _check(self, tag: Tag) -> Qt.CheckState:
        if self._is_ticked(tag):
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if self._is_excluded(tag) else Qt.CheckState.Unchecked

    # By their ids: a tag that was renamed or coloured since it was ticked is the same tag.

    def _is_ticked(self, tag: Tag) -> bool:
        return any(each.id == tag.id for each in self._terms.ticked)

    def _is_excluded(self, tag: Tag) -> bool:
        return any(each.id == tag.id for each in self._terms.excluded)

    def _on_click(self, index: QModelIndex) -> None:
        tag = index.data(Role.VALUE)
        if isinstance(tag, Tag):
            alt = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
            self._act(tag, exclude=bool(alt))
        else:
            self.setExpanded(index, not self.isExpanded(index))

    def _act(self, tag: Tag, *, exclude: bool) -> None:
        if exclude:
            (self.cleared if self._is_excluded(tag) else self.excluded).emit(tag)
        else:
            self.toggled.emit(tag)

    def _open_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not index.isValid():
            return
        tag = index.data(Role.VALUE)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if isinstance(tag, Tag):
            self._add_filters(menu, tag)
        self.menu_opening.emit(menu, tag if isinstance(tag, Tag) else str(index.data(Role.KEY)))
        menu.popup(self.viewport().mapToGlobal(at))

    def _add_filters(self, menu: QMenu, tag: Tag) -> None:
        ticked, excluded = self._is_ticked(tag), self._is_excluded(tag)
        if not ticked:
            menu.addAction(f"Only photos with “{tag.name}”", lambda: self._tick(tag))
        if not excluded:
            menu.addAction(f"Leave out photos with “{tag.name}”", lambda: self.excluded.emit(tag))
        if ticked or excluded:
            menu.addAction("Do not filter by it", lambda: self.cleared.emit(tag))

    def _tick(self, tag: Tag) -> None:
        self.cleared.emit(tag)
        self.toggled.emit(tag)
