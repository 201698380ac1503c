"""The inner loops of a search: 8-bit products of a query with every row, by simsimd where it is there, else by numpy."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.ml.vectors.rounding import rounded

Vectors = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]

# Memory is what a scan waits for: more threads than this bring nothing on a desktop machine.
_MOST_THREADS = 4

# Blocks a thread is worth starting for: some milliseconds of work.
_BLOCKS_PER_THREAD = 16

Dots = Callable[[Codes, Codes, Vectors], None]
"""Products of queries [Q, W] with rows [n, W], put into float32 [Q, n] (whole numbers, exact)."""


@dataclass(frozen=True, slots=True)
class RoundedQueries:
    """Queries [Q, D] in 8 bits: q = scale * code, near enough."""

    codes: Codes
    scale: Vectors
    at_mean: Vectors
    """float32 [Q]: each query's product with the mean that was taken off the rows."""

    @classmethod
    def of(cls, queries: Vectors, mean: Vectors, *, width: int) -> RoundedQueries:
        """Round queries for rows with `width` codes."""
        codes = rounded(queries, width=width)
        return cls(codes.codes, codes.scale, np.asarray(queries @ mean, np.float32))


def _numpy_dots(queries: Codes, rows: Codes, out: Vectors) -> None:
    # In float32, since numpy has no fast product of whole numbers; these are exact up to 1,040 dimensions.
    np.matmul(queries.astype(np.float32), rows.astype(np.float32).T, out=out)


def fastest_dots() -> Dots:
    """The quickest way this machine has."""
    try:
        simsimd: Any = importlib.import_module("simsimd")
    except ImportError:
        return _numpy_dots

    def dots(queries: Codes, rows: Codes, out: Vectors) -> None:
        # Not its own `out`: with that it returns None without counting the reference, and Python 3.11 aborts after some
        # thousand calls.
        out[:] = np.asarray(simsimd.cdist(queries, rows, metric="dot", out_dtype="float32"))

    return dots


def over_blocks(count: int, work: Callable[[int], None]) -> None:
    """Do something for each of so many blocks, on a few threads where that pays. The first error is raised."""
    threads = min(_MOST_THREADS, os.cpu_count() or 1, -(-count // _BLOCKS_PER_THREAD))
    if threads <= 1:
        for block in range(count):
            work(block)
        return

    def part(number: int) -> None:
        for block in range(number * count // threads, (number + 1) * count // threads):
            work(block)

    # Starting threads takes a tenth of a millisecond; keeping them would leave something to close.
    with ThreadPoolExecutor(threads, thread_name_prefix="keepsight-scan") as pool:
        for answer in [pool.submit(part, number) for number in range(threads)]:
            answer.result()
