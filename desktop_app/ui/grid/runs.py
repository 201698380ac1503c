"""Selections as sorted row numbers, and as the few contiguous ranges that Qt's selection model works with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionRange

Rows = npt.NDArray[np.int64]


def runs_of(rows: Rows) -> list[tuple[int, int]]:
    """First and last number of each unbroken run in ascending, distinct numbers."""
    if not rows.size:
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1)
    firsts = rows[np.concatenate(([0], breaks + 1))]
    lasts = rows[np.concatenate((breaks, [rows.size - 1]))]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def selection_of(model: QAbstractItemModel, rows: Rows) -> QItemSelection:
    """Ascending, distinct rows of a list model as a selection."""
    selection = QItemSelection()
    for first, last in runs_of(rows):
        selection.append(QItemSelectionRange(model.index(first, 0), model.index(last, 0)))
    return selection


def mask_of(selection: QItemSelection, count: int) -> npt.NDArray[np.bool_]:
    """bool[count]: whether each row of a list model is in the selection."""
    mask = np.zeros(count, dtype=bool)
    for place in range(selection.size()):
        run = selection.at(place)
        mask[run.top() : run.bottom() + 1] = True
    return mask
