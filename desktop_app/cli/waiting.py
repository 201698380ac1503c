"""Waiting for background work from a command."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

T = TypeVar("T")


def result_of(answer: Future[T]) -> T:
    """The answer, or what the work raised; waits in short steps, so that Ctrl-C is seen on every platform."""
    while True:
        try:
            return answer.result(timeout=0.2)
        except FutureTimeout:
            if answer.done():
                raise
