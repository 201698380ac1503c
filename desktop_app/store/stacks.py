"""Stacks: which photos are shown behind which other one."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
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

# A photo, the one it stands behind, and why.
_Row = tuple[int, int, str]

ALL_FOLDERS_DUE = "stacks_due"

_PAIRS = (StackKind.RAW_PAIR, StackKind.LIVE)

# Bursts of pairs are two deep: a raw file stands behind its picture, and that behind the first of the burst.
BEHIND = """
    SELECT content_id FROM stacked
    WHERE leader_id = ?1 OR leader_id IN (SELECT content_id FROM stacked WHERE leader_id = ?1)
"""
"""Every photo that a leader stands for."""

LOOK_AT_ALL_FOLDERS = (
    f"INSERT OR REPLACE INTO settings (key, value) SELECT '{ALL_FOLDERS_DUE}', 'yes' WHERE EXISTS (SELECT 1 FROM files)"
)
"""Has the next run look for stacks everywhere."""

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
    # What was indexed before there were stacks.
    LOOK_AT_ALL_FOLDERS,
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
    """Make these the stacks among the photos of a folder, in place of whatever stacks they were in there."""
    here = set(photos)
    wanted: set[_Row] = {(photo, stack.leader, stack.kind.value) for stack in stacks for photo in stack.others}
    before = {
        row for row in _stacked(session, here) if here.issuperset(row[:2]) or not _share_a_folder(session, *row[:2])
    }
    return _replace(session, before, wanted)


def _stacked(session: WriteSession, photos: Iterable[PhotoId]) -> set[_Row]:
    """Who stands behind whom and why, as far as these photos have to do with it."""
    sql = "SELECT content_id, leader_id, kind FROM stacked WHERE content_id = ?1 OR leader_id = ?1"
    return {(row[0], row[1], row[2]) for photo in photos for row in session.connection.execute(sql, [photo])}


def _replace(session: WriteSession, before: set[_Row], wanted: set[_Row]) -> LibraryChanges:
    if before == wanted:
        return LibraryChanges()
    session.connection.executemany("DELETE FROM stacked WHERE content_id = ?", [row[:1] for row in before])
    session.connection.executemany(
        "INSERT OR REPLACE INTO stacked (content_id, leader_id, kind) VALUES (?, ?, ?)", wanted
    )
    return LibraryChanges(updated=frozenset(PhotoId(photo) for row in before ^ wanted for photo in row[:2]))


def _share_a_folder(session: WriteSession, first: int, second: int) -> bool:
    """Whether two photos are together in some folder: a copy of one of them elsewhere does not part them there."""
    folders = [
        {
            (row[0], row[1].rpartition("/")[0])
            for row in session.connection.execute(
                "SELECT root_id, relative_path FROM files WHERE content_id = ? AND missing_since IS NULL", [photo]
            )
        }
        for photo in (first, second)
    ]
    return not folders[0].isdisjoint(folders[1])


def keep_apart(session: WriteSession, photos: Sequence[PhotoId]) -> LibraryChanges:
    """Take a stack apart for good."""
    session.connection.executemany(
        "INSERT OR IGNORE INTO kept_apart (content_id) VALUES (?)", [(photo,) for photo in photos]
    )
    return _replace(session, _stacked(session, photos), set())


def behind(reader: Reader, leader: PhotoId) -> tuple[PhotoId, ...]:
    """The photos that are shown by another one, in the order they were found."""
    rows = reader.rows(f"{BEHIND} ORDER BY content_id", [leader])
    return tuple(PhotoId(row[0]) for row in rows)


def with_pairs(session: WriteSession, photos: Collection[PhotoId]) -> tuple[PhotoId, ...]:
    """These photos, and of those that lead a pair (RAW + JPEG, a live photo) its other half: the same moment in two files.

    Of a burst nothing else: its photos are different ones, of which a person picks the best.
    """
    return _with_those_behind(session.connection.execute, photos, _PAIRS)


def pairs_of(reader: Reader, photos: Collection[PhotoId]) -> tuple[PhotoId, ...]:
    """The same as `with_pairs`, for looking."""
    return _with_those_behind(reader.rows, photos, _PAIRS)


def bursts_of(reader: Reader, photos: Collection[PhotoId]) -> tuple[PhotoId, ...]:
    """These photos, and all the pictures of the bursts that they lead, with their raw files and videos."""
    return pairs_of(reader, _with_those_behind(reader.rows, photos, (StackKind.BURST,)))


def _with_those_behind(
    ask: Callable[[str, Sequence[object]], Iterable[Row]], photos: Collection[PhotoId], kinds: Sequence[StackKind]
) -> tuple[PhotoId, ...]:
    """These photos, and those that stand directly behind them for one of these reasons."""
    rows = ask(
        f"""
        SELECT content_id FROM stacked
        WHERE kind IN ({",".join("?" * len(kinds))}) AND leader_id IN (SELECT value FROM json_each(?)) ORDER BY content_id
        """,
        [*(kind.value for kind in kinds), json.dumps([int(photo) for photo in photos])],
    )
    return tuple(dict.fromkeys((*photos, *(PhotoId(row[0]) for row in rows))))


def stacked_pairs(reader: Reader) -> Ids:
    """int64 [n, 2]: every photo that stands behind another, and that other one; with each of them, where it has two."""
    rows = reader.rows(
        """
        SELECT content_id, leader_id FROM stacked UNION ALL
        SELECT s.content_id, b.leader_id FROM stacked s JOIN stacked b ON b.content_id = s.leader_id
        """
    )
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)


def stack_badges(reader: Reader, ids: Sequence[int]) -> dict[PhotoId, tuple[StackKind, int]]:
    """Of the photos that lead a stack: its kind, and how many photos it has with the leader. A burst of pairs is a burst, of as
    many pictures as there are.
    """
    marks = ",".join("?" * len(ids))
    rows = reader.rows(
        f"""
        SELECT leader_id, kind, COUNT(*) FROM stacked WHERE leader_id IN ({marks})
        GROUP BY leader_id, kind ORDER BY kind = '{StackKind.BURST}'
        """,
        list(ids),
    )
    return {PhotoId(row[0]): (StackKind(row[1]), row[2] + 1) for row in rows}
