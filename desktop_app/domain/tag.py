"""Tags and who says that they are true of a photo."""

from __future__ import annotations

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


def clean_tag_name(name: str) -> str:
    """A tag name as it is stored: inner white space made single, ends trimmed. Raises ValueError when nothing is left."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise ValueError("a tag needs a name")
    return cleaned
