"""Tags and who says that they are true of a photo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

TagId = NewType("TagId", int)


class TagSource(StrEnum):
    """Who assigned a tag. A person's decision always outranks a machine's."""

    PERSON = "person"
    ZERO_SHOT = "zero-shot"
    LEARNED = "learned"
    FILE = "file"


class TagState(StrEnum):
    """What is held of an assignment at present."""

    ACCEPTED = "accepted"
    SUGGESTED = "suggested"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Tag:
    """A label that photos can have."""

    id: TagId
    name: str
    group: str
    """Heading in the sidebar: "Animals", "Food"; "My tags" for the person's own."""
    parent_id: TagId | None = None
    colour: str | None = None
    """"#rrggbb", or None for none of its own."""
    threshold: float | None = None
    """Probability from which a machine's word is accepted; None: the library's rule."""
    looked_for: bool = False
    """Models score photos for it; otherwise it is the person's to give."""
    sensitive: bool = False
    """Its photos can be blurred until they are asked for."""


@dataclass(frozen=True, slots=True)
class TagDefinition:
    """All that is known of a tag: what it is called, and how a model is asked for it."""

    tag: Tag
    aliases: tuple[str, ...] = ()
    """Other words for it, by name; no other tag has them as name or alias."""
    templates: tuple[str, ...] | None = None
    """The person's own prompt templates; None: those of the vocabulary or its group."""
    vocabulary_names: tuple[str, ...] = ()
    """Names under which the starter vocabulary has it, whatever the person calls it now; several after a merge."""


@dataclass(frozen=True, slots=True)
class TagDraft:
    """A tag as a person defines it."""

    name: str
    parent: str | None = None
    """Name or alias of another tag."""
    aliases: tuple[str, ...] = ()
    templates: tuple[str, ...] | None = None
    """Prompts, with {} for the name or {a} for the name and its article; a whole sentence without either is fine."""
    colour: str | None = None
    threshold: float | None = None
    group: str | None = None
    """None: the parent's, or the person's own."""
    looked_for: bool = True
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class AssignedTag:
    """One tag on one photo, with its provenance."""

    tag: Tag
    source: TagSource
    state: TagState
    probability: float | None
    """The machine's probability, 0 to 1; None where no machine was asked."""


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many photos have it (accepted or suggested)."""

    tag: Tag
    count: int


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag and how many photos of a selection have it."""

    tag: Tag
    accepted: int
    suggested: int


PERSONAL_GROUP = "My tags"
"""Group of the tags that a person made."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def clean_colour(colour: str) -> str:
    """A colour as it is stored, "#rrggbb". Raises ValueError for anything else."""
    cleaned = colour.strip().lower()
    if not _COLOUR.fullmatch(cleaned):
        raise ValueError(f"{colour!r} is not a colour like #2f80ed")
    return cleaned


def clean_tag_name(name: str) -> str:
    """A tag name as it is stored: inner white space made single, ends trimmed. Raises ValueError when nothing is left."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise ValueError("a tag needs a name")
    return cleaned
