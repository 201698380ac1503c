"""The photos of the grid, in order, as a Qt list model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QDate, QLocale, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui.grid.badges import spoken_badge

AnyIndex = QModelIndex | QPersistentModelIndex
KnownSummary = Callable[[PhotoId], PhotoSummary | None]


class PhotoRole(IntEnum):
    """What a cell can be asked for beside Qt's own roles."""

    PHOTO_ID = Qt.ItemDataRole.UserRole + 1
    PROBABILITY = Qt.ItemDataRole.UserRole + 2
    MOMENT = Qt.ItemDataRole.UserRole + 3
    """At which second a video matches what is searched for, or None."""


class PhotoGridModel(QAbstractListModel):
    """Ids and probabilities in two arrays; names and dates come from whatever is already in memory, never from a read."""

    def __init__(self, known_summary: KnownSummary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known_summary = known_summary
        self._ids: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._probabilities: npt.NDArray[np.float32] | None = None
        self._by_id: npt.NDArray[np.intp] | None = None
        self._moments: Mapping[PhotoId, float] = {}

    @property
    def photo_ids(self) -> npt.NDArray[np.int64]:
        """int64[rows]: the photo of each row. Not to be written to."""
        return self._ids

    def set_result(
        self,
        ids: npt.NDArray[np.int64],
        probabilities: npt.NDArray[np.float32] | None,
        moments: Mapping[PhotoId, float] | None = None,
    ) -> None:
        """Show these photos in this order. Probabilities are as long as `ids`, or None for an unranked list.

        `moments`: the second at which a video among them matches best.
        """
        if probabilities is not None and len(probabilities) != len(ids):
            raise ValueError(f"{len(probabilities)} probabilities for {len(ids)} photos")
        self.beginResetModel()
        self._ids = np.ascontiguousarray(ids, dtype=np.int64)
        self._probabilities = probabilities
        self._moments = moments or {}
        self._by_id = None
        self.endResetModel()

    def refresh(self, photos: Iterable[PhotoId]) -> None:
        """Tell views that what these photos' cells say may have changed.

        One signal from the first to the last of them: a view repaints what it shows of that, which is never much.
        """
        rows = self.rows_of(np.fromiter(photos, dtype=np.int64))
        if rows.size:
            self.dataChanged.emit(self.index(int(rows[0]), 0), self.index(int(rows[-1]), 0))

    def photo_id(self, row: int) -> PhotoId:
        """The photo of a row. Raises IndexError when there is no such row."""
        if row < 0:
            raise IndexError(row)
        return PhotoId(int(self._ids[row]))

    def row_of(self, photo: PhotoId) -> int | None:
        """Where a photo is, or None when it is not shown."""
        rows = self.rows_of(np.array([photo], dtype=np.int64))
        return int(rows[0]) if rows.size else None

    def rows_of(self, photos: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Rows of those photos that are shown, ascending."""
        if not self._ids.size or not photos.size:
            return np.empty(0, dtype=np.int64)
        if self._by_id is None:
            self._by_id = np.argsort(self._ids)
        # Sorted, because looking up 100,000 ids in the order they come takes ten times as long.
        wanted = np.sort(photos)
        places = np.searchsorted(self._ids, wanted, sorter=self._by_id)
        rows = self._by_id[np.minimum(places, self._ids.size - 1)]
        shown = np.zeros(self._ids.size, dtype=bool)
        shown[rows[self._ids[rows] == wanted]] = True
        return np.flatnonzero(shown)

    def probability(self, row: int) -> float | None:
        """How likely it is that the photo shows what was searched for, 0 to 1; None where nobody can say.

        That is in an unranked list, and in one by likeness alone (NaN).
        """
        value = math.nan if self._probabilities is None else float(self._probabilities[row])
        return None if math.isnan(value) else value

    @property
    def moments(self) -> Mapping[PhotoId, float]:
        """The second at which each video that matches what is searched for does so best."""
        return self._moments

    def moment(self, row: int) -> float | None:
        """The second at which a row's video matches what is searched for; None for pictures, and where nothing is."""
        return self._moments.get(PhotoId(int(self._ids[row])))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default, never changed
        """Photos shown."""
        return 0 if parent.isValid() else int(self._ids.size)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Only what is in memory: this is called while painting, and by screen readers."""
        if not index.isValid():
            return None
        row = index.row()
        if role == PhotoRole.PHOTO_ID:
            return self.photo_id(row)
        if role == PhotoRole.PROBABILITY:
            return self.probability(row)
        if role == PhotoRole.MOMENT:
            return self.moment(row)
        summary = self._known_summary(self.photo_id(row))
        if role == Qt.ItemDataRole.DisplayRole:
            return summary.name if summary else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._describe(summary, row, separator="\n") if summary else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._describe(summary, row, separator=", ") if summary else "Photo"
        return None

    def _describe(self, summary: PhotoSummary, row: int, *, separator: str) -> str:
        return _described(summary, self.probability(row), moment=self.moment(row), separator=separator)


def _described(summary: PhotoSummary, probability: float | None, *, moment: float | None, separator: str) -> str:
    parts = [summary.name, *spoken_badge(summary, moment)]
    if summary.taken_at:
        parts.append(spoken_date(summary.taken_at))
    if probability is not None:
        parts.append(f"{percent(probability)} match")
    if summary.missing:
        parts.append("The file is missing")
    elif summary.offline:
        parts.append("Its drive or folder is away")
    return separator.join(parts)


def percent(probability: float) -> str:
    """0.873 as "87 %". Nothing is certain: never 0 % or 100 %."""
    return f"{min(max(round(probability * 100), 1), 99)} %"


def spoken_date(moment: datetime) -> str:
    """A day as the person's own system writes it."""
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), QLocale.FormatType.LongFormat)
