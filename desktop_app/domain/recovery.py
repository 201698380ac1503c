"""Photos whose files are gone, and what they may have become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.domain.photo import PhotoId

SAME_SCENE = 0.75
"""Cosine similarity from which two photos of one camera and one second are offered as the same: crops and colour edits of a
photo stay above it with the models of the catalogue, other views of the same place mostly below. The person decides."""


@dataclass(frozen=True, slots=True)
class MissingPhoto:
    """A photo that no file holds any more, though the folders it was in are there."""

    photo_id: PhotoId
    path: Path
    """Where it was last."""
    since: datetime
    """When it was missed first."""


@dataclass(frozen=True, slots=True)
class ProbablySame:
    """A missing photo, and one that came later, of the same camera and second, that looks like it."""

    missing: MissingPhoto
    found_id: PhotoId
    found_path: Path
    similarity: float
    """Cosine similarity of the two embeddings."""
