"""What Keepsight has to say about a photo to other programs, and what saying it would change in a sidecar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.annotations import Position, TagPath


class Detail(StrEnum):
    """What can be said of a photo beside its tags. A person may have decided each."""

    RATING = "rating"
    TITLE = "title"
    DESCRIPTION = "description"


class SidecarNaming(StrEnum):
    """What a sidecar is called."""

    AUTOMATIC = "auto"
    """As the one that is there; else as most others in the library."""
    FULL_NAME = "name.jpg.xmp"
    """The photo's whole name: digiKam's and darktable's way."""
    STEM = "name.xmp"
    """The photo's name without its ending: Lightroom's and Bridge's way."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the library holds of one photo and other programs may know."""

    tags: tuple[TagPath, ...] = ()
    """Accepted tags with what they stand below, the most general first."""
    dropped: frozenset[str] = frozenset()
    """Case-folded names that the person rejected, or that are other names of `tags`: taken off where they are found."""
    placed: frozenset[str] = frozenset()
    """Case-folded names of those `tags` that the person put where they stand: a sidecar that says otherwise is corrected."""
    other_names: frozenset[tuple[str, str]] = frozenset()
    """Each other name of `tags`, and the tag's name, both case-folded."""
    rating: int = 0
    title: str | None = None
    description: str | None = None
    position: Position | None = None
    decided: frozenset[Detail] = frozenset()
    """What the person themselves set: it outranks a sidecar; anything else only fills what a sidecar leaves open."""

    def is_worth_a_file(self) -> bool:
        """Whether there is anything that a photo's own file would not say: a new sidecar is not made for a place alone."""
        return bool(self.tags or self.rating or self.title or self.description)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference that writing would make, in words."""

    field: str
    """"keywords", "rating", "title", "description" or "place"."""
    before: str
    after: str
