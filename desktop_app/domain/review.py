"""Going through what a machine says, one photo after the other."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagState


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A photo that a machine says has a tag, waiting for the person's word."""

    photo_id: PhotoId
    probability: float
    state: TagState
