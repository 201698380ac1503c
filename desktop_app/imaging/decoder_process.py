"""A decoder process: reads files that may hang or crash it, one at a time, for the Keepsight that started it.

Run by `decoder_pool`; it ends when its pipe does. What native decoders print goes nowhere.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from desktop_app import imaging
from desktop_app.base.memory import give_back
from desktop_app.imaging import decode_here
from desktop_app.imaging import decoder_messages as messages
from desktop_app.imaging.errors import NotEnoughMemory, PhotoSkipped
from desktop_app.imaging.limits import MAX_WORKING_BYTES
from desktop_app.imaging.opening import reading

# Beyond what the largest picture may take: the program, its libraries and their threads' reserves, as address space.
_OTHER_BYTES = 1400 << 20


class MemoryElsewhere:
    """The memory budget is kept by the process that asks; here it is only spoken to."""

    def __init__(self, ears: BinaryIO, mouth: BinaryIO) -> None:
        self._ears, self._mouth = ears, mouth

    @contextmanager
    def hold(self, amount: int) -> Iterator[None]:
        """Wait until there is room; it is given back with the answer."""
        messages.send(self._mouth, {"hold": amount})
        messages.receive(self._ears)
        yield


def main() -> int:
    """Answer until there is nobody to answer to."""
    ears = os.fdopen(os.dup(0), "rb")
    mouth = os.fdopen(os.dup(1), "wb")
    _silence()
    _limit_memory()
    imaging.setup()
    memory = MemoryElsewhere(ears, mouth)
    try:
        while True:
            asked, _ = messages.receive(ears)
            _limit_time(float(asked["cpu_seconds"]))
            words, blobs = _answer(asked, memory)
            _limit_time(0)
            messages.send(mouth, words, blobs)
            del words, blobs
            give_back()
    except (messages.ConversationEnded, OSError):
        return 0


def _answer(asked: dict[str, Any], memory: MemoryElsewhere) -> tuple[dict[str, Any], messages.Blobs]:
    try:
        return _done(asked, memory)
    except NotEnoughMemory:
        # The limit of this process, which no honest picture reaches: it would be the same at the next try.
        return {"skipped": "Too large to open safely", "is_photo": True, "transient": False}, ()
    except PhotoSkipped as skipped:
        return {"skipped": skipped.reason, "is_photo": skipped.is_photo, "transient": skipped.transient}, ()


def _done(asked: dict[str, Any], memory: MemoryElsewhere) -> tuple[dict[str, Any], messages.Blobs]:
    with reading(Path(asked["path"])) as file:
        match asked["for"]:
            case "photo":
                spec = messages.spec_of(asked["spec"])
                return messages.photo_words(
                    decode_here.photo_from(file, spec, content_hash=asked["content_hash"], memory=memory)
                )
            case "pixels":
                return messages.pixels_words(
                    decode_here.pixels_from(file, messages.spec_of(asked["spec"]), memory=memory)
                )
            case "moments":
                return messages.moments_words(
                    decode_here.moments_from(file, messages.spec_of(asked["spec"]), memory=memory)
                )
            case "close look":
                spec, second = messages.spec_of(asked["spec"]), asked["second"]
                return messages.close_look_words(decode_here.close_look_from(file, spec, memory=memory, second=second))
            case _:
                side, second = asked["max_side"], asked["second"]
                return messages.view_words(decode_here.view_from(file, max_side=side, memory=memory, second=second))


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _limit_time(cpu_seconds: float) -> None:
    """End this process after so much work on one file; 0 lifts the limit. Where the system can (not Windows).

    The processor's time, not the clock's: on a machine that is busy with other things, a good file must not look bad.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)


def _limit_memory() -> None:
    """Let a decoder that asks for too much fail instead of filling the machine. Where the system can (not Windows)."""
    if sys.platform == "win32":
        return
    import resource

    limit = MAX_WORKING_BYTES + _OTHER_BYTES
    # macOS refuses this one: there only the sizes that headers tell bound what a decoder takes.
    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY or most > limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
