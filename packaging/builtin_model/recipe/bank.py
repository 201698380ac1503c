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
from recipe.vocabulary import ImageNetClass, everyday_membership
from recipe.wordnet import NounDictionary

LABEL_TEMPLATES = ("a photo of a {}", "{}", "a photo of the {}", "a picture of a {}", "a {}")
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
        kind_members=torch.from_numpy(everyday_membership(nouns, list(classes)).astype(np.float32)),
    )


def class_embeddings(model: CLIP, classes: Sequence[ImageNetClass]) -> NDArray[np.float32]:
    """Float32 [2, 1000, 512]: each class by its first name, and by the mean of all its names."""
    names = sorted({name for entry in classes for name in entry.names})
    of_name = dict(zip(names, evaluation.mean_text_embeddings(_by_template(model, names)), strict=True))
    first = np.stack([of_name[entry.names[0]] for entry in classes])
    mean = np.stack([np.mean([of_name[name] for name in entry.names], axis=0) for entry in classes])
    return np.stack([first, mean / np.linalg.norm(mean, axis=1, keepdims=True)]).astype(np.float32)


def _by_template(model: CLIP, names: Sequence[str]) -> NDArray[np.float32]:
    sentences = [template.format(name) for template in TEMPLATES for name in names]
    return encode_sentences(model, sentences).reshape(len(TEMPLATES), len(names), -1)
