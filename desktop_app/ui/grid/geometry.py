"""Where each cell of the grid is: arithmetic on equal squares, so that a million photos cost no layout pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

GAP = 12
"""Pixels between neighbouring cells: room for the selection ring and for quiet."""

MARGIN = 16
"""Pixels around the whole grid."""


class Box(NamedTuple):
    """A cell's square, pixels from the top left of the whole grid."""

    x: int
    y: int
    side: int


@dataclass(frozen=True, slots=True)
class GridGeometry:
    """Squares in rows from left to right, stretched a little so that both edges of the grid line up."""

    count: int
    columns: int
    side: int
    """Pixels; near the wanted size: the one that fills the width with whole columns."""
    left: int
    """Pixels left of the first column."""

    @classmethod
    def fit(cls, *, count: int, width: int, wanted_side: int) -> Self:
        """The geometry of `count` cells in a view `width` pixels wide, sides as near to `wanted_side` as can be."""
        room = max(width - 2 * MARGIN, 1)
        columns = max(1, (2 * (room + GAP) + wanted_side + GAP) // (2 * (wanted_side + GAP)))
        side = max((room - GAP * (columns - 1)) // columns, 1)
        used = columns * side + GAP * (columns - 1)
        return cls(count=count, columns=columns, side=side, left=max((width - used) // 2, 0))

    @property
    def pitch(self) -> int:
        """Pixels from one cell to the next, in both directions."""
        return self.side + GAP

    @property
    def lines(self) -> int:
        """Lines of cells, the last of which may be part full."""
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        """Pixels from the top of the grid to its bottom, margins included."""
        return 2 * MARGIN + self.lines * self.pitch - GAP if self.count else 0

    def box(self, row: int) -> Box:
        """The square of one cell."""
        line, column = divmod(row, self.columns)
        return Box(self.left + column * self.pitch, MARGIN + line * self.pitch, self.side)

    def row_at(self, x: int, y: int) -> int | None:
        """The cell that covers a point, or None in a gap, a margin, or behind the last cell."""
        column, in_column = divmod(x - self.left, self.pitch)
        line, in_line = divmod(y - MARGIN, self.pitch)
        row = line * self.columns + column
        covered = in_column < self.side and in_line < self.side
        inside = 0 <= column < self.columns and 0 <= row < self.count
        return row if covered and inside else None

    def rows_between(self, top: int, bottom: int) -> range:
        """Every cell on a line that touches the band of pixels from `top` up to, not including, `bottom`."""
        if bottom <= top:
            return range(0)
        first = max((top - MARGIN + GAP) // self.pitch, 0)
        last = (bottom - 1 - MARGIN) // self.pitch
        return range(min(first * self.columns, self.count), min(max(last + 1, 0) * self.columns, self.count))

    def rows_touching(self, left: int, top: int, right: int, bottom: int) -> npt.NDArray[np.int64]:
        """Cells touched by a rectangle (a rubber band), ascending; its far edges are not part of it."""
        rows = np.asarray(self.rows_between(top, bottom), dtype=np.int64)
        first = (left - self.left + GAP) // self.pitch
        last = (right - 1 - self.left) // self.pitch
        column = rows % self.columns
        return rows[(column >= first) & (column <= last) & (right > left)]

    def lines_per_page(self, height: int) -> int:
        """Whole lines that a view of this height shows; at least one, so that a page is never nothing."""
        return max(height // self.pitch, 1)
