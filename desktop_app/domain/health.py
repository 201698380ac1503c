"""What a check of the library found, and its backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.domain.photo import ContentHash, FileStamp


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy of the library file."""

    path: Path
    made_at: datetime
    size: int
    """Bytes."""
    photos: int | None = None
    """How many it knows; None when that was not looked up, or cannot be."""


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """The library file and the thumbnail file, checked by themselves and against each other."""

    faults: tuple[str, ...] = ()
    """What SQLite's own checks found, in its words."""
    dangling_rows: int = 0
    """Rows that point to rows which are not there."""
    photos_without_texts: int = 0
    """Photos that word search cannot find."""
    photos_without_thumbnail: int = 0
    damaged_thumbnails: int = 0
    """Thumbnails that are not whole pictures."""
    unused_thumbnails: int = 0
    """Of photos that the library does not know; harmless."""
    vectors: int = 0
    damaged_vectors: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong that anybody would notice."""
        return not self.beyond_mending and not self.mendable

    @property
    def beyond_mending(self) -> bool:
        """Whether a backup is the only way out."""
        return bool(self.faults or self.dangling_rows)

    @property
    def mendable(self) -> bool:
        """Whether something is wrong that can be made anew from the photos."""
        return any(
            (self.photos_without_texts, self.photos_without_thumbnail, self.damaged_thumbnails, self.damaged_vectors)
        )


@dataclass(frozen=True, slots=True)
class FileToCheck:
    """A photo's file, as the library knows it."""

    path: Path
    stamp: FileStamp
    content_hash: ContentHash


@dataclass(frozen=True, slots=True)
class FilesHealth:
    """The photos' files, read again byte by byte."""

    checked: int = 0
    corrupted: tuple[Path, ...] = ()
    """Other bytes than before, though size and time are the same: the disk, or something on it, damaged them."""
    changed: tuple[Path, ...] = ()
    """Edited since the last look; no fault."""
    unreadable: tuple[Path, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every byte is what it was."""
        return not self.corrupted and not self.unreadable
