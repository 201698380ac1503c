"""Stacks: which photos are shown behind which other one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from sqlite3 import Row

import numpy as np
import numpy.typing as npt

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import Metadata, PhotoId, RootId
from desktop_app.domain.stacks import Stack, Stackable, StackKind
from desktop_app.store.filters import prefix_range
from desktop_app.store.reader import Reader
from desktop_app.store.settings import drop_setting, read_setting
from desktop_app.store.writer import WriteSession

Ids = npt.NDArray[np.int64]

ALL_FOLDERS_DUE = "stacks_due"

STACK_SCHEMA = (
    """
    CREATE TABLE stacked (
        content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
        leader_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        kind TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX stacked_by_leader ON stacked(leader_id)",
    "CREATE TABLE kept_apart (content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE) STRICT",
    # What was indexed before there were stacks: the next run looks at every folder.
    f"INSERT INTO settings (key, value) SELECT '{ALL_FOLDERS_DUE}', 'yes' WHERE EXISTS (SELECT 1 FROM files)",
)


def due_folders(reader: Reader) -> list[tuple[RootId, str]]:
    """Every folder that holds files, as (root, relative path), as long as nobody looked for stacks; then none."""
    if read_setting(reader, ALL_FOLDERS_DUE) is None:
        return []
    rows = reader.rows("SELECT root_id, relative_path FROM files")
    return list({(RootId(row[0]), from_stored_name(row[1]).rpartition("/")[0]): None for row in rows})


def note_all_folders_done(session: WriteSession) -> LibraryChanges:
    """Every folder was looked at."""
    drop_setting(session, ALL_FOLDERS_DUE)
    return LibraryChanges()


def stackable_files(reader: Reader, root_id: RootId, folder: str) -> list[Stackable]:
    """The files that are there, directly in one folder; without those that the person keeps apart."""
    scope = ""
    values: list[object] = [root_id]
    if folder:
        low, high = prefix_range(to_stored_name(folder))
        scope, values = "AND f.relative_path >= ? AND f.relative_path < ?", [root_id, low, high]
    rows = reader.rows(
        f"""
        SELECT c.id, f.relative_path, c.file_format, c.width, c.height, c.taken_at, c.camera_make, c.camera_model,
               c.duration_seconds
        FROM files f JOIN contents c ON c.id = f.content_id
        WHERE f.root_id = ? {scope} AND f.missing_since IS NULL
              AND c.id NOT IN (SELECT content_id FROM kept_apart)
              AND instr(substr(f.relative_path, ?), '/') = 0
        ORDER BY f.relative_path
        """,
        [*values, len(to_stored_name(folder)) + 2 if folder else 1],
    )
    return [_stackable(row) for row in rows]


def _stackable(row: Row) -> Stackable:
    camera = Metadata(camera_make=row["camera_make"], camera_model=row["camera_model"]).camera
    return Stackable(
        PhotoId(row["id"]),
        from_stored_name(row["relative_path"]).rpartition("/")[2],
        row["file_format"],
        row["width"],
        row["height"],
        taken_at=datetime.fromisoformat(row["taken_at"]) if row["taken_at"] else None,
        camera=camera or "",
        duration_seconds=row["duration_seconds"],
    )


def put_stacks(session: WriteSession, photos: Iterable[PhotoId], stacks: Sequence[Stack]) -> LibraryChanges:
    """Make these the stacks among these photos, in place of whatever stacks they were in."""
    connection, here = session.connection, set(photos)
    wanted = {(photo, stack.leader, stack.kind.value) for stack in stacks for photo in stack.others}
    before = {
        tuple(row)
        for photo in here
        for row in connection.execute(
            "SELECT content_id, leader_id, kind FROM stacked WHERE content_id = ?1 OR leader_id = ?1", [photo]
        )
    }
    if before == wanted:
        return LibraryChanges()
    connection.executemany("DELETE FROM stacked WHERE content_id = ?", [row[:1] for row in before])
    connection.executemany("INSERT OR REPLACE INTO stacked (content_id, leader_id, kind) VALUES (?, ?, ?)", wanted)
    return LibraryChanges(updated=frozenset(PhotoId(photo) for row in before ^ wanted for photo in row[:2]))


def keep_apart(session: WriteSession, photos: Sequence[PhotoId]) -> LibraryChanges:
    """Take a stack apart for good."""
    session.connection.executemany(
        "INSERT OR IGNORE INTO kept_apart (content_id) VALUES (?)", [(photo,) for photo in photos]
    )
    return put_stacks(session, photos, ())


def behind(reader: Reader, leader: PhotoId) -> tuple[PhotoId, ...]:
    """The photos that are shown by another one, in the order they were found."""
    rows = reader.rows("SELECT content_id FROM stacked WHERE leader_id = ? ORDER BY content_id", [leader])
    return tuple(PhotoId(row[0]) for row in rows)


def with_pairs(session: WriteSession, photos: Collection[PhotoId]) -> tuple[PhotoId, ...]:
    """These photos, and of those that lead a pair (RAW + JPEG, a live photo) its other half: the same moment in two files.

    Of a burst nothing else: its photos are different ones, of which a person picks the best.
    """
    rows = session.connection.execute(
        "SELECT content_id FROM stacked WHERE kind IN (?, ?) AND leader_id IN (SELECT value FROM json_each(?))",
        [StackKind.RAW_PAIR.value, StackKind.LIVE.value, json.dumps([int(photo) for photo in photos])],
    )
    return tuple(dict.fromkeys((*photos, *(PhotoId(row[0]) for row in rows))))


def stacked_pairs(reader: Reader) -> Ids:
    """int64 [n, 2]: every photo that stands behind another, and that other one."""
    rows = reader.rows("SELECT content_id, leader_id FROM stacked")
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)


def stack_badges(reader: Reader, ids: Sequence[int]) -> dict[PhotoId, tuple[StackKind, int]]:
    """Of the photos that lead a stack: its kind, and how many photos it has with the leader."""
    marks = ",".join("?" * len(ids))
    rows = reader.rows(
        f"SELECT leader_id, kind, COUNT(*) FROM stacked WHERE leader_id IN ({marks}) GROUP BY leader_id", list(ids)
    )
    return {PhotoId(row[0]): (StackKind(row[1]), row[2] + 1) for row in rows}
