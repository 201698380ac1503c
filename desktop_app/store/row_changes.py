"""Changes of single rows, and applying them forwards or backwards."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

_KEYS = {
    "tags": ("id",),
    "tag_aliases": ("alias",),
    "vocabulary_words": ("word",),
    "tag_assignments": ("content_id", "tag_id"),
    "learned_tags": ("model_id", "tag_id"),
    "contents": ("id",),
    "albums": ("id",),
    "album_photos": ("album_id", "content_id"),
}

CURATED_COLUMNS = (
    "id", "rating", "favourite", "title", "description", "rating_by_person", "title_by_person", "description_by_person",
)  # fmt: skip
"""What a person says of a photo beside its tags. The other columns of `contents` are the program's own."""

# JSON has no bytes: these are written down as hexadecimal digits.
_BYTES = {("learned_tags", "weights")}
_EXACT = {("learned_tags", "bias"), ("learned_tags", "blend")}

# What one opinion of an assignment is made of. A layer is put back as a whole, and only if the edit changed it.
_LAYERS = (
    ("decision", "decided_at"),
    ("in_file",),
    ("machine_source", "machine_state", "probability", "model_id", "scored_at"),
)


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row as it was and as it is."""

    table: str
    columns: tuple[str, ...]
    before: list[Any] | None
    """Values by column; None when there was no row."""
    after: list[Any] | None

    def reversed(self) -> RowChange:
        """The change that takes this one back."""
        return RowChange(self.table, self.columns, self.after, self.before)

    def value(self, column: str) -> Any:
        """A column's value, afterwards or, of a deleted row, before."""
        values = self.before if self.after is None else self.after
        assert values is not None  # a change has one side at least
        return values[self.columns.index(column)]


@dataclass(frozen=True, slots=True)
class _Step:
    sql: str
    values: tuple[Any, ...]


def apply_changes(connection: sqlite3.Connection, changes: Iterable[RowChange]) -> None:
    """Make each row what it is `after`, in order. sqlite3.IntegrityError when another row stands in the way."""
    connection.create_function("unhexed", 1, bytes.fromhex, deterministic=True)
    # Rows come in the order they were changed in, where a child may precede its parent.
    connection.execute("PRAGMA defer_foreign_keys = ON")
    steps = (step for change in changes for step in _steps(change))
    for sql, group in itertools.groupby(steps, key=lambda step: step.sql):
        connection.executemany(sql, [step.values for step in group])
    connection.execute("DELETE FROM tag_assignments WHERE state IS NULL")


def json_value(table: str, column: str, *, row: str) -> str:
    """A column of a row (`old` or `new`, in a trigger) as SQL that JSON can hold."""
    if (table, column) in _BYTES:
        return f"hex({row}.{column})"
    # To the last digit, which SQLite's JSON leaves out: photos are scored again when what was learned differs.
    return f"printf('%!.17g', {row}.{column})" if (table, column) in _EXACT else f"{row}.{column}"


def _mark(table: str, column: str) -> str:
    """What takes such a value back. Written out for SQLite before 3.41, which has no unhex()."""
    return "unhexed(?)" if (table, column) in _BYTES else "?"


def _steps(change: RowChange) -> Sequence[_Step]:
    if change.table == "tag_assignments":
        return _assignment_steps(change)
    keys = _KEYS[change.table]
    key_sql = " AND ".join(f"{key} = ?" for key in keys)
    if change.after is None:
        return [_Step(f"DELETE FROM {change.table} WHERE {key_sql}", _values(change, keys))]
    if change.before is None:
        marks = ", ".join(_mark(change.table, column) for column in change.columns)
        if change.table == "learned_tags":
            # What a model learned that was removed since is of no use.
            sql = f"INSERT INTO learned_tags ({', '.join(change.columns)}) SELECT {marks} FROM models WHERE id = ?"
            return [_Step(sql, (*change.after, change.value("model_id")))]
        sql = f"INSERT INTO {change.table} ({', '.join(change.columns)}) VALUES ({marks})"
        return [_Step(sql, tuple(change.after))]
    changed = [
        column for column, old, new in zip(change.columns, change.before, change.after, strict=True) if old != new
    ]
    sql = f"UPDATE {change.table} SET {', '.join(f'{column} = {_mark(change.table, column)}' for column in changed)} WHERE {key_sql}"
    old_keys = tuple(change.before[change.columns.index(key)] for key in keys)
    return [_Step(sql, (*_values(change, changed), *old_keys))]


def _values(change: RowChange, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(change.value(column) for column in columns)


def _assignment_steps(change: RowChange) -> Sequence[_Step]:
    """Set the layers that differ; other layers stay as they are now. A photo that left the library is passed over."""
    layers, nothing = _places(change.columns)
    before, after = change.before or nothing, change.after or nothing
    changed = tuple(place for layer in layers if any(before[at] != after[at] for at in layer) for place in layer)
    if not changed:
        return []
    values = [after[at] for at in changed]
    sql = _put_layers(tuple(change.columns[at] for at in changed))
    return [_Step(sql, (change.value("tag_id"), *values, change.value("content_id")))]


@cache
def _places(columns: tuple[str, ...]) -> tuple[tuple[tuple[int, ...], ...], list[Any]]:
    """Where each layer's columns stand; and a row of which nobody said anything, as good as none."""
    layers = tuple(tuple(columns.index(column) for column in layer) for layer in _LAYERS)
    return layers, [0 if column == "in_file" else None for column in columns]


@cache
def _put_layers(changed: tuple[str, ...]) -> str:
    marks = ", ".join("(SELECT id FROM models WHERE id = ?)" if column == "model_id" else "?" for column in changed)
    return f"""
        INSERT INTO tag_assignments (tag_id, content_id, {", ".join(changed)})
        SELECT ?, c.id, {marks} FROM contents c WHERE c.id = ?
        ON CONFLICT (content_id, tag_id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in changed)}
    """
