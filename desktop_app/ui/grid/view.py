"""The grid of photos: what clicks, keys and the window do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import SearchResult
from desktop_app.ui.actions.photos import Known
from desktop_app.ui.grid.cells_view import LARGEST_CELL, SMALLEST_CELL, AnyIndex, CellsView
from desktop_app.ui.grid.dragging import PhotoDrag
from desktop_app.ui.grid.moving import KEY_ACTIONS
from desktop_app.ui.grid.selecting import CONTROL, Selecting
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme

if TYPE_CHECKING:
    from desktop_app.services.services import Services

CELL_STEP = 16
"""Pixels that one click of the wheel with Control held adds to a cell."""

WHEEL_LINES = 0.7
"""Lines of photos that one click of the wheel moves: the eye keeps something to hold on to."""

OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class PhotoGridView(CellsView):
    """All photos of a search, to look through, select and open."""

    # Lists travel as objects: as Qt's own lists, 100,000 ids would be converted there and back, which takes 30 ms.
    selection_changed = Signal(object)
    """A list of the selected photos, in the order they are shown."""
    activated = Signal(object)  # of photos, where Qt's own signal is of indexes
    """The photo to open: double click, Enter, or Space for a quick look."""
    context_menu = Signal(QPoint, object)
    """Where to open a menu, on the screen, and a list of the photos it is for."""
    cell_size_changed = Signal(int)
    """The wanted side of the cells, by `set_cell_size` or by Control and the wheel."""

    def __init__(self, services: Services, tasks: Tasks, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(services.browsing, tasks, theme, parent)
        self.setAccessibleName("Photos")
        self._quiet = False
        self._selecting = Selecting(self._photos, self.selectionModel())
        self._drag = PhotoDrag(self)
        self._click_on_release: int | None = None
        self.selectionModel().selectionChanged.connect(self._selection_moved)

    # What the window calls

    def show_result(self, result: SearchResult, *, keep_place: bool = False) -> None:
        """Show these photos. Those that were selected and are still here stay selected.

        A new search starts at the top; `keep_place` is for the same search answered anew (photos came or went): what
        the person looks at stays where it is, unless they are at the very top and would see the newest arrive.
        """
        scrolled = self.verticalScrollBar().value() > 0
        place = self._anchor() if keep_place and scrolled else None
        place_photo = None if place is None else self._photos.photo_id(place[0])
        selected = self._selecting.photo_ids
        current, counted_from = self._current_photo(), self._selecting.anchor_photo
        self._quiet = True
        probabilities = result.probabilities if len(result.probabilities) else None
        self._photos.set_result(result.photo_ids, probabilities, result.moments)
        self._selecting.restore(selected, current, counted_from)
        self._quiet = False
        row = None if place_photo is None else self._photos.row_of(place_photo)
        self._lay_out(anchor=None if row is None or place is None else (row, place[1]))
        if row is None:
            self._scroll.jump(0)
        if not np.array_equal(selected, self._selecting.photo_ids):
            self.selection_changed.emit(self.selected_ids())

    def known(self, photo: PhotoId) -> Known:
        """What is known of a photo without reading: of those that were seen lately."""
        cell, row = self._loader.cell(photo), self._photos.row_of(photo)
        if cell is None or cell.summary is None:
            return Known()
        second = None if row is None else self._photos.moment(row)
        summary = cell.summary
        return Known(summary.name, summary.duration_seconds is not None, second or 0.0, summary.stacked)

    @property
    def moments(self) -> Mapping[PhotoId, float]:
        """The second at which each video shown matches what is searched for."""
        return self._photos.moments

    def refresh_photos(self, photos: Iterable[PhotoId]) -> None:
        """These photos changed (a thumbnail, a name, a file gone missing): fetch what is shown of them anew."""
        self._loader.refresh(photos)
        self._load_soon(0)

    def selected_ids(self) -> list[PhotoId]:
        """The selected photos, in the order they are shown."""
        return self._selecting.photo_ids.tolist()

    def select(self, photos: Sequence[PhotoId]) -> None:
        """Select these photos, and show the first of them."""
        first = self._selecting.choose(np.array(photos, dtype=np.int64))
        if first is not None:
            self._reveal(first, glide=False)

    def select_everything(self) -> None:
        """Select all photos shown."""
        self._selecting.everything()

    def photo_count(self) -> int:
        """Photos shown."""
        return self._photos.rowCount()

    def photo_ids(self) -> list[PhotoId]:
        """All photos shown, in order: what the viewer leafs through."""
        return self._photos.photo_ids.tolist()

    def row_of(self, photo: PhotoId) -> int | None:
        """Where a photo is in that order, or None when it is not shown."""
        return self._photos.row_of(photo)

    def set_cell_size(self, pixels: int) -> None:
        """Wanted side of the cells, SMALLEST_CELL to LARGEST_CELL; exactly, it is what fills the width."""
        pixels = min(max(pixels, SMALLEST_CELL), LARGEST_CELL)
        if pixels != self._wanted_side:
            anchor = self._anchor()
            self._wanted_side = pixels
            self._lay_out(anchor=anchor)
            self.cell_size_changed.emit(pixels)

    def set_show_probabilities(self, show: bool) -> None:
        """In a ranked list: how likely each photo shows what was searched for."""
        self._delegate.show_probabilities = show
        self.viewport().update()

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a photo, or begin a rubber band beside them. Further buttons are left to the window."""
        row = self._row_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton:
            self._scroll.stop()
            if row is not None:
                self._press(row, event)
            else:
                self._selecting.begin_band(event.modifiers())
                self._band.begin(event.position().toPoint())
        elif event.button() == Qt.MouseButton.RightButton:
            if row is not None:
                self._selecting.context_click(row)
            else:
                self._selecting.nothing()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the rubber band, or follow the pointer."""
        if self._band.active:
            self._band.stretch(event.position().toPoint())
        elif self._drag.begins(event.position().toPoint()):
            self._click_on_release = None
            self._drag.carry(self.selected_ids())
        elif not self._drag.armed:
            self._hover(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the rubber band, or of a photo that was not dragged away."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._drag.release()
        row, self._click_on_release = self._click_on_release, None
        if self._band.active:
            self._band.end()
        elif row is not None and row == self._row_at(event.position().toPoint()):
            self._selecting.only(row)

    def _press(self, row: int, event: QMouseEvent) -> None:
        """Select a photo. One of several that are selected stays among them until the button is let go: to be dragged."""
        several = not event.modifiers() and self._selecting.is_one_of_several(row)
        self._click_on_release = row if several else None
        if not several:
            self._selecting.click(row, event.modifiers())
        if self._selecting.is_selected(row):
            self._drag.press(event.position().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a photo. With a modifier held these are two quick clicks, as in ticking off photos."""
        row = self._row_at(event.position().toPoint())
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if plain and row is not None:
            self.activated.emit(self._photos.photo_id(row))
        else:
            self.mousePressEvent(event)

    def _band_changed(self) -> None:
        if self._band.active:
            rect = self._band.rect
            rows = self._geometry.rows_touching(rect.left(), rect.top(), rect.right() + 1, rect.bottom() + 1)
            self._selecting.band(rows)
        super()._band_changed()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu: under the pointer, or on the current photo when the menu key was pressed."""
        where = event.globalPos()
        current = self.current_row()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and current is not None:
            self._reveal(current, glide=False)
            where = self.viewport().mapToGlobal(self._cell_rect(current).center())
        self.context_menu.emit(where, self.selected_ids())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll softly; with Control, make cells larger or smaller."""
        if event.modifiers() & CONTROL:
            steps = event.angleDelta().y()
            self.set_cell_size(self._wanted_side + CELL_STEP * ((steps > 0) - (steps < 0)))
            event.accept()
        else:
            self._scroll.wheel(event, round(self._geometry.pitch * WHEEL_LINES))

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select, open. Everything else is left to the window."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._selecting.everything()
        elif key in KEY_ACTIONS:
            self._move(key, event.modifiers())
        elif key == Qt.Key.Key_Space and event.modifiers() & CONTROL:
            self._toggle_current()
        elif key in OPEN_KEYS:
            # Held down, Space has just closed the viewer and comes again: it must not open it once more.
            if not event.isAutoRepeat():
                self._open_current()
        elif key == Qt.Key.Key_Escape and self._selected.any():
            self._selecting.nothing()
        else:
            event.ignore()

    def _move(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        index = self.moveCursor(KEY_ACTIONS[key], modifiers)
        if index.isValid():
            self._selecting.key(index.row(), modifiers)
            self._reveal(index.row(), glide=True)

    def _toggle_current(self) -> None:
        current = self.current_row()
        if current is not None:
            self._selecting.toggle(current)

    def _open_current(self) -> None:
        photo = self._current_photo()
        if photo is not None:
            self.activated.emit(photo)

    def _current_photo(self) -> PhotoId | None:
        current = self.current_row()
        return None if current is None else self._photos.photo_id(current)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where keys go on from."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys go elsewhere now."""
        super().focusOutEvent(event)
        self.viewport().update()

    # Selection

    def _selection_moved(self) -> None:
        """Tell the window, unless the order is just being changed under the selection."""
        if not self._quiet:
            self.selection_changed.emit(self.selected_ids())

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Tell screen readers which photo it is."""
        super().currentChanged(current, previous)
        if current.isValid() and QAccessible.isActive():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(current.row())
            QAccessible.updateAccessibility(event)
