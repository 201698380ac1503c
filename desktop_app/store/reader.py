"""Read-only access to the library, one connection per thread."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.store.connection import connect_for_reading, plain_errors


class _Held:
    """One thread's connection. It closes when its thread ends, since nothing but the thread's own storage keeps it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.in_use = threading.Lock()

    def close(self) -> None:
        # Waits for a query that runs: a connection must not be closed under it.
        with self.in_use:
            self.connection.close()

    def __del__(self) -> None:
        self.connection.close()


class Reader:
    """Hands every thread a read-only connection of its own, with the thumbnails attached as `thumbs`."""

    def __init__(self, *, library: Path, thumbnails: Path) -> None:
        self._library = library
        self._thumbnails = thumbnails
        self._local = threading.local()
        # Weak: threads come and go with every indexing run, and an open file for each would use up the process's limit.
        self._all: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, for the block. Raises UserFacingError when the library is closed."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = self._open()
        with held.in_use:
            if self._closed:
                raise UserFacingError("The library is closed.")
            yield held.connection

    def _open(self) -> _Held:
        with self._lock:
            if self._closed:
                raise UserFacingError("The library is closed.")
            connection = connect_for_reading(self._library, also={"thumbs": self._thumbnails})
            connection.row_factory = sqlite3.Row
            held = _Held(connection)
            self._all.add(held)
        return held

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with plain_errors(), self.connection() as connection:
            return connection.execute(sql, parameters).fetchall()

    def chunks(self, sql: str, parameters: Sequence[Any] = (), *, size: int) -> Iterator[list[sqlite3.Row]]:
        """The rows of a query, so many at a time, all as they were when the first was read."""
        with plain_errors(), self.connection() as connection:
            cursor = connection.execute(sql, parameters)
        while True:
            with plain_errors(), self.connection():
                rows = cursor.fetchmany(size)
            if not rows:
                return
            yield rows

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with plain_errors(), self.connection() as connection:
            found: sqlite3.Row | None = connection.execute(sql, parameters).fetchone()
            return found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def numbers(self, sql: str, parameters: Sequence[Any] = ()) -> npt.NDArray[np.int64]:
        """The one column of a query of whole numbers: several times as fast as rows, for whole libraries."""
        with plain_errors(), self.connection() as connection:
            cursor = connection.cursor()
            cursor.row_factory = None
            return np.fromiter(itertools.chain.from_iterable(cursor.execute(sql, parameters)), np.int64)

    def tuples(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query as plain tuples, which are quicker to take apart: for whole libraries."""
        with plain_errors(), self.connection() as connection:
            cursor = connection.cursor()
            cursor.row_factory = None
            return cursor.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Close every thread's connection. Idempotent; later reads raise UserFacingError."""
        with self._lock:
            self._closed = True
            all_held = list(self._all)
        for held in all_held:
            held.close()
