"""What people and their programs wrote about a photo: keywords, stars, a title … in the file or in a sidecar beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

TagPath = tuple[str, ...]
"""A keyword with what it stands below, the most general first: ("Animals", "Dog"). Never empty."""

MOST_STARS = 5


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the globe, WGS 84."""

    latitude: float
    """Degrees north, -90 to 90."""
    longitude: float
    """Degrees east, -180 to 180."""
    altitude_m: float | None = None


@dataclass(frozen=True, slots=True)
class Annotations:
    """What one or several sources say of a photo. None and empty: they say nothing of it."""

    tags: tuple[TagPath, ...] = ()
    rating: int | None = None
    """Stars, 0 to 5."""
    label: str | None = None
    """A colour or another word that a program marks photos with: "Red"."""
    title: str | None = None
    description: str | None = None
    position: Position | None = None


def merged(sources: Iterable[Annotations]) -> Annotations:
    """All that sources say, the more trusted first: every keyword of any of them, single values from the first with one."""
    everything = tuple(sources)
    return Annotations(
        tags=joined_paths(path for source in everything for path in source.tags),
        rating=next((each.rating for each in everything if each.rating is not None), None),
        label=next((each.label for each in everything if each.label), None),
        title=next((each.title for each in everything if each.title), None),
        description=next((each.description for each in everything if each.description), None),
        position=next((each.position for each in everything if each.position is not None), None),
    )


def joined_paths(paths: Iterable[TagPath]) -> tuple[TagPath, ...]:
    """Keywords without repetition, upper and lower case alike; a bare one that also stands in a hierarchy means that place.

    "Marie Curie" beside ("People", "Marie Curie") is one keyword; "People" beside it is ("People",).
    """
    unique: dict[TagPath, TagPath] = {}
    for path in paths:
        unique.setdefault(_folded(path), path)
    places: dict[str, TagPath] = {}
    for path in sorted(unique.values(), key=len, reverse=True):
        for depth in range(len(path), 1, -1):
            places.setdefault(path[depth - 1].casefold(), path[:depth])
    placed = (places.get(path[0].casefold(), path) if len(path) == 1 else path for path in unique.values())
    return tuple({_folded(path): path for path in placed}.values())


def _folded(path: TagPath) -> TagPath:
    return tuple(name.casefold() for name in path)


def clean_keyword(text: str) -> str:
    """A keyword as it is kept: composed Unicode, white space single, nothing that cannot be seen; empty when nothing is left."""
    composed = unicodedata.normalize("NFC", text.split("\x00", 1)[0])
    return " ".join("".join(char for char in " ".join(composed.split()) if char.isprintable()).split())


def clean_path(names: Iterable[str]) -> TagPath:
    """A hierarchy of clean keywords, empty levels left out; () when nothing is left."""
    return tuple(name for name in map(clean_keyword, names) if name)


def clean_text(text: str | None) -> str | None:
    """A title or description: line breaks as single line feeds, ends trimmed, no control characters; None when nothing is left."""
    if text is None:
        return None
    lines = unicodedata.normalize("NFC", text.split("\x00", 1)[0]).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(char for char in line if char.isprintable() or char == "\t").rstrip() for line in lines)
    return "\n".join(kept).strip() or None
