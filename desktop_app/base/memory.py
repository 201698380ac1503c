"""Memory that was freed, and that the C library keeps for later."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Hand memory that is free back to the system: after work that took much of it once. Tens of milliseconds at most.

    glibc keeps what lies between pieces still in use: over 100 MB once a model is loaded. Other systems' libraries hand it
    back by themselves.
    """
    if sys.platform == "linux":
        # musl has no such function, and needs none.
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
