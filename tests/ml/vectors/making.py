"""Vectors and files that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from desktop_app.ml.vectors.layout import Header
from desktop_app.ml.vectors.storage import FileStorage, MemoryStorage
from desktop_app.ml.vectors.vector_file import VectorFile

BANK_SEED = 99
LINEAGE, BANK_KEY = 4711, 8


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)).astype(np.float32)


def random_units(seed: int, count: int, dimension: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)))


def photo_like(seed: int, count: int, dimension: int) -> np.ndarray:
    """As CLIP's vectors are: a common part with a few very large components, and clusters of photos alike."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=dimension) * 0.02
    common[:3] = (0.7, -0.3, 0.2)
    centres = generator.normal(size=(40, dimension)) * 0.02
    return unit(common + centres[generator.integers(0, 40, count)] + generator.normal(size=(count, dimension)) * 0.01)


def filled(
    vectors: np.ndarray, *, ids: np.ndarray | None = None, path: Path | None = None
) -> tuple[VectorFile, np.ndarray]:
    """A committed file of vectors, in memory unless a path is given, and the bank it was made with."""
    bank = random_units(BANK_SEED, 20, vectors.shape[1])
    mean = vectors[:1000].mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
    storage = MemoryStorage() if path is None else FileStorage(path)
    file = VectorFile.made(storage, Header(LINEAGE, BANK_KEY, len(vectors), mean.astype(np.float32)))
    file.append(np.arange(len(vectors)) if ids is None else ids, vectors, bank)
    file.write_commit(revision=0, token=0)
    return file, bank
