"""Features of the frozen backbone: for finding near-duplicates, and for the first phase of the alignment."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP

from recipe.architecture import IMAGE_SIZE
from recipe.image_tower import pooled_features
from recipe.measure import PICTURE_SUFFIXES, open_upright
from recipe.pictures import PictureStore
from recipe.views import centre_view, to_tensor

BATCH = 64


def centre_features(model: CLIP, pictures: PictureStore, cache: Path) -> NDArray[np.float16]:
    """Pooled features float16 [N, 1280] of every picture's centre view, kept in `cache`."""
    if not cache.exists():
        np.save(cache, _features(model, (pictures[number] for number in range(len(pictures)))))
    return np.asarray(np.load(cache))


def folder_features(model: CLIP, folder: Path) -> NDArray[np.float32]:
    """The same of every photo below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES)
    return _features(model, (np.asarray(open_upright(path)) for path in files)).astype(np.float32)


@torch.inference_mode()
def _features(model: CLIP, pictures: Iterable[NDArray[np.uint8]]) -> NDArray[np.float16]:
    model.visual.to(memory_format=torch.channels_last)
    device = next(model.parameters()).device
    rows = []
    for batch in _batches(pictures):
        views = to_tensor(np.stack([centre_view(pixels, IMAGE_SIZE) for pixels in batch]))
        rows.append(pooled_features(model, views.to(device)).half().cpu().numpy())
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
