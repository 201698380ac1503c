"""Everything the alignment learns from: which picture carries which texts and nouns, what is held out, what is excluded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recipe.annotations import HUMAN_CAPTIONED, Annotation
from recipe.pictures import PictureRow
from recipe.vocabulary import EVERYDAY_KINDS, frequent_nouns
from recipe.wordnet import NounDictionary

SPLIT_SEED = 7
"""The split stays the same whatever seed the training runs with, so that runs can be compared."""

FLICKR_VALIDATION_PICTURES = 200
VISUAL7W_VALIDATION_PICTURES = 500
DUPLICATE_SIMILARITY = 0.64
"""Cosine of centred backbone features from which two pictures count as near-duplicates. Compared by their pixels too, the
least similar copies (of other sizes and crops) had 0.65; most pictures above it are merely alike, and little is lost."""


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers: what is trained on, and what is held out by set."""

    training: NDArray[np.int64]
    flickr: NDArray[np.int64]
    visual7w: NDArray[np.int64]
    coco: NDArray[np.int64]

    @property
    def held_out(self) -> NDArray[np.int64]:
        """All validation rows."""
        return np.concatenate([self.flickr, self.visual7w, self.coco])


def split_rows(rows: Sequence[PictureRow], seed: int) -> Split:
    """Hold out 200 of flickr8k_part, 500 of visual7w and coco_mini's val2017 part, chosen by the seed."""
    chance = np.random.default_rng(seed)
    sets = np.array([row.set_name for row in rows])
    flickr = np.sort(chance.choice(np.flatnonzero(sets == "flickr8k_part"), FLICKR_VALIDATION_PICTURES, replace=False))
    visual7w = np.sort(chance.choice(np.flatnonzero(sets == "visual7w"), VISUAL7W_VALIDATION_PICTURES, replace=False))
    coco = np.array(
        [number for number, row in enumerate(rows) if row.set_name == "coco_mini" and row.split == "val2017"]
    )
    held_out = np.concatenate([flickr, visual7w, coco])
    return Split(np.setdiff1d(np.arange(len(rows)), held_out), flickr, visual7w, coco)


def near_duplicates(features: NDArray[np.float32], of: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows of `features` [N, D] nearly equal any row of `of` [M, D], by cosine after centring on the features' mean."""
    mean = features.mean(axis=0)
    ours, theirs = _unit(features - mean), _unit(of - mean)
    nearest = np.concatenate(
        [(ours[start : start + 4096] @ theirs.T).max(axis=1) for start in range(0, len(ours), 4096)]
    )
    return np.asarray(nearest >= DUPLICATE_SIMILARITY)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Concepts:
    """Single words as labels: what is known to be in each picture.

    `present` is bool [pictures, concepts]; `known` says whether absence from the picture's texts means anything: a caption
    speaks of everything, a label only against other labels.
    """

    names: tuple[str, ...]
    present: NDArray[np.bool_]
    known: NDArray[np.bool_]


def gather_concepts(annotations: Sequence[Annotation]) -> Concepts:
    """All frequent nouns of captions, all label phrases and all everyday kinds, with the pictures that show them."""
    label_words = {noun for annotation in annotations if not annotation.captioned for noun in annotation.nouns}
    caption_words = set(frequent_nouns(annotation.nouns for annotation in annotations if annotation.captioned))
    names = tuple(sorted(label_words | caption_words | set(EVERYDAY_KINDS)))
    column = {name: number for number, name in enumerate(names)}
    present = np.zeros((len(annotations), len(names)), dtype=bool)
    for row, annotation in enumerate(annotations):
        present[row, [column[noun] for noun in annotation.nouns if noun in column]] = True
    captioned = np.array([annotation.captioned for annotation in annotations])
    from_labels = np.array([name in label_words for name in names])
    known = captioned[:, None] | from_labels[None, :]
    return Concepts(names, present, known)


def with_implied(concepts: Concepts, nouns: NounDictionary) -> Concepts:
    """The same with what each word implies by its commonest meaning: a man is a person, a dog an animal."""
    meanings = {name: senses[0] for name in concepts.names if (senses := nouns.senses(name))}
    columns: dict[int, list[int]] = {}
    for column, name in enumerate(concepts.names):
        if name in meanings:
            columns.setdefault(meanings[name].offset, []).append(column)
    present = concepts.present.copy()
    for column, name in enumerate(concepts.names):
        if name in meanings:
            broader = [place for above in nouns.ancestors(meanings[name]) for place in columns.get(above, ())]
            present[:, broader] |= concepts.present[:, [column]]
    return Concepts(concepts.names, present, concepts.known | present)


def is_human_captioned(rows: Sequence[PictureRow]) -> NDArray[np.bool_]:
    """Which rows carry captions written by people."""
    return np.array([row.set_name in HUMAN_CAPTIONED for row in rows])
