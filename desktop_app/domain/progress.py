"""How far a run of the indexer is, and when it will be done."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class IndexPhase(StrEnum):
    """What the indexer is doing."""

    IDLE = "idle"
    SCANNING = "scanning"
    """Looking for files; the total is not known yet."""
    PREPARING = "preparing"
    """Loading the model."""
    INDEXING = "indexing"
    SWITCHING = "switching"
    """Building the embeddings of the model that is to serve next."""
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """A snapshot of the indexer, sent at most 30 times a second."""

    phase: IndexPhase = IndexPhase.IDLE
    found: int = 0
    """Files seen by the scan so far."""
    to_do: int = 0
    """Files that need reading (new or changed)."""
    done: int = 0
    """Of `to_do`: finished, skipped ones included."""
    skipped: int = 0
    photos_per_second: float | None = None
    eta_seconds: float | None = None
    """None while the scan goes on or no rate is known."""
    note: str = ""
    """Something a person should see: a device that could not be used, a folder that is away."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run did. Every file found is in exactly one of added, modified, moved, reused, skipped."""

    added: int = 0
    """Files whose bytes were not in the library."""
    modified: int = 0
    """Files at a known path with new bytes."""
    moved: int = 0
    """Known bytes at a new path, gone from their old one."""
    reused: int = 0
    """Files with nothing to do: unchanged, or a copy of a photo already there."""
    missing: int = 0
    """Files of the library that this run found gone."""
    embedded: int = 0
    """Embeddings computed in this run."""
    skipped: int = 0
    seconds: float = 0.0
    photos_per_second: float = 0.0
    """Photos read and embedded per second of the run."""
    model: str = ""
    device: str = ""
    cancelled: bool = False
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> int:
        """Files the scan saw."""
        return self.added + self.modified + self.moved + self.reused + self.skipped


@dataclass(frozen=True, slots=True)
class SwitchProgress:
    """How far the embeddings of the model that is to serve next have come."""

    model: str
    """Its name in the catalogue."""
    done: int
    """Photos that it has embedded."""
    total: int
    """Photos that it has to embed before it serves: all that are there at present."""
    photos_per_second: float | None = None
    eta_seconds: float | None = None


class DownloadState(StrEnum):
    """What a download is doing, or how it ended."""

    STARTING = "starting"
    DOWNLOADING = "downloading"
    CHECKING = "checking"
    """Comparing what came with its checksum."""
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """A snapshot of one model's download."""

    model: str
    """Its name in the catalogue."""
    state: DownloadState
    done_bytes: int = 0
    total_bytes: int | None = None
    """None until the hub has said how much there is."""
    bytes_per_second: float | None = None
    eta_seconds: float | None = None
    problem: str = ""
    """Why it failed, in plain words; empty otherwise."""


class RateMeter:
    """Items per second over the last `window` seconds, so that the ETA follows what is happening now."""

    def __init__(self, *, window: float = 20.0) -> None:
        self._window = window
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, now: float, done: int) -> None:
        """Note that `done` items were finished by the time `now` (seconds of a monotonic clock)."""
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self._window:
            self._marks.popleft()

    def rate(self) -> float | None:
        """Items per second, or None before two marks with time between them."""
        if len(self._marks) < 2:
            return None
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start and last > first else None
