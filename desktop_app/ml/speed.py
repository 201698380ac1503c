"""How many pictures a loaded model understands a second."""

from __future__ import annotations

import time

import numpy as np

from desktop_app.ml.embedder import Embedder

_BATCH = 8
"""Pictures per call: near a CPU's best rate, and a few seconds at most with the largest model."""

_LEAST_SECONDS = 0.5
"""Measured for at least so long, so that one hiccup of the machine does not make the figure."""


def images_per_second(embedder: Embedder) -> float:
    """The rate of the image tower alone, on noise (a tower's time does not depend on what it sees). Takes about a second."""
    side = embedder.spec.size
    pictures = np.random.default_rng(0).integers(0, 256, (_BATCH, side, side, 3), dtype=np.uint8)
    embedder.embed_images(pictures[:1])  # the first call prepares kernels and memory
    done, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < _LEAST_SECONDS:
        embedder.embed_images(pictures)
        done += _BATCH
    return done / passed
