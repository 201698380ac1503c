"""The one thread that owns the torch model."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.model import PixelSpec
from desktop_app.ml.embedder import Embedder

T = TypeVar("T")
Vectors = npt.NDArray[np.float32]


class _Urgency(IntEnum):
    """What a person waits for goes ahead of waiting image batches, so it waits for one batch at most."""

    TEXT = 0
    IMAGES = 1
    STOP = 2


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Embedder], Any] | None
    answer: Future[Any]


class Inference:
    """Runs model work one job at a time on its own thread. The model is loaded at the first job, not before.

    A failed load fails the jobs that wait for it (UserFacingError) and is tried again at the next.
    """

    def __init__(self, load: Callable[[], Embedder]) -> None:
        self._load = load
        self._embedder: Embedder | None = None
        self._jobs: queue.PriorityQueue[tuple[int, int, _Job]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="keepsight-inference", daemon=True)
        self._thread.start()

    def embed_images(self, pixels: npt.NDArray[np.uint8]) -> Future[Vectors]:
        """Embed uint8 [N, S, S, 3]; the answer is float32 [N, D], L2-normalised."""
        return self._submit(_Urgency.IMAGES, lambda embedder: embedder.embed_images(pixels))

    def embed_texts(self, texts: Sequence[str], *, urgent: bool = True) -> Future[Vectors]:
        """Embed texts, ahead of waiting pictures when a person waits; the answer is float32 [N, D], L2-normalised."""
        urgency = _Urgency.TEXT if urgent else _Urgency.IMAGES
        return self._submit(urgency, lambda embedder: embedder.embed_texts(texts))

    def embed_patches(self, pixels: npt.NDArray[np.uint8]) -> Future[Vectors]:
        """Embed the patches of uint8 [N, S, S, 3], for a person who waits; float32 [N, rows, columns, D], L2-normalised."""
        return self._submit(_Urgency.TEXT, lambda embedder: embedder.embed_patches(pixels))

    def run(self, work: Callable[[Embedder], T]) -> Future[T]:
        """Run other work with the loaded model, behind waiting pictures and texts of the same urgency."""
        return self._submit(_Urgency.IMAGES, work)

    def spec(self) -> PixelSpec:
        """What pictures the model wants. Loads the model when needed: blocks for seconds the first time."""
        return self._submit(_Urgency.TEXT, lambda embedder: embedder.spec).result()

    def warm_up(self) -> None:
        """Load the model ahead of the first job. A failure shows at that job, not here."""
        self._submit(_Urgency.IMAGES, lambda _: None)

    def device(self) -> tuple[str, str]:
        """Name of the device in use and a note on it, both empty before the model is loaded."""
        embedder = self._embedder
        return (embedder.device.name, embedder.device.note) if embedder else ("", "")

    def close(self) -> None:
        """Drop waiting jobs, wait for the one that runs, let the model go. Idempotent."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._drop_waiting()
                self._jobs.put((_Urgency.STOP, next(self._order), _Job(None, Future())))
        self._thread.join()

    def _submit(self, urgency: _Urgency, work: Callable[[Embedder], T]) -> Future[T]:
        answer: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise _shut_down()
            self._jobs.put((urgency, next(self._order), _Job(work, answer)))
        return answer

    def _drop_waiting(self) -> None:
        while True:
            try:
                answer = self._jobs.get_nowait()[2].answer
            except queue.Empty:
                return
            if answer.set_running_or_notify_cancel():
                answer.set_exception(_shut_down())

    def _run(self) -> None:
        while True:
            _, _, job = self._jobs.get()
            if job.work is None:
                self._embedder = None
                return
            if not job.answer.set_running_or_notify_cancel():
                continue
            try:
                if self._embedder is None:
                    self._embedder = self._load()
                answer = job.work(self._embedder)
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the answer
                job.answer.set_exception(error)
            else:
                job.answer.set_result(answer)


def _shut_down() -> UserFacingError:
    return UserFacingError("The model is being shut down.")
