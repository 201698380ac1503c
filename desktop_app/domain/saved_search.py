"""A question that the person keeps: a live album."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY
from desktop_app.domain.question import DEFAULT_WEIGHT, Question

SavedSearchId = NewType("SavedSearchId", int)
"""Row id of a saved search in one library."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A name and the question behind it, as text of the query language."""

    id: SavedSearchId
    name: str
    query: str
    sensitivity: float = DEFAULT_SENSITIVITY
    """Where its list ends, 0 to 1."""
    words_weight: float = DEFAULT_WEIGHT
    """0: only what photos show counts, 1: only what is written about them."""

    def question(self) -> Question:
        """What is asked."""
        return Question(self.query, sensitivity=self.sensitivity, words_weight=self.words_weight)
