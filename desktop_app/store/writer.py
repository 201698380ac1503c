"""The one thread that writes to the library (after datasette's database.py)."""

from __future__ import annotations

import itertools
import logging
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

_log = logging.getLogger(__name__)

# Enough for the indexer never to wait for a disk that keeps up, few enough to bound the memory held in waiting batches.
_QUEUE_BOUND = 64

# Putting the texts of 10,000 photos into the index takes three times as long as tagging them: a transaction does so for this
# many at most, and leaves the rest to transactions of their own, which wait for a moment without other tasks.
_TEXTS_AT_ONCE = 1000
_PAUSE_SECONDS = 0.1


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
    After a task that touches thousands of photos the text index follows in steps; `texts_followed` is called, on the writer's
    thread, when it is whole again.
    """

    def __init__(self, *, library: Path, thumbnails: Path, texts_followed: Callable[[], None] = lambda: None) -> None:
        self._texts_followed = texts_followed
        self._texts_wait = False
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
                job = self._next(session)
                if job.task is None:
                    return
                if not job.answer.set_running_or_notify_cancel():
                    continue
                try:
                    session = session or self._open()
                    answer, texts_wait = _in_transaction(session, job.task)
                except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the answer
                    job.answer.set_exception(error)
                else:
                    job.answer.set_result(answer)
                    self._note(texts_wait)
        finally:
            if session is not None:
                session.library.close()
                session.thumbnails.close()

    def _next(self, session: WriteSession | None) -> _Job:
        """The next task. While there is none, and before the last, the text index follows those before it."""
        while session is not None and self._texts_wait:
            try:
                lane, order, job = self._jobs.get(timeout=_PAUSE_SECONDS)
            except queue.Empty:
                self._follow(session)
                continue
            if job.task is not None:
                return job
            self._follow(session)
            self._jobs.put((lane, order, job))
        return self._jobs.get()[2]

    def _follow(self, session: WriteSession) -> None:
        """Put the texts of some more photos into the index."""
        try:
            self._note(_in_transaction(session, lambda _: None)[1])
        except Exception:  # noqa: BLE001 - nobody waits for an answer that could say so
            # Nothing is lost: the library has noted whose texts are stale, and the next write goes on with them.
            _log.exception("The text index stays behind the library")
            self._texts_wait = False

    def _note(self, texts_wait: bool) -> None:
        followed, self._texts_wait = self._texts_wait and not texts_wait, texts_wait
        if followed:
            self._texts_followed()

    def _open(self) -> WriteSession:
        library = connect_for_writing(self._library_path)
        try:
            return WriteSession(Database(library), connect_for_writing(self._thumbnails_path))
        except BaseException:
            library.close()
            raise


def _in_transaction(session: WriteSession, task: Task[T]) -> tuple[T, bool]:
    """The task's answer, and whether texts wait to be put together."""
    with plain_errors():
        connections = (session.thumbnails, session.connection)
        try:
            for connection in connections:
                connection.execute("BEGIN IMMEDIATE")
            answer = task(session)
            texts_wait = refresh_texts(session.connection, at_most=_TEXTS_AT_ONCE)
            for connection in connections:
                connection.commit()
        except BaseException:
            for connection in connections:
                connection.rollback()
            raise
        return answer, texts_wait
