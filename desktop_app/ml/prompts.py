"""Prompt ensembles: several wordings of one thing, their unit embeddings averaged (Radford et al. 2021, section 3.1.4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.ml.unit_vector import unit

Vectors = npt.NDArray[np.float32]

# A small ensemble for what a person types: the words as they are weigh as much as the photo wordings together blur.
QUERY_TEMPLATES = ("{}", "a photo of {}", "a picture of {}")

# For bare label names, which come without an article.
LABEL_TEMPLATES = ("{}", "a photo of a {}", "a photo of the {}", "a picture of a {}")


def fill_templates(text: str, templates: Sequence[str]) -> tuple[str, ...]:
    """The text in every template; other braces in a template stay as they are."""
    return tuple(template.replace("{}", text) for template in templates)


def ensemble_mean(vectors: Vectors) -> Vectors:
    """One unit vector [D] for the wordings [N, D] of one thing."""
    return unit(vectors.mean(axis=0))


def prompts_key(prompts: Sequence[str]) -> str:
    """A short stable key of a set of prompts, to cache their embedding under."""
    return hashlib.sha256(json.dumps(list(prompts), ensure_ascii=False).encode()).hexdigest()[:32]
