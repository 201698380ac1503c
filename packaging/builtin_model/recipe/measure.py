"""Measures a finished model folder the way a stranger would: through open_clip alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from desktop_app.ml import evaluation
from recipe.pictures import PictureStore

TEMPLATES = ("{}", "a photo of a {}", "a photo of the {}", "a picture of a {}")
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
BATCH = 32
SPEED_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in evaluation mode with its preprocessing and tokenizer."""

    model: Any
    preprocess: Any
    tokenizer: Any

    @torch.inference_mode()
    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """L2-normalised float32 [N, D] of pictures."""
        rows = []
        for start in range(0, len(pictures), BATCH):
            batch = torch.stack([self.preprocess(picture) for picture in pictures[start : start + BATCH]])
            batch = batch.contiguous(memory_format=torch.channels_last)
            rows.append(self.model.encode_image(batch, normalize=True).numpy())
        return np.concatenate(rows)

    @torch.inference_mode()
    def texts(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """L2-normalised float32 [N, D] of sentences."""
        rows = [
            self.model.encode_text(self.tokenizer(list(sentences[start : start + 256])), normalize=True).numpy()
            for start in range(0, len(sentences), 256)
        ]
        return np.concatenate(rows)

    def labels(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Prompt ensembles float32 [L, D] of label names over TEMPLATES."""
        sentences = [template.format(name) for template in TEMPLATES for name in names]
        return evaluation.mean_text_embeddings(self.texts(sentences).reshape(len(TEMPLATES), len(names), -1))


def load_folder(folder: Path) -> LoadedModel:
    """Load a `local-dir:` model with open_clip."""
    import open_clip

    name = f"local-dir:{folder}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    model.eval()
    model.visual.to(memory_format=torch.channels_last)
    return LoadedModel(model, preprocess, open_clip.get_tokenizer(name))


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """A folder of photos with a labels.tsv: file, labels joined by ", "."""

    files: tuple[str, ...]
    pictures: tuple[Image.Image, ...]
    labels: tuple[frozenset[str], ...]
    first_labels: tuple[str, ...]


def read_labelled(folder: Path) -> LabelledPhotos:
    """Read the photos that labels.tsv names, in its order."""
    rows = [line.split("\t") for line in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines() if line]
    names = [[name for name in row[1].split(", ") if name] if len(row) > 1 else [] for row in rows]
    return LabelledPhotos(
        tuple(row[0] for row in rows),
        tuple(open_upright(folder / row[0]) for row in rows),
        tuple(frozenset(labels) for labels in names),
        tuple(labels[0] if labels else "" for labels in names),
    )


def open_upright(path: Path) -> Image.Image:
    """A photo in RGB, turned as its EXIF orientation says."""
    with Image.open(path) as picture:
        return ImageOps.exif_transpose(picture).convert("RGB")


def everyday_figures(model: LoadedModel, photos: LabelledPhotos, vectors: NDArray[np.float32]) -> dict[str, float]:
    """Multi-label mAP over all labels that occur."""
    names = sorted(set().union(*photos.labels))
    present = np.array([[name in labels for name in names] for labels in photos.labels])
    similarities = vectors @ model.labels(names).T
    return {"mean_average_precision": evaluation.mean_average_precision(similarities, present)}


def class_figures(
    model: LoadedModel, photos: LabelledPhotos, vectors: NDArray[np.float32], classes: Sequence[str]
) -> dict[str, float]:
    """Zero-shot top-1 and top-5 over a class list; a photo's first label is its class."""
    truth = np.array([classes.index(label) for label in photos.first_labels])
    similarities = vectors @ model.labels(classes).T
    return {f"top_{rank}": evaluation.top_k_accuracy(similarities, truth, k=rank) for rank in (1, 5)}


def caption_figures(
    model: LoadedModel, pictures: PictureStore, rows: Sequence[int], captions: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Retrieval recalls between held-out pictures and their own captions."""
    vectors = model.images([Image.fromarray(pictures[row]) for row in rows])
    sentences = [(owner, caption) for owner, texts in enumerate(captions) for caption in texts]
    owners = np.array([owner for owner, _ in sentences])
    return evaluation.retrieval_recalls(vectors @ model.texts([text for _, text in sentences]).T, owners)


@dataclass(frozen=True, slots=True)
class SynonymResult:
    """R-precision of a common word and of another word for the same thing."""

    common: str
    other: str
    common_precision: float
    other_precision: float


def synonym_results(
    model: LoadedModel,
    folders: Sequence[tuple[LabelledPhotos, NDArray[np.float32]]],
    pairs: Sequence[tuple[str, str]],
) -> list[SynonymResult]:
    """Search photos by both words of each pair, in each folder that has the common word among its labels.

    Folders are searched apart, because each is complete only in its own labels; their R-precisions are averaged.
    """
    results = []
    for common, other in pairs:
        precisions = []
        for photos, vectors in folders:
            relevant = np.array([common in own for own in photos.labels])
            if relevant.any():
                words = model.labels([common, other])
                precisions.append([evaluation.r_precision(scores, relevant) for scores in (vectors @ words.T).T])
        if precisions:
            by_common, by_other = np.mean(precisions, axis=0)
            results.append(SynonymResult(common, other, float(by_common), float(by_other)))
    return results


def synonym_figures(results: Sequence[SynonymResult]) -> dict[str, float]:
    """Mean R-precisions, and the other words' as a share of the common words'."""
    common = float(np.mean([result.common_precision for result in results]))
    other = float(np.mean([result.other_precision for result in results]))
    return {"common_words": common, "unseen_words": other, "ratio": other / common, "pairs": float(len(results))}


@torch.inference_mode()
def images_per_second(model: Any, size: int) -> float:
    """Best throughput of an image tower on batches of 32 random pictures of `size` pixels, channels last."""
    batch = torch.rand(BATCH, 3, size, size).contiguous(memory_format=torch.channels_last)
    model.encode_image(batch)
    seconds = []
    for _ in range(SPEED_ROUNDS):
        started = time.perf_counter()
        model.encode_image(batch)
        seconds.append(time.perf_counter() - started)
    return BATCH / min(seconds)


def reference_images_per_second() -> float:
    """The same measure for ViT-B-32 with random weights, for the ratio."""
    import open_clip

    model = open_clip.create_model("ViT-B-32").eval()
    return images_per_second(model, 224)
