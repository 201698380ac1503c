"""What people say is true of photos, to measure a model against: a table of files with labels or captions.

The format: UTF-8, one photo a line, tab-separated; the first column is the file (relative to the folder of photos), the
last one its labels joined by ", " or its captions joined by " ||| ". Columns between them are ignored, and so is a first
line whose first column is "file", "filename", "path" or "photo". A photo without any label stays in: nothing is true of it.
"""

from __future__ import annotations

from dataclasses import dataclass

CAPTION_SEPARATOR = " ||| "
_LABEL_SEPARATOR = ","
_HEADER_WORDS = frozenset({"file", "filename", "path", "photo"})


@dataclass(frozen=True, slots=True)
class PhotoTruth:
    """One photo's labels or captions."""

    file: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """A whole table."""

    rows: tuple[PhotoTruth, ...]
    are_captions: bool
    """True when the texts describe their photo alone, False when they are labels that photos share."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels that occur, each once, in alphabetical order."""
        return tuple(sorted({text for row in self.rows for text in row.texts}))


def parse_ground_truth(text: str, *, captions: bool | None = None) -> GroundTruth:
    """Read a table. `captions` says what its texts are; None: captions when any are joined by " ||| ".

    Raises ValueError that names the line which is no row.
    """
    are_captions = CAPTION_SEPARATOR in text if captions is None else captions
    rows = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or (number == 1 and line.split("\t")[0].strip().lower() in _HEADER_WORDS):
            continue
        file, tab, rest = line.partition("\t")
        if not tab:
            raise ValueError(f"line {number} has no tab between the file and its labels or captions")
        rows.append(PhotoTruth(file.strip(), _texts(rest.rpartition("\t")[2], are_captions)))
    if not rows:
        raise ValueError("it has no rows")
    return GroundTruth(tuple(rows), are_captions)


def _texts(cell: str, are_captions: bool) -> tuple[str, ...]:
    parts = cell.split(CAPTION_SEPARATOR.strip() if are_captions else _LABEL_SEPARATOR)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
