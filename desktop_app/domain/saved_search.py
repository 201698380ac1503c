"""A question that the person keeps: a live album."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

SavedSearchId = NewType("SavedSearchId", int)
"""Row id of a saved search in one library."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A name and the question behind it, as text of the query language."""

    id: SavedSearchId
    name: str
    query: str
