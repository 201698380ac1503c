"""Features of the frozen backbone, for finding near-duplicates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from open_clip.model import CLIP

from recipe.architecture import IMAGE_SIZE
from recipe.image_tower import FrozenTrunk
from recipe.measure import PICTURE_SUFFIXES, open_upright
from recipe.pictures import PictureStore
from recipe.views import centre_view, to_tensor

BATCH = 64


def picture_features(model: CLIP, pictures: PictureStore, cache: Path) -> NDArray[np.float16]:
    """Pooled features float16 [N, 1280] of every picture's middle, kept in `cache`."""
    if not cache.exists():
        np.save(cache, _features(model, (pictures[number] for number in range(len(pictures)))))
    return np.asarray(np.load(cache))


def folder_features(model: CLIP, folder: Path) -> NDArray[np.float32]:
    """The same of every photo below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES)
    return _features(model, (np.asarray(open_upright(path)) for path in files)).astype(np.float32)


def _features(model: CLIP, pictures: Iterable[NDArray[np.uint8]]) -> NDArray[np.float16]:
    trunk = FrozenTrunk(model)
    device = next(model.parameters()).device
    rows = []
    for batch in _batches(pictures):
        views = to_tensor(np.stack([centre_view(pixels, IMAGE_SIZE) for pixels in batch]))
        _, pooled = trunk(views.to(device))
        rows.append(pooled.half().cpu().numpy())
    return np.concatenate(rows)


def _batches(pictures: Iterable[NDArray[np.uint8]]) -> Iterable[list[NDArray[np.uint8]]]:
    waiting: list[NDArray[np.uint8]] = []
    for pixels in pictures:
        waiting.append(pixels)
        if len(waiting) == BATCH:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
