"""Where the roots are: their paths, the volumes they were last seen on, and moving them elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.store.filters import prefix_range
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

# Files asked for when it is doubted that a folder is the one the library knows: enough that a few deleted ones do not matter.
_SAMPLE = 64

# Above every text: SQLite orders by code points.
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """Where the library believes a root to be."""

    path: Path
    volume: str
    """Identity of its volume; empty when it was never known."""
    volume_path: str
    """From the volume's own top."""


def known_places(reader: Reader) -> dict[RootId, KnownPlace]:
    """The places of all roots."""
    rows = reader.rows("SELECT id, path, volume, volume_path FROM roots ORDER BY id")
    return {
        RootId(row["id"]): KnownPlace(
            Path(from_stored_name(row["path"])), row["volume"], from_stored_name(row["volume_path"])
        )
        for row in rows
    }


def sample_of_files(reader: Reader, root_id: RootId, *, below: str = "") -> list[str]:
    """Some of the files that should be in a root (or in a folder of it), as paths relative to that, spread over it."""
    low, high = prefix_range(to_stored_name(below)) if below else ("", _AFTER_ALL)
    scope, values = "root_id = ? AND relative_path >= ? AND relative_path < ?", [root_id, low, high]
    # Files that are missing already say nothing, unless all are.
    for state in (" AND missing_since IS NULL", ""):
        count = reader.value(f"SELECT COUNT(*) FROM files WHERE {scope}{state}", values)
        if count:
            rows = reader.rows(
                f"""
                SELECT relative_path FROM (
                    SELECT relative_path, row_number() OVER () AS number FROM files WHERE {scope}{state})
                WHERE number % ? = 0 LIMIT ?
                """,
                [*values, max(1, count // _SAMPLE), _SAMPLE],
            )
            cut = len(below) + 1 if below else 0
            return [from_stored_name(row["relative_path"])[cut:] for row in rows]
    return []


def photos_in(reader: Reader, root_id: RootId) -> frozenset[PhotoId]:
    """The photos with a file in a root."""
    rows = reader.rows("SELECT DISTINCT content_id FROM files WHERE root_id = ?", [root_id])
    return frozenset(PhotoId(row[0]) for row in rows)


def put_places(session: WriteSession, places: Mapping[RootId, KnownPlace]) -> LibraryChanges:
    """Remember where roots are now. A root that would take another's path stays where it is."""
    moved = False
    for root_id, place in places.items():
        stored = to_stored_name(str(place.path))
        moved |= (
            session.connection.execute(
                "UPDATE OR IGNORE roots SET path = ? WHERE id = ? AND path != ?", [stored, root_id, stored]
            ).rowcount
            > 0
        )
        session.connection.execute(
            "UPDATE roots SET volume = ?, volume_path = ? WHERE id = ?",
            [place.volume, to_stored_name(place.volume_path), root_id],
        )
    return LibraryChanges(roots_changed=moved)
