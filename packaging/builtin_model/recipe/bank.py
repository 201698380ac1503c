"""Puts every text that the alignment needs through the finished text tower, once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP

from desktop_app.ml import evaluation
from recipe.annotations import Annotation
from recipe.dataset import Concepts
from recipe.losses import TextTargets
from recipe.measure import TEMPLATES
from recipe.text_tower import encode_sentences
from recipe.vocabulary import EVERYDAY_KINDS, ImageNetClass, everyday_membership
from recipe.wordnet import NounDictionary

LABEL_TEMPLATES = ("a photo of a {}", "{}", "a photo of the {}", "a picture of a {}", "a {}")
KIND_SHARE = 0.2
"""How much of "bird" is said with "house finch". With 0.3 fewer single things get their own name, with none fewer birds are
found as birds."""

TEXTLESS = "a photo"
"""What is said of a picture none of whose statements could be used; its nouns and classes still count."""


def picture_texts(annotation: Annotation) -> tuple[str, ...]:
    """The texts a picture is contrasted with: its captions, or its label phrases in every template."""
    if annotation.captioned:
        return annotation.texts or (TEXTLESS,)
    return tuple(template.format(phrase) for phrase in annotation.texts for template in LABEL_TEMPLATES)


def build_targets(
    model: CLIP,
    annotations: Sequence[Annotation],
    concepts: Concepts,
    classes: Sequence[ImageNetClass],
    nouns: NounDictionary,
) -> TextTargets:
    """Embed the captions and label phrases, the 1,000 classes and the single words."""
    texts = [picture_texts(annotation) for annotation in annotations]
    bank = sorted({text for own in texts for text in own})
    place = {text: number for number, text in enumerate(bank)}
    return TextTargets(
        bank=torch.from_numpy(encode_sentences(model, bank)),
        texts_of=tuple(np.array([place[text] for text in own]) for own in texts),
        classes=torch.from_numpy(class_embeddings(model, classes)),
        concepts=torch.from_numpy(_by_template(model, concepts.names)),
        kind_members=kind_members(classes, nouns),
    )


def kind_members(classes: Sequence[ImageNetClass], nouns: NounDictionary) -> torch.Tensor:
    """Float [kinds, 1000]: which classes show an everyday kind."""
    return torch.from_numpy(everyday_membership(nouns, list(classes)).astype(np.float32))


def prompt_ensembles(model: CLIP, names: Sequence[str]) -> NDArray[np.float32]:
    """Float32 [N, 512], normalised: the mean of each name's embeddings over TEMPLATES."""
    return evaluation.mean_text_embeddings(_by_template(model, names))


def class_embeddings(model: CLIP, classes: Sequence[ImageNetClass]) -> NDArray[np.float32]:
    """Float32 [2, 1000, 512]: each class by its first name, and by the mean of all its names."""
    names = sorted({name for entry in classes for name in entry.names})
    of_name = dict(zip(names, prompt_ensembles(model, names), strict=True))
    first = np.stack([of_name[entry.names[0]] for entry in classes])
    mean = np.stack([np.mean([of_name[name] for name in entry.names], axis=0) for entry in classes])
    return np.stack([first, mean / np.linalg.norm(mean, axis=1, keepdims=True)]).astype(np.float32)


def class_names(targets: TextTargets, concepts: Concepts) -> NDArray[np.float32]:
    """Float32 [1000, 512], normalised: what a class is called at the start.

    Halfway between its first name and the mean of all its names, with a touch of the everyday kinds it belongs to.
    """
    first, mean = targets.classes.numpy()
    column = {name: number for number, name in enumerate(concepts.names)}
    kinds = targets.concepts.numpy().mean(axis=0)[[column[kind] for kind in EVERYDAY_KINDS]]
    members = targets.kind_members.numpy()
    names = (first + mean) / 2 + KIND_SHARE * (members.T @ kinds) / np.maximum(members.sum(axis=0)[:, None], 1)
    return np.asarray(names / np.linalg.norm(names, axis=1, keepdims=True), dtype=np.float32)


def mean_texts(targets: TextTargets, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Float32 [rows, 512], normalised: the mean embedding of each picture's texts."""
    bank = targets.bank.numpy()
    mean = np.stack([bank[targets.texts_of[row]].mean(axis=0) for row in rows])
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))


def _by_template(model: CLIP, names: Sequence[str]) -> NDArray[np.float32]:
    sentences = [template.format(name) for template in TEMPLATES for name in names]
    return encode_sentences(model, sentences).reshape(len(TEMPLATES), len(names), -1)
