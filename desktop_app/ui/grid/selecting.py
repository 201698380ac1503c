"""Which photos are selected after a click or a key: the rules that file managers have taught everybody."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt

from desktop_app.domain.photo import PhotoId
from desktop_app.ui.grid.model import PhotoGridModel
from desktop_app.ui.grid.runs import Rows, mask_of, runs_of, selection_of

Flag = QItemSelectionModel.SelectionFlag
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

# A selection of more unbroken runs than this is let go when photos are put in another order: building one costs about
# 5 µs a run on the GUI thread, and nobody tells thousands of selected photos apart that now lie scattered.
MOST_KEPT_RUNS = 4_000


class Selecting:
    """Turns clicks, keys and rubber bands into a selection. Shift counts from the anchor: the last photo chosen alone."""

    def __init__(self, model: PhotoGridModel, selection: QItemSelectionModel) -> None:
        self._model = model
        self._selection = selection
        self._anchor: int | None = None
        self._under_band: Rows = np.empty(0, dtype=np.int64)

    @property
    def current(self) -> int | None:
        """The row that keys move from."""
        index = self._selection.currentIndex()
        return index.row() if index.isValid() else None

    @property
    def rows(self) -> Rows:
        """Selected rows, ascending."""
        return np.flatnonzero(mask_of(self._selection.selection(), self._model.rowCount()))

    @property
    def photo_ids(self) -> npt.NDArray[np.int64]:
        """Selected photos in the order they are shown."""
        return self._model.photo_ids[self.rows]

    def is_selected(self, row: int) -> bool:
        """Whether a photo is selected."""
        return self._selection.isSelected(self._model.index(row, 0))

    def is_one_of_several(self, row: int) -> bool:
        """Whether a photo is selected together with others."""
        ranges = self._selection.selection()
        alone = ranges.size() == 1 and ranges.first().height() == 1
        return self.is_selected(row) and not alone

    def click(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        """The primary button on a photo."""
        if modifiers & SHIFT:
            self._extend_to(row, keep=bool(modifiers & CONTROL))
        elif modifiers & CONTROL:
            self.toggle(row)
        else:
            self.only(row)

    def context_click(self, row: int) -> None:
        """The secondary button: a menu for the whole selection, if the photo is part of it, else for that photo."""
        if not self.is_selected(row):
            self.only(row)

    def key(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        """A key that leads to this row: Control moves without selecting."""
        if modifiers & SHIFT:
            self._extend_to(row, keep=bool(modifiers & CONTROL))
        elif modifiers & CONTROL:
            self._make_current(row)
        else:
            self.only(row)

    def only(self, row: int) -> None:
        """Select this photo alone."""
        self._anchor = row
        self._selection.setCurrentIndex(self._model.index(row, 0), Flag.ClearAndSelect)

    def toggle(self, row: int) -> None:
        """Add this photo to the selection, or take it out."""
        self._anchor = row
        self._selection.setCurrentIndex(self._model.index(row, 0), Flag.Toggle)

    def everything(self) -> None:
        """Select all photos shown; the current one stays."""
        self._put(np.arange(self._model.rowCount(), dtype=np.int64))

    def nothing(self) -> None:
        """Select no photo; the current one stays, so that keys go on from there."""
        self._selection.clearSelection()

    def begin_band(self, modifiers: Qt.KeyboardModifier) -> None:
        """A rubber band starts. With a modifier it adds to what is selected already."""
        adding = bool(modifiers & (CONTROL | SHIFT))
        self._under_band = self.rows if adding else np.empty(0, dtype=np.int64)
        if not adding:
            self.nothing()

    def band(self, rows: Rows) -> None:
        """The rubber band now covers these rows."""
        mask = np.zeros(self._model.rowCount(), dtype=bool)
        mask[self._under_band] = True
        mask[rows] = True
        self._put(np.flatnonzero(mask))

    def restore(self, photos: npt.NDArray[np.int64], current: PhotoId | None, anchor: PhotoId | None) -> None:
        """Select those of these photos that are shown, after the order has changed."""
        rows = self._model.rows_of(photos)
        self._put(rows if len(runs_of(rows)) <= MOST_KEPT_RUNS else rows[:0])
        row = None if current is None else self._model.row_of(current)
        if row is not None:
            self._make_current(row)
        self._anchor = None if anchor is None else self._model.row_of(anchor)

    def choose(self, photos: npt.NDArray[np.int64]) -> int | None:
        """Select those of these photos that are shown, the first of which becomes the current one; its row."""
        rows = self._model.rows_of(photos)
        self._put(rows)
        self._anchor = int(rows[0]) if rows.size else None
        if self._anchor is not None:
            self._make_current(self._anchor)
        return self._anchor

    @property
    def anchor_photo(self) -> PhotoId | None:
        """The photo that Shift counts from."""
        inside = self._anchor is not None and self._anchor < self._model.rowCount()
        return self._model.photo_id(self._anchor) if inside and self._anchor is not None else None

    def _extend_to(self, row: int, *, keep: bool) -> None:
        if self._anchor is None:
            self._anchor = self.current if self.current is not None else row
        first, last = sorted((self._anchor, row))
        run = QItemSelection(self._model.index(first, 0), self._model.index(last, 0))
        self._selection.select(run, Flag.Select if keep else Flag.ClearAndSelect)
        self._make_current(row)

    def _make_current(self, row: int) -> None:
        self._selection.setCurrentIndex(self._model.index(row, 0), Flag.NoUpdate)

    def _put(self, rows: Rows) -> None:
        self._selection.select(selection_of(self._model, rows), Flag.ClearAndSelect)
