"""Reading photos: lists, grid cells, details, thumbnails, numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from sqlite3 import Row

import numpy as np
import numpy.typing as npt

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.library import LibraryStatus
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import (
    LIVE_BADGE,
    MOTION_BADGE,
    RAW_BADGE,
    RAW_FORMAT,
    ContentHash,
    Metadata,
    PhotoDetails,
    PhotoId,
    PhotoLocation,
    PhotoSummary,
    RootId,
)
from desktop_app.domain.query import Filter
from desktop_app.domain.stacks import StackKind
from desktop_app.domain.tag import AssignedTag
from desktop_app.store.curation import curation_of
from desktop_app.store.filters import LISTED, where
from desktop_app.store.reader import Reader
from desktop_app.store.stacks import stack_badges


def photo_ids(reader: Reader, filter_: Filter) -> npt.NDArray[np.int64]:
    """The photos that pass a filter, newest first."""
    clause = where(filter_)
    return reader.numbers(
        f"SELECT c.id FROM contents c WHERE {LISTED} AND ({clause.sql}) ORDER BY c.sort_time DESC, c.id DESC",
        clause.values,
    )


def summaries(reader: Reader, ids: Sequence[int], *, away: Collection[RootId] = ()) -> dict[PhotoId, PhotoSummary]:
    """What grid cells show, by photo; files in roots that are `away` are offline. Unknown ids are left out."""
    rows = reader.rows(
        f"""
        SELECT c.id, c.width, c.height, c.taken_at, c.duration_seconds, c.motion, c.file_format,
               c.rating, c.favourite,
               MIN(f.missing_since IS NOT NULL) AS missing,
               MIN(f.missing_since IS NOT NULL OR f.root_id IN ({_marks(away)})) AS out_of_reach,
               (SELECT relative_path FROM files g WHERE g.content_id = c.id
                ORDER BY g.missing_since IS NOT NULL, g.id LIMIT 1) AS relative_path
        FROM contents c JOIN files f ON f.content_id = c.id WHERE c.id IN ({_marks(ids)}) GROUP BY c.id
        """,
        [*away, *_plain(ids)],
    )
    stacks = stack_badges(reader, _plain(ids))
    return {PhotoId(row["id"]): _summary(row, stacks.get(PhotoId(row["id"]))) for row in rows}


def _summary(row: Row, stack: tuple[StackKind, int] | None) -> PhotoSummary:
    return PhotoSummary(
        id=PhotoId(row["id"]),
        name=from_stored_name(row["relative_path"]).rpartition("/")[2],
        width=row["width"],
        height=row["height"],
        taken_at=datetime.fromisoformat(row["taken_at"]) if row["taken_at"] else None,
        missing=bool(row["missing"]),
        offline=bool(row["out_of_reach"]) and not row["missing"],
        duration_seconds=row["duration_seconds"],
        badge=_badge(row, stack),
        stacked=stack[1] if stack else 1,
        rating=row["rating"],
        favourite=bool(row["favourite"]),
    )


def _badge(row: Row, stack: tuple[StackKind, int] | None) -> str:
    match stack:
        case StackKind.BURST, count:
            return f"{count} in burst"
        case StackKind.RAW_PAIR, _:
            return f"{RAW_BADGE} + {row['file_format']}"
        case StackKind.LIVE, _:
            return LIVE_BADGE
    if row["motion"]:
        return MOTION_BADGE
    return RAW_BADGE if row["file_format"] == RAW_FORMAT else ""


def details(
    reader: Reader, photo_id: PhotoId, *, tags: tuple[AssignedTag, ...], away: Collection[RootId] = ()
) -> PhotoDetails | None:
    """Everything about one photo, or None when the library does not list it."""
    row = reader.row("SELECT * FROM contents WHERE id = ?", [photo_id])
    locations = locations_of(reader, photo_id, away=away)
    if row is None or not locations:
        return None
    names = [field.name for field in fields(Metadata)][1:]
    taken_at = datetime.fromisoformat(row["taken_at"]) if row["taken_at"] else None
    return PhotoDetails(
        id=photo_id,
        content_hash=ContentHash(row["hash"]),
        width=row["width"],
        height=row["height"],
        file_format=row["file_format"],
        byte_size=row["byte_size"],
        metadata=Metadata(taken_at, *(row[name] for name in names)),
        duration_seconds=row["duration_seconds"],
        locations=locations,
        tags=tags,
        curation=curation_of(reader, [photo_id]),
        place=row["place"] or "",
    )


def locations_of(reader: Reader, photo_id: PhotoId, *, away: Collection[RootId] = ()) -> tuple[PhotoLocation, ...]:
    """The files of a photo: first those within reach, then those on drives that are away, then missing ones."""
    rows = reader.rows(
        """
        SELECT f.root_id, r.path, f.relative_path, f.missing_since IS NOT NULL AS missing
        FROM files f JOIN roots r ON r.id = f.root_id WHERE f.content_id = ? ORDER BY missing, f.id
        """,
        [photo_id],
    )
    found = [
        PhotoLocation(
            RootId(row["root_id"]),
            Path(from_stored_name(row["path"])),
            from_stored_name(row["relative_path"]),
            missing=bool(row["missing"]),
            offline=not row["missing"] and row["root_id"] in away,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda location: (location.missing, location.offline)))


def path_of(reader: Reader, photo_id: PhotoId, *, away: Collection[RootId] = ()) -> Path | None:
    """A file of the photo, one that is there if any is."""
    locations = locations_of(reader, photo_id, away=away)
    return locations[0].path if locations else None


def files_of(reader: Reader, photo_ids: Sequence[int]) -> dict[PhotoId, tuple[Path, ...]]:
    """Every file of some photos that the library believes to be there."""
    rows = reader.rows(
        f"""
        SELECT f.content_id, r.path, f.relative_path FROM files f JOIN roots r ON r.id = f.root_id
        WHERE f.content_id IN ({_marks(photo_ids)}) AND f.missing_since IS NULL ORDER BY f.id
        """,
        _plain(photo_ids),
    )
    found: dict[PhotoId, list[Path]] = {}
    for row in rows:
        path = Path(from_stored_name(row["path"]), from_stored_name(row["relative_path"]))
        found.setdefault(PhotoId(row["content_id"]), []).append(path)
    return {photo_id: tuple(paths) for photo_id, paths in found.items()}


def photo_at(reader: Reader, root_id: RootId, relative_path: str) -> PhotoId | None:
    """The photo whose file this is."""
    value = reader.value(
        "SELECT content_id FROM files WHERE root_id = ? AND relative_path = ?", [root_id, to_stored_name(relative_path)]
    )
    return None if value is None else PhotoId(value)


def thumbnails(reader: Reader, ids: Sequence[int]) -> dict[PhotoId, bytes]:
    """JPEG thumbnails by photo; photos without one are left out."""
    rows = reader.rows(
        f"SELECT c.id, t.jpeg FROM contents c JOIN thumbs.thumbnails t ON t.hash = c.hash WHERE c.id IN ({_marks(ids)})",
        _plain(ids),
    )
    return {PhotoId(row[0]): row[1] for row in rows}


def status(
    reader: Reader, *, model_id: ModelId, model: str, library: Path, away: Collection[RootId] = ()
) -> LibraryStatus:
    """The library in numbers, embeddings counted for one model."""
    row = reader.row(
        f"""
        SELECT COUNT(*) AS photos,
            COALESCE(SUM(EXISTS (SELECT 1 FROM embeddings e WHERE e.model_id = ? AND e.content_id = c.id)), 0) AS embedded,
            COALESCE(SUM(NOT EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id AND f.missing_since IS NULL)), 0)
                AS missing,
            COALESCE(SUM(EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id AND f.missing_since IS NULL)
                AND NOT EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id AND f.missing_since IS NULL
                    AND f.root_id NOT IN ({_marks(away)}))), 0) AS offline,
            (SELECT COUNT(*) FROM skipped_files) AS skipped,
            (SELECT COUNT(DISTINCT tag_id) FROM tag_assignments WHERE state != 'rejected') AS tags
        FROM contents c WHERE {LISTED}
        """,
        [model_id, *away],
    )
    assert row is not None  # an aggregate always has one row
    return LibraryStatus(
        photos=row["photos"],
        embedded=row["embedded"],
        pending=row["photos"] - row["embedded"],
        missing=row["missing"],
        offline=row["offline"],
        skipped=row["skipped"],
        tags=row["tags"],
        model=model,
        library=library,
    )


def _marks(ids: Collection[int]) -> str:
    return ",".join("?" * len(ids))


def _plain(ids: Sequence[int]) -> list[int]:
    """Plain ints: SQLite does not know numpy's."""
    return [int(photo_id) for photo_id in ids]
