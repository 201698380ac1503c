"""What a model is shown of a photo or video, and what its answers make of them: one vector each, and a video's moments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desktop_app.domain.indexing import MomentVector
from desktop_app.imaging.decoded import DecodedPhoto, Moment, Pixels
from desktop_app.ml.inference import Vectors
from desktop_app.ml.moment_index import mean_vector

Embedded = tuple[Vectors, tuple[MomentVector, ...]]
"""A unit vector [D] for the whole, and the moments of a video."""


def frames_of(photos: Sequence[DecodedPhoto]) -> Pixels:
    """Every picture, and every moment of every video, in order: uint8 [n, S, S, 3]."""
    return np.stack([frame for photo in photos for frame in _frames(photo.pixels, photo.moments)])


def by_photo(photos: Sequence[DecodedPhoto], vectors: Vectors) -> list[Embedded]:
    """The embeddings of `frames_of` the same photos, put back together."""
    return grouped([photo.moments for photo in photos], vectors)


def grouped(moments: Sequence[tuple[Moment, ...]], vectors: Vectors) -> list[Embedded]:
    """The same, from each photo's moments alone: none for a picture, which has one row."""
    found: list[Embedded] = []
    start = 0
    for of_photo in moments:
        rows = vectors[start : start + max(len(of_photo), 1)]
        start += len(rows)
        if not of_photo:
            found.append((rows[0], ()))
            continue
        kept = tuple(MomentVector(moment.second, row) for moment, row in zip(of_photo, rows, strict=True))
        found.append((mean_vector(rows), kept))
    return found


def _frames(pixels: Pixels, moments: tuple[Moment, ...]) -> list[Pixels]:
    return [moment.pixels for moment in moments] or [pixels]
