"""The undo log: every row that an edit changes, as it was before and as it is after, kept in the library's own file.

Temporary triggers write the rows down while an edit runs (sqlite.org/undoredo.html), so no edit can forget one, cascades
included. In the file and not in memory: a window's edits can be undone after a restart, or from the command line.
Assignments are put back layer by layer: undoing a person's decision leaves what machines have said since.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.edit import Edit, Edited, EditId, EditKind
from desktop_app.domain.photo import PhotoId
from desktop_app.store.clock import now_text
from desktop_app.store.reader import Reader
from desktop_app.store.row_changes import CURATED_COLUMNS, RowChange, apply_changes, json_value
from desktop_app.store.writer import WriteSession

TAG_TABLES = ("tags", "tag_aliases", "vocabulary_words")

# Edits kept for undoing. One of 10,000 photos takes some 100 kB.
KEPT_EDITS = 200

_RECORDED = (*TAG_TABLES, "tag_assignments", "learned_tags", "contents", "albums", "album_photos")


def record_edit(
    session: WriteSession, kind: EditKind, work: Callable[[], int | None], *, tag: str, other: str = ""
) -> Edited:
    """Do some work and log what it changed as one edit; what was undone before can then no longer be redone.

    `work` may return how many photos it touches; None: as many as have a changed assignment.
    """
    with _recording(session.connection):
        count = work()
        rows, columns = _recorded(session.connection)
    changes = _read(rows, columns)
    if not changes:
        return Edited(None)
    touched = _library_changes(changes).photos_touched
    photos = len(touched) if count is None else count
    session.connection.execute("DELETE FROM edits WHERE undone = 1")
    edit_id = session.connection.execute(
        "INSERT INTO edits (made_at, kind, tag, other, photos, changes) VALUES (?, ?, ?, ?, ?, ?)",
        [now_text(), kind, tag, other, photos, _packed(rows, columns)],
    ).lastrowid
    session.connection.execute("DELETE FROM edits WHERE id <= ?", [(edit_id or 0) - KEPT_EDITS])
    return Edited(Edit(EditId(edit_id or 0), kind, tag, other, photos), _library_changes(changes))


def undo_edit(session: WriteSession) -> Edited:
    """Take the latest edit back. Nothing happens when there is none."""
    return _replay(session, "undone = 0 ORDER BY id DESC", undone=True)


def redo_edit(session: WriteSession) -> Edited:
    """Do the edit again that was undone last. Raises UserFacingError when the library has moved on since."""
    try:
        return _replay(session, "undone = 1 ORDER BY id", undone=False)
    except sqlite3.IntegrityError as error:
        raise UserFacingError(
            "This cannot be done again: something else has that name by now.", "Rename that first."
        ) from error


def edit_to_undo(reader: Reader) -> Edit | None:
    """The edit that an undo would take back."""
    return _edit(reader.row("SELECT id, kind, tag, other, photos FROM edits WHERE undone = 0 ORDER BY id DESC LIMIT 1"))


def edit_to_redo(reader: Reader) -> Edit | None:
    """The edit that a redo would do again."""
    return _edit(reader.row("SELECT id, kind, tag, other, photos FROM edits WHERE undone = 1 ORDER BY id LIMIT 1"))


def edits_made(reader: Reader, *, limit: int = KEPT_EDITS) -> list[Edit]:
    """Edits that can be undone, the latest first."""
    rows = reader.rows(
        "SELECT id, kind, tag, other, photos FROM edits WHERE undone = 0 ORDER BY id DESC LIMIT ?", [limit]
    )
    return [edit for row in rows if (edit := _edit(row))]


def _edit(row: sqlite3.Row | tuple[Any, ...] | None) -> Edit | None:
    return None if row is None else Edit(EditId(row[0]), EditKind(row[1]), row[2], row[3], row[4])


def _replay(session: WriteSession, which: str, *, undone: bool) -> Edited:
    row = session.connection.execute(
        f"SELECT id, kind, tag, other, photos, changes FROM edits WHERE {which} LIMIT 1"
    ).fetchone()
    if row is None:
        return Edited(None)
    changes = _unpacked(row[5])
    apply_changes(session.connection, [change.reversed() for change in reversed(changes)] if undone else changes)
    session.connection.execute("UPDATE edits SET undone = ? WHERE id = ?", [undone, row[0]])
    return Edited(_edit(row[:5]), _library_changes(changes))


def _library_changes(changes: Sequence[RowChange]) -> LibraryChanges:
    return LibraryChanges(
        retagged=_photos_in(changes, "tag_assignments"),
        updated=_photos_in(changes, "contents", key="id") | _photos_in(changes, "album_photos"),
        tags_changed=any(change.table in TAG_TABLES for change in changes),
        albums_changed=any(change.table in {"albums", "album_photos"} for change in changes),
        edits_changed=True,
    )


def _photos_in(changes: Iterable[RowChange], table: str, *, key: str = "content_id") -> frozenset[PhotoId]:
    here = [change for change in changes if change.table == table]
    if not here:
        return frozenset()
    place = here[0].columns.index(key)
    return frozenset(PhotoId((change.after or change.before or [])[place]) for change in here)


@contextmanager
def _recording(connection: sqlite3.Connection) -> Iterator[None]:
    """Write every change of the recorded tables into a temporary table while the block runs."""
    connection.execute("CREATE TEMP TABLE edit_rows (n INTEGER PRIMARY KEY, place TEXT, before TEXT, after TEXT)")
    names = [f"record_{table}_{event}" for table in _RECORDED for event in ("INSERT", "UPDATE", "DELETE")]
    try:
        for table in _RECORDED:
            _record(connection, table)
        yield
    finally:
        for name in names:
            connection.execute(f"DROP TRIGGER IF EXISTS temp.{name}")
        connection.execute("DROP TABLE temp.edit_rows")


def _record(connection: sqlite3.Connection, table: str) -> None:
    columns = _columns(connection, table)
    old, new = (
        f"json_array({', '.join(json_value(table, column, row=row) for column in columns)})" for row in ("old", "new")
    )
    for event, before, after in (("INSERT", "NULL", new), ("UPDATE", old, new), ("DELETE", old, "NULL")):
        connection.execute(
            f"""
            CREATE TEMP TRIGGER record_{table}_{event} AFTER {event} ON main.{table} BEGIN
                INSERT INTO edit_rows (place, before, after) VALUES ('{table}', {before}, {after});
            END
            """
        )


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns that are written (computed ones are not listed); of photos, those that a person writes."""
    if table == "contents":
        return CURATED_COLUMNS
    return tuple(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))


def _recorded(connection: sqlite3.Connection) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The rows as one JSON text, put together by SQLite: ten thousand small ones take ten times as long; and the columns."""
    text: str = connection.execute(
        """
        SELECT json_group_array(json_array(place, json(before), json(after))) FROM (
            SELECT place, before, after FROM edit_rows WHERE before IS NOT after ORDER BY n)
        """
    ).fetchone()[0]
    return text, {table: _columns(connection, table) for table in _RECORDED}


def _read(rows: str, columns: Mapping[str, Sequence[str]]) -> list[RowChange]:
    names = {table: tuple(each) for table, each in columns.items()}
    return [RowChange(table, names[table], before, after) for table, before, after in json.loads(rows)]


def _packed(rows: str, columns: Mapping[str, Sequence[str]]) -> bytes:
    return zlib.compress(f'{{"columns":{json.dumps(columns)},"rows":{rows}}}'.encode(), level=1)


def _unpacked(packed: bytes) -> list[RowChange]:
    document = json.loads(zlib.decompress(packed))
    columns = {table: tuple(names) for table, names in document["columns"].items()}
    return [RowChange(table, columns[table], before, after) for table, before, after in document["rows"]]
