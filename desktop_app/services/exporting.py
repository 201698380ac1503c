"""Taking a list of photos out of the program: as a file of paths, or as copies in a folder."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_file
from desktop_app.base.replacing import draft_beside, replace_file
from desktop_app.domain.photo import PhotoId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.photos import path_of


class ListFormat(StrEnum):
    """How a list is written. The values are file suffixes without their dot."""

    CSV = "csv"
    """Columns path and probability, with a heading."""
    JSON = "json"
    """Name, query and photos."""
    TEXT = "txt"
    """One path a line."""

    @classmethod
    def of(cls, file: Path) -> ListFormat:
        """By the file's suffix; text for any that is not known."""
        suffix = file.suffix.lower().removeprefix(".")
        return cls(suffix) if suffix in list(cls) else cls.TEXT


@dataclass(frozen=True, slots=True)
class PhotoList:
    """What is exported. `probabilities` are as long as `photo_ids`, or empty; NaN where there is none."""

    name: str
    photo_ids: Sequence[PhotoId]
    probabilities: Sequence[float] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class Copied:
    """How copying went."""

    copied: int = 0
    there_already: int = 0
    away: tuple[str, ...] = ()
    """Names of files that are not there at present, or cannot be read."""
    cancelled: bool = False


class Exporting:
    """Writes lists and copies files. Blocks; originals are only read."""

    def __init__(self, store: LibraryStore) -> None:
        self._reader = store.reader

    def write_list(self, photos: PhotoList, file: Path, *, list_format: ListFormat | None = None) -> int:
        """Write the paths of the photos; returns how many. Raises UserFacingError when the file cannot be written."""
        rows = self._rows(photos)
        text = _WRITERS[list_format or ListFormat.of(file)](photos, rows)
        try:
            # File names that are no valid text keep their bytes.
            replace_file(file, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise UserFacingError(
                f"{file.name} cannot be written: {error.strerror or error}.", "Choose another folder."
            ) from error
        return len(rows)

    def copy_files(
        self,
        photo_ids: Sequence[PhotoId],
        folder: Path,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> Copied:
        """Copy the photos' files into a folder, times and all; a name that is taken gets a number.

        Raises UserFacingError when the folder cannot be written to (or the disk is full); what was copied stays.
        """
        copied, there = 0, 0
        away: list[str] = []
        for done, photo_id in enumerate(photo_ids):
            if cancelled():
                return Copied(copied, there, tuple(away), cancelled=True)
            path = path_of(self._reader, photo_id)
            if path is None or not is_file(path):
                away.append(path.name if path else f"photo {photo_id}")
            elif (target := _free_name(path, folder)) is None:
                there += 1
            else:
                _copy(path, target)
                copied += 1
            progress(done + 1)
        return Copied(copied, there, tuple(away))

    def _rows(self, photos: PhotoList) -> list[tuple[str, float | None]]:
        found = [path_of(self._reader, photo_id) for photo_id in photos.photo_ids]
        probabilities = [None if math.isnan(value) else round(float(value), 4) for value in photos.probabilities]
        filled: Sequence[float | None] = probabilities or [None] * len(found)
        return [(str(path), value) for path, value in zip(found, filled, strict=True) if path is not None]


_Rows = Sequence[tuple[str, float | None]]


def _csv(_photos: PhotoList, rows: _Rows) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["path", "probability"])
    writer.writerows((path, "" if value is None else value) for path, value in rows)
    return text.getvalue()


def _json(photos: PhotoList, rows: _Rows) -> str:
    listed = [{"path": path, "probability": value} for path, value in rows]
    return json.dumps({"name": photos.name, "query": photos.query, "photos": listed}, indent=2) + "\n"


def _text(_photos: PhotoList, rows: _Rows) -> str:
    return "".join(f"{path}\n" for path, _ in rows)


_WRITERS: dict[ListFormat, Callable[[PhotoList, _Rows], str]] = {
    ListFormat.CSV: _csv,
    ListFormat.JSON: _json,
    ListFormat.TEXT: _text,
}


def _free_name(path: Path, folder: Path) -> Path | None:
    """Where a copy of this file can go; None when the folder has a copy of it already (same size and time)."""
    state, number, target = path.stat(), 1, folder / path.name
    while target.exists():
        other = target.stat()
        if other.st_size == state.st_size and int(other.st_mtime) == int(state.st_mtime):
            return None
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    return target


def _copy(path: Path, target: Path) -> None:
    draft = draft_beside(target)
    try:
        shutil.copy2(path, draft)
        draft.replace(target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise UserFacingError(
            f"{path.name} cannot be copied: {error.strerror or error}.", "Make room, or choose another folder."
        ) from error
