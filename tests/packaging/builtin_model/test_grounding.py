"""Words that move to where their pictures are, on made-up features."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP

from recipe.align import TrainingPictures
from recipe.architecture import build_model
from recipe.dataset import Concepts
from recipe.grounding import GroundingSettings, Sight, Vocabulary, ground, look_at
from recipe.image_tower import Classifier, upper_blocks
from recipe.losses import everyday_kinds
from recipe.prepared_views import PreparedView
from recipe.vocabulary import EVERYDAY_KINDS, ImageNetClass

PICTURES = 240
SETTINGS = GroundingSettings(steps=60, batch=120, rate=5e-3)
OFTEN, SELDOM, NEVER = "zz often", "zz seldom", "zz never"

Vectors = NDArray[np.float32]


def unit_rows(chance: np.random.Generator, count: int, width: int) -> Vectors:
    rows = chance.normal(size=(count, width)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture(scope="module")
def model() -> CLIP:
    return build_model(6).eval()


@pytest.fixture(scope="module")
def features() -> NDArray[np.float16]:
    """Half of the pictures lie around one point, half around another."""
    chance = np.random.default_rng(2)
    centres = np.repeat(chance.random((2, 1280)), PICTURES // 2, axis=0)
    return (centres + 0.3 * chance.random((PICTURES, 1280))).astype(np.float16)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """One word is said of the whole first half, one of three pictures in it, one of none; class 3 has two names."""
    chance = np.random.default_rng(3)
    names = (*sorted(EVERYDAY_KINDS), OFTEN, SELDOM, NEVER)
    present = np.zeros((PICTURES, len(names)), dtype=bool)
    present[: PICTURES // 2, -3] = True
    present[:3, -2] = True
    imagenet = [ImageNetClass(number, (f"class {number}",)) for number in range(1000)]
    imagenet[3] = ImageNetClass(3, ("Class Three", OFTEN))
    concepts = Concepts(names, present, np.ones_like(present))
    kinds = everyday_kinds(torch.zeros(len(EVERYDAY_KINDS), 1000), concepts)
    return Vocabulary(concepts, kinds, unit_rows(chance, len(names), 512), imagenet, unit_rows(chance, 1000, 512))


def grounded(model: CLIP, features: NDArray[np.float16], vocabulary: Vocabulary) -> Mapping[str, Vectors]:
    weight = torch.randn(1000, 1280, generator=torch.Generator().manual_seed(1)) * 0.03
    return ground(
        model,
        Classifier(weight, torch.zeros(1000)),
        vocabulary,
        TrainingPictures(np.arange(PICTURES), [], np.full(PICTURES, 1 / PICTURES)),
        [Sight(features, features)],
        settings=SETTINGS,
        seed=1,
        report=lambda _line: None,
    )


@pytest.fixture(scope="module")
def shifts(model: CLIP, features: NDArray[np.float16], vocabulary: Vocabulary) -> Mapping[str, Vectors]:
    return grounded(model, features, vocabulary)


def test_a_word_moves_towards_its_pictures_and_away_from_the_others(
    model: CLIP, features: NDArray[np.float16], vocabulary: Vocabulary, shifts: Mapping[str, Vectors]
) -> None:
    with torch.no_grad():
        images = torch.nn.functional.normalize(
            model.visual.head(torch.from_numpy(features.astype(np.float32))), dim=-1
        ).numpy()
    its_own, others = images[: PICTURES // 2].mean(axis=0), images[PICTURES // 2 :].mean(axis=0)
    assert shifts[OFTEN] @ (its_own - others) > 0.1
    assert abs(shifts[NEVER] @ (its_own - others)) < 0.01


def test_few_pictures_are_trusted_less(shifts: Mapping[str, Vectors]) -> None:
    assert np.linalg.norm(shifts[SELDOM]) < 0.2 * np.linalg.norm(shifts[OFTEN])
    assert not shifts[NEVER].any()


def test_names_move_with_their_class_and_go_by_small_letters(shifts: Mapping[str, Vectors]) -> None:
    assert "Class Three" not in shifts
    assert np.linalg.norm(shifts["class three"]) > 0
    assert len(shifts) == 999 + 1 + len(EVERYDAY_KINDS) + 3


def test_the_same_seed_moves_words_alike(
    model: CLIP, features: NDArray[np.float16], vocabulary: Vocabulary, shifts: Mapping[str, Vectors]
) -> None:
    again = grounded(model, features, vocabulary)
    assert again.keys() == shifts.keys()
    assert all(np.allclose(again[name], shifts[name], atol=1e-4) for name in shifts)


def test_views_are_looked_at_with_the_tower_as_it_is(model: CLIP) -> None:
    low = np.random.default_rng(1).normal(size=(3, 4, 4, 64)).astype(np.float16)
    view = PreparedView(low, np.zeros((3, 1280), dtype=np.float16))
    (sight,) = look_at(model, [view])
    with torch.no_grad():
        expected = upper_blocks(model)(torch.from_numpy(low.astype(np.float32)).permute(0, 3, 1, 2)).mean((2, 3))
    assert sight.features.shape == (3, 1280)
    assert np.allclose(sight.features, expected.numpy(), atol=0.05 * float(expected.abs().max()))
