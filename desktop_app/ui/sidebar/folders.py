"""The folders of the library as a tree, each with how many photos are in it and below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget

from desktop_app.domain.library import FolderCount, RootInfo
from desktop_app.domain.query import InFolder
from desktop_app.ui.sidebar.count_tree import CountTree, Role
from desktop_app.ui.theme import Theme

EVERYTHING = "All photos"


@dataclass(frozen=True, slots=True)
class FolderTreeContent:
    """What the tree shows, gathered off the GUI thread."""

    photos: int
    """In the whole library; a photo that is in two folders counts once."""
    roots: tuple[RootInfo, ...]
    folders: tuple[FolderCount, ...]


class FolderTree(CountTree):
    """Selecting a row looks in that folder only; the first row is the whole library."""

    chosen = Signal(object, str)
    """InFolder or None, and the folder's name."""
    menu_wanted = Signal(QPoint, object, object)
    """Global position, the RootInfo under it, and the folder's Path."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Folders")
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self._content = FolderTreeContent(0, (), ())
        self._opened: set[str] = set()
        self._chosen: InFolder | None = None
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        self.customContextMenuRequested.connect(self._on_menu)
        self.expanded.connect(lambda index: self._opened.add(str(index.data(Role.KEY))))
        self.collapsed.connect(lambda index: self._opened.discard(str(index.data(Role.KEY))))

    def show_content(self, content: FolderTreeContent) -> None:
        """Show these folders. Where only the numbers differ, the rows stay as they are."""
        if content == self._content and self._items.rowCount():
            return
        same_rows = self._items.rowCount() > 0 and _shape(content) == _shape(self._content)
        known = {root.root_id for root in self._content.roots}
        self._opened |= {_key(InFolder(root.root_id)) for root in content.roots if root.root_id not in known}
        self._content = content
        if same_rows:
            self._update_numbers()
        else:
            self._rebuild()

    def show_chosen(self, folder: InFolder | None) -> None:
        """Mark the row of the folder that is being looked in."""
        self._chosen = folder
        item = self._find(_key(folder))
        if item is not None:
            self.setCurrentIndex(item.index())
        else:
            self.clearSelection()

    def folder_index(self, name: str) -> QModelIndex:
        """The first row with this name; an invalid index when there is none."""
        found = next((item for item in self._walk() if item.text() == name), None)
        return found.index() if found else QModelIndex()

    def _rebuild(self) -> None:
        scroll = self.verticalScrollBar().value()
        self._items.clear()
        everything = _item(EVERYTHING, None, self._content.photos, "photos")
        self._items.appendRow(everything)
        for root in self._content.roots:
            self._items.appendRow(self._root_item(root))
        for item in self._walk():
            self.setExpanded(item.index(), item.data(Role.KEY) in self._opened)
        self.show_chosen(self._chosen)
        self.verticalScrollBar().setValue(scroll)

    def _root_item(self, root: RootInfo) -> QStandardItem:
        away = root.watching == "offline"
        top = _item(root.path.name or str(root.path), InFolder(root.root_id), root.photos, "folder")
        if away:
            top.setData("folder-away", Role.ICON)
        top.setData(away, Role.FAINT)
        top.setToolTip(f"{root.path}{_state_line(root)}")
        by_folder = {"": top}
        for count in sorted(self._content.folders, key=lambda each: each.folder.casefold()):
            if count.root_id == root.root_id and count.folder:
                self._add_folder(by_folder, count, root.path)
        return top

    def _add_folder(self, by_folder: dict[str, QStandardItem], count: FolderCount, root: Path) -> None:
        parent_folder, _, name = count.folder.rpartition("/")
        # A folder without photos of its own may be left out of the list: its children then hang on what is there.
        while parent_folder not in by_folder:
            above, _, between = parent_folder.rpartition("/")
            parent_folder, name = above, f"{between}/{name}"
        item = _item(name, InFolder(count.root_id, count.folder), count.photos, "folder")
        item.setToolTip(str(root / count.folder))
        by_folder[parent_folder].appendRow(item)
        by_folder[count.folder] = item

    def _update_numbers(self) -> None:
        numbers = {_key(InFolder(each.root_id, each.folder)): each.photos for each in self._content.folders}
        numbers |= {_key(InFolder(root.root_id)): root.photos for root in self._content.roots}
        numbers[_key(None)] = self._content.photos
        for item in self._walk():
            item.setData(numbers.get(item.data(Role.KEY)), Role.COUNT)

    def _walk(self) -> list[QStandardItem]:
        pending = [self._items.item(row) for row in range(self._items.rowCount())]
        for item in pending:
            pending.extend(item.child(row) for row in range(item.rowCount()))
        return pending

    def _find(self, key: str) -> QStandardItem | None:
        return next((item for item in self._walk() if item.data(Role.KEY) == key), None)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(Role.VALUE), str(index.data()))

    def _on_menu(self, at: QPoint) -> None:
        folder = self.indexAt(at).data(Role.VALUE)
        if isinstance(folder, InFolder):
            root = next(root for root in self._content.roots if root.root_id == folder.root_id)
            self.menu_wanted.emit(self.viewport().mapToGlobal(at), root, root.path / folder.folder)


def _state_line(root: RootInfo) -> str:
    """A second line where there is something to know about how a folder is watched."""
    if root.watching == "offline":
        return "\nThis folder is away at present. Its photos stay here; right-click to say where it is now."
    if root.watching == "polling":
        return f"\nLooked at every few seconds, since {root.watch_note}."
    return ""


def _item(name: str, folder: InFolder | None, photos: int, icon: str) -> QStandardItem:
    item = QStandardItem(name)
    item.setData(folder, Role.VALUE)
    item.setData(_key(folder), Role.KEY)
    item.setData(photos, Role.COUNT)
    item.setData(icon, Role.ICON)
    return item


def _key(folder: InFolder | None) -> str:
    return f"{folder.root_id}/{folder.folder}" if folder else ""


def _shape(content: FolderTreeContent) -> tuple[Sequence[object], Sequence[object]]:
    return (
        [(root.root_id, root.path, root.watching, root.watch_note) for root in content.roots],
        [(each.root_id, each.folder) for each in content.folders],
    )
