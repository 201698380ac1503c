"""A model's lists end in the right place though nobody labelled a photo."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.domain.cutoff import CutOff
from desktop_app.ml.calibration import background_of
from desktop_app.ml.matching import MatchCalibration, QueryBackground
from desktop_app.ml.unlabelled_fitting import LEAST_PHOTOS, fit_to_library

DIMENSION, PHOTOS, THINGS = 96, 400, 60


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


class World:
    """Photos that each show one or two things, and texts, in a made-up space in which all have `common` in common."""

    def __init__(self, *, common: float, seed: int = 3) -> None:
        self.random = np.random.default_rng(seed)
        self.middle = unit(self.random.normal(size=DIMENSION)) * common
        meanings = unit(self.random.normal(size=(THINGS, DIMENSION)))
        self.shown = self.random.random((PHOTOS, THINGS)) < 1.5 / THINGS
        noise = unit(self.random.normal(size=(PHOTOS, DIMENSION)))
        self.photos = unit(self.middle + 0.8 * self.shown @ meanings + noise)
        self.things = unit(self.middle + meanings)
        self.rare = self.texts(40)
        self.bank = self.texts(80)

    def texts(self, count: int) -> np.ndarray:
        """Texts of what no photo shows."""
        return unit(self.middle + unit(self.random.normal(size=(count, DIMENSION))))

    def fit(self) -> MatchCalibration | None:
        return fit_to_library(self.things[::2], self.rare, photos=self.photos, bank=self.bank)

    def probabilities(self, text: np.ndarray, matching: MatchCalibration) -> np.ndarray:
        background = background_of(self.photos, self.bank)
        similarities = self.photos @ text
        return matching.probabilities(similarities, background, QueryBackground.of(similarities - background.mean))

    def f1(self, matching: MatchCalibration) -> float:
        """Of the lists of the things that were not asked for in fitting."""
        scores = []
        for thing in range(1, THINGS, 2):
            probabilities = self.probabilities(self.things[thing], matching)
            order = np.argsort(-probabilities, kind="stable")
            length = CutOff(matching.bar).length(probabilities[order])
            hits = int(self.shown[order[:length], thing].sum())
            scores.append(2.0 * hits / max(length + int(self.shown[:, thing].sum()), 1))
        return float(np.mean(scores))


@pytest.mark.parametrize("common", [0.3, 3.0], ids=["wide similarities", "narrow similarities"])
def test_lists_of_things_not_asked_for_in_fitting_end_where_they_should(common: float) -> None:
    world = World(common=common)
    fitted = world.fit()
    assert fitted is not None
    assert world.f1(fitted) > 0.85


def test_what_is_not_there_is_not_found() -> None:
    world = World(common=1.0)
    fitted = world.fit()
    assert fitted is not None
    passed = [float(world.probabilities(text, fitted).max()) >= fitted.bar for text in world.texts(60)]
    assert np.mean(passed) < 0.35
    there = [float(world.probabilities(text, fitted).max()) >= fitted.bar for text in world.things[1::2]]
    assert np.mean(there) > 0.8


def test_probabilities_mean_what_they_say() -> None:
    world = World(common=1.0)
    fitted = world.fit()
    assert fitted is not None
    probabilities = np.stack(
        [world.probabilities(world.things[thing], fitted) for thing in range(1, THINGS, 2)], axis=1
    )
    shown = world.shown[:, 1::2]
    sure = probabilities > 0.8
    assert sure.sum() > 20
    assert shown[sure].mean() > 0.6
    assert shown[probabilities < 0.1].mean() < 0.05


def test_names_of_what_is_not_there_do_not_lower_the_bar() -> None:
    """A library that shows none of the things asked for in fitting."""
    world = World(common=1.0)
    fitted = fit_to_library(world.texts(30), world.rare, photos=world.photos, bank=world.bank)
    if fitted is not None:
        passed = [float(world.probabilities(text, fitted).max()) >= fitted.bar for text in world.texts(60)]
        assert np.mean(passed) < 0.35


def test_without_photos_or_texts_there_is_no_fit() -> None:
    world = World(common=1.0)
    few = world.photos[: LEAST_PHOTOS - 1]
    assert fit_to_library(world.things, world.rare, photos=few, bank=world.bank) is None
    assert fit_to_library(world.things, world.rare[:0], photos=world.photos, bank=world.bank) is None
    alike = np.repeat(world.photos[:1], PHOTOS, axis=0)
    assert fit_to_library(world.things, world.rare, photos=alike, bank=world.bank) is None
