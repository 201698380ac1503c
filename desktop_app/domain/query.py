"""What a person asks for: meaning (words or pictures) within filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.query_terms import FilterLeaf, RankedLeaf
from desktop_app.domain.tag import TagId


@dataclass(frozen=True, slots=True)
class HasTag:
    """Photos with this tag, accepted or suggested."""

    tag_id: TagId


@dataclass(frozen=True, slots=True)
class InFolder:
    """Photos with a file in this folder of a root, or below it. An empty `folder` is the whole root."""

    root_id: RootId
    folder: str = ""


@dataclass(frozen=True, slots=True)
class InStack:
    """A photo that leads a stack, and those that stand behind it."""

    leader: PhotoId


@dataclass(frozen=True, slots=True)
class And:
    """Photos that satisfy every part. No parts: every photo."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Photos that satisfy at least one part. No parts: no photo."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Photos that do not satisfy the part."""

    part: Expression


Expression = HasTag | InFolder | InStack | FilterLeaf | RankedLeaf | And | Or | Not
"""A whole question as a tree."""

Filter = Expression
"""A tree without a `RankedLeaf`: true or false of every photo (`is_filter` tells)."""


def is_filter(expression: Expression) -> bool:
    """Whether the tree is true or false of every photo, with no term of degree in it."""
    if isinstance(expression, And | Or):
        return all(is_filter(part) for part in expression.parts)
    if isinstance(expression, Not):
        return is_filter(expression.part)
    return not isinstance(expression, RankedLeaf)


@dataclass(frozen=True, slots=True)
class Query:
    """Free text and example pictures rank by meaning; `where` decides what is ranked at all.

    With no text and no picture the result is every photo that passes `where`, newest first.
    """

    text: str = ""
    like: tuple[PhotoId, ...] = ()
    """Photos of the library to find more like."""
    image: Path | None = None
    """A picture file from anywhere to find more like."""
    where: Filter = And(())

    @property
    def has_meaning(self) -> bool:
        """True when there is something to rank by."""
        return bool(self.text.strip() or self.like or self.image)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Photos, best first. `scores` and `probabilities` are as long as `photo_ids`, or empty for an unranked list."""

    photo_ids: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    """Cosine similarity, -1 to 1."""
    probabilities: npt.NDArray[np.float32]
    """That the photo shows what was asked for, 0 to 1."""
    searched: int
    """Photos that could be ranked (have an embedding and pass the filter)."""
    total: int
    """Photos that pass the filter, ranked or not."""
    seconds: float
    moments: Mapping[PhotoId, float] = field(default_factory=dict)
    """Of the videos among the photos: the second at which each matches best."""
    note: str = ""
    """Something the person should know of this answer: that the model does not speak the query's language."""

    @property
    def partial(self) -> bool:
        """True while some photos still wait for their embedding."""
        return self.searched < self.total


def tags_filter(*, every: tuple[TagId, ...] = (), some: tuple[TagId, ...] = (), none: tuple[TagId, ...] = ()) -> Filter:
    """All of `every`, at least one of `some` (when given), none of `none`."""
    parts: list[Filter] = [HasTag(tag) for tag in every]
    if some:
        parts.append(Or(tuple(HasTag(tag) for tag in some)))
    parts.extend(Not(HasTag(tag)) for tag in none)
    return And(tuple(parts))
