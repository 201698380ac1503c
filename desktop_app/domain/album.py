"""Albums: photos that a person puts together by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

AlbumId = NewType("AlbumId", int)


@dataclass(frozen=True, slots=True)
class Album:
    """A named set of photos. A photo may be in several."""

    id: AlbumId
    name: str
    photos: int
    """How many of its photos the library lists."""
