"""The person's albums with how many photos each holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.album import Album
from desktop_app.ui.grid.dragging import photos_in_mime
from desktop_app.ui.sidebar.count_tree import CountTree, Role
from desktop_app.ui.theme import Theme


class AlbumList(CountTree):
    """Click or Enter shows an album's photos, F2 renames it, Delete deletes it; photos are dropped on it to be added."""

    chosen = Signal(str)
    rename_wanted = Signal(str)
    delete_wanted = Signal(str)
    dropped = Signal(str, object)
    """An album, or "" for a new one, and the photos that were dropped there."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Albums")
        self.say_when_empty("Drop photos here to make one.")
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setAcceptDrops(True)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self._albums: tuple[Album, ...] = ()
        self._opened = ""
        self.clicked.connect(self._choose)
        self.customContextMenuRequested.connect(self._open_menu)

    @property
    def albums(self) -> tuple[Album, ...]:
        """What is shown."""
        return self._albums

    def show_albums(self, albums: Sequence[Album]) -> None:
        """Show these albums."""
        if tuple(albums) == self._albums:
            return
        self._albums = tuple(albums)
        scroll = self.verticalScrollBar().value()
        self._items.clear()
        for album in albums:
            item = QStandardItem(album.name)
            item.setData(album, Role.VALUE)
            item.setData(album.name, Role.KEY)
            item.setData(album.photos, Role.COUNT)
            item.setData("album", Role.ICON)
            item.setToolTip(f"Show the photos of “{album.name}”")
            self._items.appendRow(item)
        self.verticalScrollBar().setValue(scroll)
        self.show_opened(self._opened)

    def show_opened(self, name: str) -> None:
        """Mark the album whose photos are shown; "" for none."""
        self._opened = name
        self._mark(self.album_index(name))

    def album_index(self, name: str) -> QModelIndex:
        """Where an album stands, in any case; an invalid index when it does not."""
        for row, album in enumerate(self._albums):
            if album.name.casefold() == name.casefold():
                return self._items.index(row, 0)
        return QModelIndex()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        album = self.currentIndex().data(Role.VALUE)
        keys = {
            Qt.Key.Key_Return: self.chosen,
            Qt.Key.Key_Enter: self.chosen,
            Qt.Key.Key_Space: self.chosen,
            Qt.Key.Key_F2: self.rename_wanted,
            Qt.Key.Key_Delete: self.delete_wanted,
        }
        signal = keys.get(Qt.Key(event.key()))
        if signal is not None and isinstance(album, Album):
            signal.emit(album.name)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if photos_in_mime(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        # The row that would take the photos is marked as the pointer passes.
        self._mark(self.indexAt(event.position().toPoint()))
        event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.show_opened(self._opened)

    def dropEvent(self, event: QDropEvent) -> None:
        album = self.indexAt(event.position().toPoint()).data(Role.VALUE)
        photos = photos_in_mime(event.mimeData())
        self.show_opened(self._opened)
        if photos:
            event.acceptProposedAction()
            self.dropped.emit(album.name if isinstance(album, Album) else "", photos)

    def _mark(self, index: QModelIndex) -> None:
        if index.isValid():
            self.setCurrentIndex(index)
        else:
            self.clearSelection()

    def _choose(self, index: QModelIndex) -> None:
        album = index.data(Role.VALUE)
        if isinstance(album, Album):
            self.chosen.emit(album.name)

    def _open_menu(self, at: QPoint) -> None:
        album = self.indexAt(at).data(Role.VALUE)
        if not isinstance(album, Album):
            return
        menu = QMenu(self)
        menu.addAction("Show its photos", lambda: self.chosen.emit(album.name))
        menu.addAction("Rename…", QKeySequence("F2"), lambda: self.rename_wanted.emit(album.name))
        menu.addSeparator()
        menu.addAction("Delete the album", QKeySequence("Del"), lambda: self.delete_wanted.emit(album.name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(at))
