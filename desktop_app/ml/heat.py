"""From patch features to how much each part of a picture says of a text. Numpy only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]

# Cells of the map along the picture's short side. Some five for each patch: neighbours then run into each other smoothly.
_CELLS = 48
_MOST_CELLS = 240

# A window's edge counts this much of its middle: there a patch sees half of what surrounds it.
_EDGE_WEIGHT = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """One window of a picture as a model saw it."""

    box: Box
    """Left, top, right, bottom, as parts of the picture's width and height."""
    level: int
    """Windows of one level cover the picture; levels differ in how closely they look, and count the same."""
    features: Vectors
    """float32 [rows, columns, D], L2-normalised."""


def leads(windows: Sequence[LookedAt], text: Vectors, *, bank: Vectors, aspect: float) -> Vectors:
    """How much more each part of a picture says of a text [D] than of the background captions [B, D].

    float32 [rows, columns] over the whole picture, whose width is `aspect` times its height, in standard deviations of
    the picture's similarities to the captions: so that models with narrow and wide similarities come out alike.
    """
    background = bank.mean(axis=0)
    shape = _shape(aspect)
    by_level: dict[int, list[tuple[Box, Vectors]]] = {}
    for window in windows:
        by_level.setdefault(window.level, []).append((window.box, window.features @ (text - background)))
    whole = np.mean([_laid_together(parts, shape) for parts in by_level.values()], axis=0)
    spread = float(np.mean([(window.features @ bank.T).std(axis=-1).mean() for window in windows]))
    return np.asarray(whole / max(spread, 1e-6), np.float32)


def _shape(aspect: float) -> tuple[int, int]:
    long = min(round(_CELLS * max(aspect, 1.0 / aspect)), _MOST_CELLS)
    return (_CELLS, long) if aspect >= 1.0 else (long, _CELLS)


def _laid_together(parts: Iterable[tuple[Box, Vectors]], shape: tuple[int, int]) -> Vectors:
    """Maps of windows on one canvas; where windows overlap, the one that has the place nearer its middle counts more."""
    sum_, weights = np.zeros(shape, np.float32), np.full(shape, 1e-9, np.float32)
    for (left, top, right, bottom), part in parts:
        rows, down = _drawn(shape[0], top, end=bottom, patches=part.shape[0])
        columns, across = _drawn(shape[1], left, end=right, patches=part.shape[1])
        weight = np.outer(down, across)
        sum_ += weight * (rows @ part @ columns.T)
        weights += weight
    return sum_ / weights


def _drawn(cells: int, start: float, *, end: float, patches: int) -> tuple[Vectors, Vectors]:
    """How patches from `start` to `end` (of 0 to 1) give the cells of an axis: linear interpolation [cells, patches], and
    the weight of each cell [cells], 0 outside.
    """
    inside = ((np.arange(cells) + 0.5) / cells - start) / max(end - start, 1e-9)
    place = np.clip(inside * patches - 0.5, 0.0, patches - 1.0)
    distance = np.abs(place[:, None] - np.arange(patches)[None, :])
    weight = np.where((inside > 0.0) & (inside < 1.0), np.minimum(inside, 1.0 - inside) * 2.0 + _EDGE_WEIGHT, 0.0)
    return np.clip(1.0 - distance, 0.0, 1.0).astype(np.float32), weight.astype(np.float32)
