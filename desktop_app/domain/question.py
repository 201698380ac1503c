"""What a person asks in the search box, and the answer: a list that ends, with a probability and a reason for each photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, SearchResult
from desktop_app.domain.query_terms import NOWHERE, Span

DEFAULT_WEIGHT = 0.5
"""Both sides of a scale count the same."""


@dataclass(frozen=True, slots=True)
class Question:
    """Text of the query language, example pictures, and the controls beside them."""

    text: str = ""
    like: tuple[PhotoId, ...] = ()
    """Photos of the library to find more like."""
    image: Path | None = None
    """A picture file from anywhere to find more like."""
    where: Filter = field(default=And(()))
    """Filters that the window keeps beside the text: ticked tags, a folder."""
    picture_weight: float = DEFAULT_WEIGHT
    """0: the words decide, 1: the pictures decide; between, both do. Of no account when only one is there."""
    words_weight: float = DEFAULT_WEIGHT
    """0: only what photos show counts, 1: only what is written about them."""
    sensitivity: float = DEFAULT_SENSITIVITY
    """0: only the surest, 1: whatever might match."""
    generosity: float | None = None
    """How far a list goes on once it has begun, on the scale of `sensitivity`; None: as far as that says."""
    stacks: bool = False
    """List a stack as one: by its leader, wherever that passes the filters too."""
    everything: bool = False
    """List all photos that pass the filters, best first, instead of ending the list."""


class EndedBy(StrEnum):
    """Why a list ends where it does."""

    CUT_OFF = "cut-off"
    """What matches is listed; the rest does not match."""
    LIMIT = "limit"
    NOTHING_MATCHES = "nothing matches"


@dataclass(frozen=True, slots=True)
class Answer:
    """The photos that match, best first, and what to say about the list."""

    result: SearchResult
    """What the grid shows."""
    ended_by: EndedBy
    matches: int
    """Photos that match, listed or beyond the limit."""
    nearest: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """When nothing matches: the photos that come nearest, best first."""
    nearest_probabilities: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))


class ReasonKind(StrEnum):
    """What speaks for a photo."""

    MEANING = "meaning"
    WORDS = "words"
    FILTER = "filter"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of the question and what it says of one photo."""

    kind: ReasonKind
    term: str
    """As the query language writes it."""
    probability: float
    """That the term is true of the photo; 0 or 1 for filters and words."""
    negated: bool = False
    found: tuple[str, ...] = ()
    """For words: the texts they stand in, each with its field: "tag: beach"."""
    span: Span = NOWHERE
    """Where the term stands in the typed text."""
