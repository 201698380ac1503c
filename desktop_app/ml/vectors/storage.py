"""Where the bytes of vectors are kept: in a file, or in memory when no file can be written."""

from __future__ import annotations

import mmap
import os
import threading
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np

Read = Callable[[int, int], bytes]
"""Reads some bytes (start, length), fewer where the storage ends. For any thread. Raises OSError."""


class Storage(Protocol):
    """Bytes that grow and are never moved under those who look at them."""

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes somewhere, behind the end too. Raises OSError."""
        ...

    def size(self) -> int:
        """How many bytes there are."""
        ...

    def view(self) -> memoryview:
        """All bytes there are now, read-only. It stays valid while anything made of it lives."""
        ...

    def reader(self) -> Read:
        """What reads single bytes out of the middle, for as long as it is kept, without mapping any: the system maps 64 KiB
        around each byte that is touched, and counts them as this process's memory.
        """
        ...


def let_pages_go(mapped: object, spans: Iterable[tuple[int, int]]) -> None:
    """Count some bytes (start, length) of a mapped file no more among this process's memory. They stay readable, from the
    system's cache or the disk. Without effect for what is no mapped file, and where there is no such call (Windows, which
    takes such pages by itself).
    """
    advise, option = getattr(mapped, "madvise", None), getattr(mmap, "MADV_DONTNEED", None)
    if advise is None or option is None:
        return
    for start, length in spans:
        first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        whole = (start + length - first) // mmap.PAGESIZE * mmap.PAGESIZE
        if whole > 0:
            advise(option, first, whole)


class FileStorage:
    """A file, read by mapping it.

    It is written by ordinary writes: a full disk is then an error that can be dealt with, where a write to a mapping would
    end the program. It never shrinks and is never replaced while mapped, which Windows would not allow.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, offset: int, data: bytes) -> None:
        with self.path.open("r+b" if self.path.exists() else "x+b") as file:
            file.seek(offset)
            file.write(data)

    def size(self) -> int:
        return self.path.stat().st_size

    def view(self) -> memoryview:
        with self.path.open("rb") as file:
            if not self.size():
                return memoryview(b"")  # what cannot be mapped
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def reader(self) -> Read:
        return _FileReader(self.path)


class _FileReader:
    """Keeps a file open. Like a mapping it is closed when nobody needs it any more, whatever became of the path meanwhile."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._turn = threading.Lock()
        weakref.finalize(self, os.close, self._file)

    def __call__(self, start: int, length: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file, length, start)
        with self._turn:  # Windows: a file has one position
            os.lseek(self._file, start, os.SEEK_SET)
            return os.read(self._file, length)


class MemoryStorage:
    """Memory, for a library whose folder cannot be written to or whose disk is full."""

    def __init__(self) -> None:
        self._bytes = np.zeros(0, np.uint8)
        self._size = 0

    def write(self, offset: int, data: bytes) -> None:
        end = offset + len(data)
        if end > len(self._bytes):
            grown = np.zeros(max(end, len(self._bytes) * 3 // 2), np.uint8)
            grown[: self._size] = self._bytes[: self._size]
            self._bytes = grown
        self._bytes[offset:end] = np.frombuffer(data, np.uint8)
        self._size = max(self._size, end)

    def size(self) -> int:
        return self._size

    def view(self) -> memoryview:
        return self._bytes[: self._size].data.toreadonly()

    def reader(self) -> Read:
        return lambda start, length: self._bytes[start : min(start + length, self._size)].tobytes()
