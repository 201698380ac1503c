"""Read-only access to the library, one connection per thread."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.store.connection import connect_for_reading, plain_errors


class Reader:
    """Hands every thread a read-only connection of its own, with the thumbnails attached as `thumbs`."""

    def __init__(self, *, library: Path, thumbnails: Path) -> None:
        self._library = library
        self._thumbnails = thumbnails
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def connection(self) -> sqlite3.Connection:
        """This thread's connection. Raises UserFacingError when the library is closed."""
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None and not self._closed:
            return existing
        with self._lock:
            if self._closed:
                raise UserFacingError("The library is closed.")
            connection = connect_for_reading(self._library, also={"thumbs": self._thumbnails})
            connection.row_factory = sqlite3.Row
            self._all.append(connection)
        self._local.connection = connection
        return connection

    def rows(self, sql: str, parameters: list[Any] | tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with plain_errors():
            return self.connection().execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: list[Any] | tuple[Any, ...] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with plain_errors():
            found: sqlite3.Row | None = self.connection().execute(sql, parameters).fetchone()
            return found

    def value(self, sql: str, parameters: list[Any] | tuple[Any, ...] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def close(self) -> None:
        """Close every thread's connection. Idempotent; later reads raise UserFacingError."""
        with self._lock:
            self._closed = True
            connections, self._all = self._all, []
        for connection in connections:
            connection.close()
