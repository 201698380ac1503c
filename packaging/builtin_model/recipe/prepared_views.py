"""Random views of the training pictures, each read once: what the frozen lower blocks and the frozen backbone make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from open_clip.model import CLIP

from recipe.image_tower import FEATURES, FrozenTrunk
from recipe.pictures import PictureStore
from recipe.views import jittered, random_view, to_tensor

VIEW_SIZES = (160, 192, 160, 192, 160, 192)
"""One size for each view of a picture. Smaller than at use, because crops magnify: so things appear about as large as they do
in whole photos at 224 (Touvron et al. 2019). Nor are the small pictures blown up more than need be."""

SMALLEST_CROP = 0.35
"""Crops of at least half the area, squeezed like whole photos at use, taught less: they differ too little from each other."""

LOW_CHANNELS = 64
STRIDE = 16
BATCH = 128


@dataclass(frozen=True, slots=True)
class PreparedView:
    """One view of every training picture, mapped from disk.

    `low` float16 [rows, S/16, S/16, 64] comes from the frozen lower blocks, `pooled` float16 [rows, 1280] from the whole
    frozen backbone.
    """

    low: NDArray[np.float16]
    pooled: NDArray[np.float16]


def prepare_views(
    model: CLIP,
    pictures: PictureStore,
    rows: NDArray[np.int64],
    folder: Path,
    *,
    seed: int,
    report: Callable[[str], None],
    sizes: Sequence[int] = VIEW_SIZES,
) -> list[PreparedView]:
    """A view of the pictures `rows` for each of `sizes`, kept in `folder`; those that are there already are not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    trunk = FrozenTrunk(model)
    views = []
    for number, size in enumerate(sizes):
        low, pooled = folder / f"low{number}.npy", folder / f"pooled{number}.npy"
        if not pooled.exists():
            report(f"view {number + 1} of {len(sizes)}, {size} px, of {len(rows)} pictures")
            _make(
                trunk,
                pictures,
                rows,
                low=low,
                pooled=pooled,
                size=size,
                chance=np.random.default_rng((seed, 3, number)),
            )
        views.append(PreparedView(np.load(low, mmap_mode="r"), np.load(pooled, mmap_mode="r")))
    return views


def _make(
    trunk: FrozenTrunk,
    pictures: PictureStore,
    rows: NDArray[np.int64],
    *,
    low: Path,
    pooled: Path,
    size: int,
    chance: np.random.Generator,
) -> None:
    side = size // STRIDE
    lows = np.lib.format.open_memmap(low, "w+", dtype=np.float16, shape=(len(rows), side, side, LOW_CHANNELS))
    all_pooled = np.empty((len(rows), FEATURES), dtype=np.float16)
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(rows), BATCH):
            part = slice(start, min(start + BATCH, len(rows)))
            seeds = chance.spawn(part.stop - part.start)
            cut = pool.map(
                lambda row, own: random_view(pictures[row], size, own, smallest=SMALLEST_CROP), rows[part], seeds
            )
            features, embedded = trunk(jittered(to_tensor(np.stack(list(cut))), chance))
            lows[part] = features.permute(0, 2, 3, 1).half().numpy()
            all_pooled[part] = embedded.half().numpy()
    lows.flush()
    partial = pooled.with_suffix(".partial.npy")
    np.save(partial, all_pooled)
    partial.replace(pooled)
