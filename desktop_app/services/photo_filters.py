"""Filters in memory: which photos pass, as tables of yes and no by photo id, so that AND, OR and NOT cost next to nothing.

Each leaf of a filter is read from the library once; later changes of single photos are looked up for these photos alone.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, Not, Or
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.photo_sets import highest_id, library_version, photos_where

Ids = npt.NDArray[np.int64]
Table = npt.NDArray[np.bool_]

# A table of a million photos takes a megabyte.
_REMEMBERED = 32

# Beyond so many changed photos a leaf is read anew.
_MOST_PATCHED = 2000

# Notes of changes are a set per indexed batch; more of them than this are not worth keeping.
_MOST_NOTES = 500

# Another program's writes go unnoticed only when this one writes at the same moment: such a table is not kept for ever.
_OLD_S = 60.0

# Changes that no filter looks at, by field of `LibraryChanges`.
_OF_NO_ACCOUNT = {"embedded", "skipped_changed", "model_changed", "saved_searches_changed", "edits_changed"}

_EVERY = And(())


@dataclass(slots=True)
class _Leaf:
    table: Table
    notes: int
    """How many notes of changes it includes."""
    read_at: float


class PhotoFilters:
    """Answers which photos of the library pass a filter. Thread-safe; reads the library."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._leaves: OrderedDict[Filter, _Leaf] = OrderedDict()
        # Guards the notes, which the writer's thread takes: never held across anything slow.
        self._notes_lock = threading.Lock()
        self._notes: list[frozenset[PhotoId]] = []
        self._all_changed = False
        self._heard = 0
        self._seen = threading.local()
        self._unsubscribe = store.changes.subscribe(self._on_changes)

    def passing(self, where: Filter) -> Table:
        """Whether each photo id is that of a photo in the library which passes; one longer than the highest id, always False
        at the end. To be read only.
        """
        with self._lock:
            self._drop_what_is_stale()
            size = highest_id(self._store.reader) + 2
            listed = self._leaf(_EVERY, size)
            return listed if where == _EVERY else listed & self._table(where, size)

    def close(self) -> None:
        """Stop following the library's changes."""
        self._unsubscribe()

    def _table(self, where: Filter, size: int) -> Table:
        match where:
            case And(parts):
                every = np.ones(size, bool)
                for part in parts:
                    every &= self._table(part, size)
                return every
            case Or(parts):
                some = np.zeros(size, bool)
                for part in parts:
                    some |= self._table(part, size)
                return some
            case Not(part):
                return ~self._table(part, size)
        return self._leaf(where, size)

    def _leaf(self, leaf: Filter, size: int) -> Table:
        with self._notes_lock:
            notes = len(self._notes)
        kept = self._leaves.get(leaf)
        changed = self._changed_since(kept.notes, notes) if kept is not None else frozenset[PhotoId]()
        if kept is None or len(changed) > _MOST_PATCHED:
            table = _table_of(photos_where(self._store.reader, leaf), size)
            kept = self._leaves[leaf] = _Leaf(table, notes, time.monotonic())
        elif changed or len(kept.table) != size:
            # A new table: whoever was given the old one may still be reading it.
            table = np.zeros(size, bool)
            table[: len(kept.table)] = kept.table[:size]
            among = np.fromiter(changed, np.int64, count=len(changed))
            table[among] = False
            table[photos_where(self._store.reader, leaf, among=among.tolist())] = True
            kept = self._leaves[leaf] = _Leaf(table, notes, kept.read_at)
        self._leaves.move_to_end(leaf)
        while len(self._leaves) > _REMEMBERED:
            self._leaves.popitem(last=False)
        return kept.table

    def _changed_since(self, start: int, end: int) -> frozenset[PhotoId]:
        with self._notes_lock:
            return frozenset[PhotoId]().union(*self._notes[start:end])

    def _drop_what_is_stale(self) -> None:
        version = library_version(self._store.reader)
        with self._notes_lock:
            before, self._seen.mark = getattr(self._seen, "mark", None), (version, self._heard)
            elsewhere = before is not None and before[0] != version and before[1] == self._heard
            if self._all_changed or elsewhere or len(self._notes) > _MOST_NOTES:
                self._all_changed = False
                self._notes.clear()
                self._leaves.clear()
        if before is not None and before[0] != version:
            oldest = time.monotonic() - _OLD_S
            for leaf in [leaf for leaf, kept in self._leaves.items() if kept.read_at < oldest]:
                del self._leaves[leaf]

    def _on_changes(self, changes: LibraryChanges) -> None:
        """Called on the writer's thread: only notes what to look up at the next question."""
        touched: set[PhotoId] = set()
        everything = False
        for name in (field.name for field in fields(changes) if field.name not in _OF_NO_ACCOUNT):
            value = getattr(changes, name)
            if isinstance(value, frozenset):
                touched |= value
            else:
                everything = everything or bool(value)
        with self._notes_lock:
            self._heard += 1
            self._all_changed = self._all_changed or everything
            if touched:
                self._notes.append(frozenset(touched))


def _table_of(ids: Ids, size: int) -> Table:
    table = np.zeros(size, bool)
    # A photo that was added since the highest id was asked for is noted as a change, and looked up next time.
    table[ids[ids < size - 1]] = True
    return table
