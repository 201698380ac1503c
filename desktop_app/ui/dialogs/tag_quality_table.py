"""The table of the tag quality page: one row for each tag with decisions, one or two models side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.domain.tag_quality import ModelQuality, TagQuality
from desktop_app.ui.wording import percent

Index = QModelIndex | QPersistentModelIndex

_INVALID = QModelIndex()
_HEADINGS = ("Tag", "Yes", "No", "Right", "Found")
_HINTS = (
    "The tag; a dot after its name says that it was taught",
    "Photos you accepted it for, or gave it to",
    "Photos you rejected it for",
    "Precision: of the photos the model would give the tag to, how many you accepted",
    "Recall: of the photos you accepted, how many the model would find",
)
_FIRST_FIGURE = 3


class TagQualityTable(QAbstractTableModel):
    """Words are made of the figures only when a cell is looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[TagQuality] = ()
        self._others: dict[int, TagQuality] = {}
        self._other_title = ""

    def show_models(self, model: ModelQuality, other: ModelQuality | None) -> None:
        """Show a model's figures, beside another's when there is one."""
        self.beginResetModel()
        self._rows = model.tags
        self._others = {} if other is None else {each.tag.id: each for each in other.tags}
        self._other_title = "" if other is None else other.title
        self.endResetModel()

    def quality(self, row: int) -> TagQuality | None:
        """The figures of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, tag: str) -> int:
        """Where a tag stands; -1 when it does not."""
        return next((row for row, each in enumerate(self._rows) if each.tag.name == tag), -1)

    def rowCount(self, parent: Index = _INVALID) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _INVALID) -> int:
        return 0 if parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        quality = self._rows[index.row()]
        other = self._others.get(quality.tag.id)
        return (
            f"{quality.tag.name} •" if quality.taught else quality.tag.name,
            f"{quality.accepted:,}",
            f"{quality.rejected:,}",
            self._figure(quality.precision, other.precision if other else None),
            self._figure(quality.recall, other.recall if other else None),
        )[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section > 0:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        beside = bool(self._other_title) and section >= _FIRST_FIGURE
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{_HEADINGS[section]}, both" if beside else _HEADINGS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{_HINTS[section]}; after the dot, of {self._other_title}" if beside else _HINTS[section]
        return None

    def _figure(self, own: float | None, other: float | None) -> str:
        return f"{percent(own)} · {percent(other)}" if self._other_title else percent(own)
