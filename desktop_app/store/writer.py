"""The one thread that writes to the library (after datasette's database.py)."""

from __future__ import annotations

import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from desktop_app.base.errors import UserFacingError
from desktop_app.store.connection import connect_for_writing, plain_errors
from desktop_app.store.search_texts import refresh_texts

T = TypeVar("T")

# Enough for the indexer never to wait for a disk that keeps up, few enough to bound the memory held in waiting batches.
_QUEUE_BOUND = 64


class Lane(IntEnum):
    """Which tasks go first: a person never waits behind the indexer's batches."""

    PERSON = 0
    INDEXER = 1
    STOP = 2


@dataclass(frozen=True, slots=True)
class WriteSession:
    """What a write task works with, inside one transaction of each file."""

    library: Database
    thumbnails: sqlite3.Connection

    @property
    def connection(self) -> sqlite3.Connection:
        """The library's connection, for SQL that sqlite-utils has no words for."""
        connection: sqlite3.Connection = self.library.conn
        return connection


Task = Callable[[WriteSession], T]


@dataclass(frozen=True, slots=True)
class _Job:
    task: Task[Any] | None
    """None ends the thread."""
    answer: Future[Any]


class Writer:
    """Owns the only write connections. Tasks run one at a time, each as one transaction: all of it or nothing.

    The thumbnail file commits first: a crash between the two leaves an unused thumbnail, never a photo without one.
    """

    def __init__(self, *, library: Path, thumbnails: Path) -> None:
        self._library_path = library
        self._thumbnails_path = thumbnails
        self._jobs: queue.PriorityQueue[tuple[int, int, _Job]] = queue.PriorityQueue()
        # Bounds the indexer alone: a person's action must never block on a full queue.
        self._indexer_slots = threading.BoundedSemaphore(_QUEUE_BOUND)
        self._order = itertools.count()
        self._closing = threading.Event()
        self._submit_lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="keepsight-writer", daemon=True)
        self._thread.start()

    def submit(self, task: Task[T], *, lane: Lane = Lane.PERSON) -> Future[T]:
        """Queue a task. The indexer's lane blocks while its queue is full; the person's never does.

        Raises UserFacingError when the library is being closed.
        """
        answer: Future[T] = Future()
        if lane is Lane.INDEXER:
            self._indexer_slots.acquire()
            answer.add_done_callback(lambda _: self._indexer_slots.release())
        with self._submit_lock:
            if self._closing.is_set():
                answer.cancel()
                raise UserFacingError("The library is being closed.")
            self._jobs.put((lane, next(self._order), _Job(task, answer)))
        return answer

    def do(self, task: Task[T]) -> T:
        """Submit in the person's lane and wait for the answer."""
        return self.submit(task).result()

    def close(self) -> None:
        """Finish what is queued, then close the files. Idempotent."""
        with self._submit_lock:
            if not self._closing.is_set():
                self._closing.set()
                self._jobs.put((Lane.STOP, next(self._order), _Job(None, Future())))
        self._thread.join()

    def _run(self) -> None:
        session: WriteSession | None = None
        try:
            while True:
                _, _, job = self._jobs.get()
                if job.task is None:
                    return
                if not job.answer.set_running_or_notify_cancel():
                    continue
                try:
                    session = session or self._open()
                    answer = _in_transaction(session, job.task)
                except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the answer
                    job.answer.set_exception(error)
                else:
                    job.answer.set_result(answer)
        finally:
            if session is not None:
                session.library.close()
                session.thumbnails.close()

    def _open(self) -> WriteSession:
        library = connect_for_writing(self._library_path)
        try:
            return WriteSession(Database(library), connect_for_writing(self._thumbnails_path))
        except BaseException:
            library.close()
            raise


def _in_transaction(session: WriteSession, task: Task[T]) -> T:
    with plain_errors():
        connections = (session.thumbnails, session.connection)
        try:
            for connection in connections:
                connection.execute("BEGIN IMMEDIATE")
            answer = task(session)
            refresh_texts(session.connection)
            for connection in connections:
                connection.commit()
        except BaseException:
            for connection in connections:
                connection.rollback()
            raise
        return answer
