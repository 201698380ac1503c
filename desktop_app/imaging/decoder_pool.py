"""Decoder processes, started when first needed, each for one file at a time, with a time limit; replaced when they die."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.imaging import decoder_messages as messages
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.limits import MemoryBudget

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

CPU_LIMIT_SECONDS = 60.0
"""Of work on one file. A raw file of 60 megapixels takes about 10 s on a slow machine, sixteen frames of a 4K video 5 s."""

CLOCK_LIMIT_SECONDS = 600.0 if hasattr(signal, "setitimer") else 180.0
"""For one file, whoever is to blame: a decoder that waits for itself for ever does no work. Windows has no limit of work, so
that there this one ends every decoder that hangs."""

# What a poison file is skipped for, ever after, until it changes or the person asks for another try.
CRASHED = "The file makes its decoder crash"
TOOK_TOO_LONG = "The file takes too long to read: its decoder was stopped"

# Not the file's fault as far as one can tell: Keepsight ended, or the system was short of memory.
STOPPED = "Its decoder was stopped before it was done"

# Decoders' own threads would outlive the time limit's arithmetic and the memory's: one file, one thread.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONIOENCODING": "utf-8",
}


# A core dump written elsewhere, a busy machine.
_DYING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a decoder may be at one file."""

    cpu_seconds: float = CPU_LIMIT_SECONDS
    clock_seconds: float = CLOCK_LIMIT_SECONDS


def _ended_by(returncode: int | None, signal_name: str) -> bool:
    """Whether a process was ended by a signal; never where there is no such signal (Windows), whatever the code."""
    number = getattr(signal, signal_name, None)
    return number is not None and returncode == -number


class _Process:
    """One decoder process and the pipes to it."""

    def __init__(self, command: list[str]) -> None:
        # The package may be found only through the path that this program was started with.
        path = os.pathsep.join(place for place in sys.path if place)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=sys.platform != "win32",  # Ctrl-C in a terminal is for Keepsight, which then ends this
        )
        self._timed_out = False
        self._was_stopped = False
        self._unwanted = False

    def ask(
        self, words: dict[str, Any], *, memory: MemoryBudget, limits: Limits
    ) -> tuple[dict[str, Any], messages.Blobs]:
        """Its answer. Raises PhotoSkipped when it died of the question or took too long; then it is dead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with ExitStack() as held:
            try:
                messages.send(self._process.stdin, {**words, "cpu_seconds": limits.cpu_seconds})  # type: ignore[arg-type]
                while True:
                    heard, blobs = self._hear(limits.clock_seconds)
                    if "hold" not in heard:
                        return heard, blobs
                    held.enter_context(memory.hold(int(heard["hold"])))
                    messages.send(self._process.stdin, {})  # type: ignore[arg-type]
            except (messages.ConversationEnded, OSError, ValueError) as error:
                self._end_of_its_own()
                if self._unwanted:
                    raise PhotoSkipped("Keepsight was closed while it was read", transient=True) from error
                log.warning("A decoder ended with %s on %s", self._process.returncode, words.get("path"))
                raise self._died() from error

    def _died(self) -> PhotoSkipped:
        """What the file is skipped for, by what the process died of."""
        if self._timed_out or _ended_by(self._process.returncode, "SIGPROF"):
            return PhotoSkipped(TOOK_TOO_LONG)
        if self._was_stopped:
            return PhotoSkipped(STOPPED, transient=True)
        return PhotoSkipped(CRASHED)

    def _hear(self, time_limit: float) -> tuple[dict[str, Any], messages.Blobs]:
        """What it says next. A pipe cannot be waited for with a limit everywhere, but its other end can be killed."""
        assert self._process.stdout is not None
        alarm = threading.Timer(time_limit, self._stop)
        alarm.daemon = True
        alarm.start()
        try:
            return messages.receive(self._process.stdout)  # type: ignore[arg-type]
        finally:
            alarm.cancel()
            alarm.join()

    def _stop(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _end_of_its_own(self) -> None:
        """Wait for what the process died of, which may take the system a moment to say; then clear up."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._was_stopped = _ended_by(self._process.wait(timeout=_DYING_SECONDS), "SIGKILL")
        self.end()

    def give_up(self) -> None:
        """End it whatever it is doing; what it is doing is not to blame."""
        self._unwanted = True
        self._process.kill()

    def end(self) -> None:
        """Make an end of it at once. Idempotent."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # It may hold words that nobody will hear.
                with contextlib.suppress(OSError):
                    pipe.close()


class DecoderPool:
    """Lends decoder processes to threads, at most `most` at a time; the others wait their turn."""

    def __init__(
        self,
        *,
        most: int,
        memory: MemoryBudget,
        limits: Limits | None = None,
        command: list[str] | None = None,
    ) -> None:
        self._memory = memory
        self._limits = limits or Limits()
        self._command = command or [sys.executable, "-m", "desktop_app.imaging.decoder_process"]
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()

    def ask(
        self, path: Path, words: dict[str, Any], read: Callable[[dict[str, Any], messages.Blobs], Answer]
    ) -> Answer:
        """What a decoder makes of a file, through `read`. Raises PhotoSkipped, also for a file that kills its decoder."""
        with self._places:
            process = self._taken()
            try:
                heard, blobs = process.ask({**words, "path": str(path)}, memory=self._memory, limits=self._limits)
            except BaseException:
                # Whatever it was in the middle of, the next file must not hear the rest of it.
                self._drop(process)
                raise
            self._give_back(process)
        if "skipped" in heard:
            raise PhotoSkipped(
                str(heard["skipped"]), is_photo=bool(heard["is_photo"]), transient=bool(heard["transient"])
            )
        try:
            return read(heard, blobs)
        except messages.ConversationEnded as error:
            raise PhotoSkipped(CRASHED) from error

    def trim(self) -> None:
        """End the idle processes but one, which makes the next file quick to open."""
        with self._lock:
            superfluous, self._idle = self._idle[1:], self._idle[:1]
        for process in superfluous:
            process.end()

    def close(self) -> None:
        """End every process; what they were reading is tried again later. The next question starts a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
            for process in self._busy:
                process.give_up()
        for process in idle:
            process.end()

    def _taken(self) -> _Process:
        with self._lock:
            process = self._idle.pop() if self._idle else None
            if process is None:
                process = self._started()
            self._busy.add(process)
            return process

    def _started(self) -> _Process:
        try:
            return _Process(self._command)
        except OSError as error:
            raise PhotoSkipped(f"The decoder could not be started: {error.strerror}", transient=True) from error

    def _give_back(self, process: _Process) -> None:
        with self._lock:
            self._busy.discard(process)
            self._idle.append(process)

    def _drop(self, process: _Process) -> None:
        process.end()
        with self._lock:
            self._busy.discard(process)
