"""Which tags are true of photos, as a table that people, spreadsheets and other programs write.

Comma-separated (quotes as usual) or tab-separated, UTF-8. The first column is the photo's file; its labels follow, joined by
commas or semicolons, or one a line, the file repeated; between tabs only the last column counts. A header line may name the
columns: "file" (or path, photo, filename), "labels" (or label, tags, tag), and "state", whose rejected rows are left out.
"""

from __future__ import annotations

import csv
import re
import zlib

from desktop_app.domain.ground_truth import GroundTruth, PhotoTruth

_FILE_WORDS = frozenset({"file", "filename", "path", "photo"})
_LABEL_WORDS = frozenset({"label", "labels", "tag", "tags"})
_STATE_WORD = "state"
_REJECTED = "rejected"


def parse_tag_truth(text: str) -> GroundTruth:
    """Read a table. A file without a label stays in: nothing is true of it. Raises ValueError that names the bad line."""
    text = text.removeprefix("\ufeff")
    tabs = "\t" in next((line for line in text.splitlines() if line.strip()), "")
    table = csv.reader(text.splitlines(), delimiter="\t" if tabs else ",", strict=True)
    found: dict[str, list[str]] = {}
    columns: _Columns | None = None
    try:
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _Columns.of(cells, tabs=tabs)
                if columns.are_named:
                    continue
            file, labels = columns.read(cells, table.line_num)
            found.setdefault(file, []).extend(labels)
    except csv.Error as error:
        raise ValueError(f"line {table.line_num}: {error}") from error
    if not found:
        raise ValueError("it has no rows")
    return GroundTruth(
        tuple(PhotoTruth(file, tuple(dict.fromkeys(labels))) for file, labels in found.items()), are_captions=False
    )


def is_held_out(label: str) -> bool:
    """Half of all labels, by a checksum of the name: those that nothing of Keepsight was fitted on."""
    return zlib.crc32(label.encode()) % 2 == 1


class _Columns:
    """Where the file and its labels stand in a line."""

    def __init__(self, file: int, labels: slice, state: int | None = None, *, are_named: bool = False) -> None:
        self._file, self._labels, self._state = file, labels, state
        self.are_named = are_named

    @classmethod
    def of(cls, cells: list[str], *, tabs: bool) -> _Columns:
        """From a table's first line, which may be a header."""
        names = [cell.strip().lower() for cell in cells]
        file = next((place for place, name in enumerate(names) if name in _FILE_WORDS), None)
        after = slice(-1, None) if tabs else slice(1, None)
        if file is None:
            return cls(0, after)
        labels = next((slice(place, place + 1) for place, name in enumerate(names) if name in _LABEL_WORDS), after)
        return cls(file, labels, names.index(_STATE_WORD) if _STATE_WORD in names else None, are_named=True)

    def read(self, cells: list[str], line: int) -> tuple[str, list[str]]:
        """A line's file and labels."""
        if len(cells) < 2 or self._file >= len(cells):
            raise ValueError(f"line {line} has no labels beside the file")
        file = cells[self._file].strip()
        if not file:
            raise ValueError(f"line {line} names no file")
        if self._state is not None and self._state < len(cells) and cells[self._state].strip() == _REJECTED:
            return file, []
        parts = re.split("[,;]", ",".join(cells[self._labels]))
        return file, [part.strip() for part in parts if part.strip()]
