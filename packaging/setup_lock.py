"""One set-up at a time per checkout, however many are started."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from environment import LOCK_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RETRY_SECONDS = 0.2


@contextlib.contextmanager
def only_one(folder: Path, on_wait: Callable[[], None]) -> Iterator[int]:
    """Hold the set-up lock of the environment in ``folder``, made if need be; gives the lock's file descriptor.

    The system lets go of the lock when the processes that hold it end, so a killed set-up blocks nobody. ``on_wait`` is called
    once if somebody else has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _try_lock(descriptor):
            on_wait()
            while not _try_lock(descriptor):
                time.sleep(RETRY_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
