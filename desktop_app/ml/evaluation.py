"""Measures of an image-text model's quality, as pure functions of similarities.

All take cosine similarities (any increasing score will do) as float[images, texts] and return fractions between 0 and 1.
They need numpy only, so that the recipe of the built-in model, the command `models evaluate` and tests share them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
RECALL_RANKS = (1, 5, 10)
"""The ranks at which retrieval is customarily reported (Karpathy & Fei-Fei 2015)."""


def top_k_accuracy(similarities: Floats, true_classes: NDArray[np.integer], *, k: int) -> float:
    """Share of images whose true class is among the `k` best texts; `true_classes` holds int[images].

    A class with the same score as the true one counts as better, so that constant scores earn nothing.
    """
    _require_images(similarities)
    true_scores = np.take_along_axis(similarities, np.asarray(true_classes)[:, None], axis=1)
    better = (similarities >= true_scores).sum(axis=1) - 1
    return float((better < k).mean())


def average_precision(scores: Floats, relevant: NDArray[np.bool_]) -> float:
    """Area under the precision-recall curve of one ranking: mean of the precision at each relevant image.

    Equal scores are ranked with the irrelevant images first (the pessimistic order). ValueError if nothing is relevant.
    """
    relevant = np.asarray(relevant, dtype=bool)
    if not relevant.any():
        raise ValueError("average precision needs at least one relevant image")
    order = np.lexsort((relevant, -np.asarray(scores)))
    hits = relevant[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def mean_average_precision(similarities: Floats, present: NDArray[np.bool_]) -> float:
    """Multi-label mAP: `average_precision` over images for each label, averaged over the labels that occur.

    `present` is bool[images, labels]. ValueError if no label occurs.
    """
    _require_images(similarities)
    present = np.asarray(present, dtype=bool)
    occurring = np.flatnonzero(present.any(axis=0))
    if not len(occurring):
        raise ValueError("mean average precision needs at least one label that occurs")
    return float(np.mean([average_precision(similarities[:, label], present[:, label]) for label in occurring]))


def r_precision(scores: Floats, relevant: NDArray[np.bool_]) -> float:
    """Precision among the first R results, R being the number of relevant images (Manning et al. 2008, section 8.4)."""
    relevant = np.asarray(relevant, dtype=bool)
    total = int(relevant.sum())
    if not total:
        raise ValueError("R-precision needs at least one relevant image")
    order = np.lexsort((relevant, -np.asarray(scores)))
    return float(relevant[order[:total]].mean())


def text_to_image_recall(similarities: Floats, image_of_text: NDArray[np.integer], *, k: int) -> float:
    """Share of texts whose own image is among the `k` most similar images; `image_of_text` holds int[texts]."""
    return top_k_accuracy(np.asarray(similarities).T, image_of_text, k=k)


def image_to_text_recall(similarities: Floats, image_of_text: NDArray[np.integer], *, k: int) -> float:
    """Share of images with at least one of their own texts among the `k` most similar texts.

    Images without a text are left out; a foreign text with an equal score counts as better.
    """
    _require_images(similarities)
    owners = np.asarray(image_of_text)
    found = []
    for image in np.unique(owners):
        own = owners == image
        best_own = similarities[image, own].max()
        found.append(int((similarities[image, ~own] >= best_own).sum()) < k)
    return float(np.mean(found))


def retrieval_recalls(
    similarities: Floats, image_of_text: NDArray[np.integer], *, ranks: Sequence[int] = RECALL_RANKS
) -> dict[str, float]:
    """Recalls in both directions at the given ranks, keyed "text_to_image_r10" and so on."""
    figures = {}
    for rank in ranks:
        figures[f"text_to_image_r{rank}"] = text_to_image_recall(similarities, image_of_text, k=rank)
        figures[f"image_to_text_r{rank}"] = image_to_text_recall(similarities, image_of_text, k=rank)
    return figures


def mean_text_embeddings(embeddings: Floats) -> NDArray[np.float32]:
    """Prompt ensemble (Radford et al. 2021): float[templates, texts, D] to the L2-normalised means float32[texts, D]."""
    normalised = embeddings / np.linalg.norm(embeddings, axis=-1, keepdims=True)
    mean: NDArray[np.float64] = normalised.mean(axis=0, dtype=np.float64)
    return np.asarray(mean / np.linalg.norm(mean, axis=-1, keepdims=True), dtype=np.float32)


def _require_images(similarities: Floats) -> None:
    if similarities.ndim != 2 or not len(similarities):
        raise ValueError(f"similarities must be [images, texts] with at least one image, not {similarities.shape}")
