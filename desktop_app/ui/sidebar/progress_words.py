"""What the indexer is doing, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain.library import RootInfo
from desktop_app.domain.progress import IndexPhase, IndexProgress
from desktop_app.ui.wording import counted, duration, number


@dataclass(frozen=True, slots=True)
class ProgressWords:
    """Two lines and a bar. `fraction` is 0 to 1, None for "busy, no telling how long"; `bar` False hides it."""

    headline: str
    detail: str = ""
    fraction: float | None = None
    bar: bool = True


def progress_words(progress: IndexProgress, roots: Sequence[RootInfo]) -> ProgressWords:
    """What the panel says of this snapshot; while nothing runs, of the folders that are watched."""
    match progress.phase:
        case IndexPhase.IDLE:
            return ProgressWords(idle_line(roots), progress.note, bar=False)
        case IndexPhase.SCANNING if progress.done == 0:
            return ProgressWords("Looking for photos…", _files(progress))
        case IndexPhase.PREPARING:
            return ProgressWords("Getting the model ready…", _files(progress))
        case IndexPhase.SWITCHING:
            return ProgressWords(f"New model: {done_of(progress)}", _pace(progress), _fraction(progress))
        case IndexPhase.PAUSED:
            return ProgressWords("Paused", done_of(progress), _fraction(progress))
        case _:
            return ProgressWords(f"Understanding {done_of(progress)}", _pace(progress), _fraction(progress))


def idle_line(roots: Sequence[RootInfo]) -> str:
    """What is watched while nothing runs."""
    if not roots:
        return "No folders yet"
    away = sum(root.watching == "offline" for root in roots)
    watched = sum(root.watching in ("events", "polling") for root in roots)
    parts = []
    if watched:
        parts.append(f"Watching {counted(watched, 'folder')}")
    if away:
        parts.append(f"{counted(away, 'folder')} away")
    return " · ".join(parts) or "Up to date"


def done_of(progress: IndexProgress) -> str:
    """Done of to do: "1,204 of 5,310"."""
    return f"{number(progress.done)} of {number(max(progress.to_do, progress.done))}"


def _files(progress: IndexProgress) -> str:
    return counted(progress.found, "file") if progress.found else ""


def _pace(progress: IndexProgress) -> str:
    parts = []
    if progress.photos_per_second:
        rate = progress.photos_per_second
        parts.append(f"{rate:.0f} photos/s" if rate >= 10 else f"{rate:.1f} photos/s")
    if progress.eta_seconds is not None:
        parts.append(f"{duration(progress.eta_seconds)} left")
    return progress.note or " · ".join(parts)


def _fraction(progress: IndexProgress) -> float | None:
    return min(1.0, progress.done / progress.to_do) if progress.to_do else None
