"""What there is to say about a library as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.photo import RootId
from desktop_app.domain.progress import SwitchProgress


@dataclass(frozen=True, slots=True)
class RootInfo:
    """One watched folder."""

    root_id: RootId
    path: Path
    photos: int
    """Photos with a file in it."""
    watching: str = "off"
    """"events", "polling", "offline" (the folder is away) or "off" (nobody watches in this process)."""
    watch_note: str = ""
    """Why it is polled, as a part of a sentence; empty when it is not."""


@dataclass(frozen=True, slots=True)
class FolderCount:
    """One folder below a root."""

    root_id: RootId
    folder: str
    """Relative to the root, forward slashes; empty for the root itself."""
    photos: int
    """In it and below it."""


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """The library in numbers."""

    photos: int
    embedded: int
    pending: int
    """Photos that the active model has not seen yet."""
    missing: int
    """Photos with no file left in folders that are there."""
    skipped: int
    tags: int
    """Different tags that at least one photo has."""
    model: str
    library: Path
    offline: int = 0
    """Photos whose files are all on drives that are away."""
    switch: SwitchProgress | None = None
    """The change to another model that is under way, or None."""
