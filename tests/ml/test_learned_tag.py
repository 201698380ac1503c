"""Tags learned from a handful of examples: what they add to the words, and what they must never lose."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest

from desktop_app.ml.evaluation import average_precision
from desktop_app.ml.learned_tag import MOST_BYSTANDERS, MOST_EXAMPLES, Examples, learn

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 64


class World:
    """Photos of which some have a thing; words tell it by a share, between 0 (chance) and 1, of what can be told."""

    def __init__(self, seed: int, *, words: float) -> None:
        generator = np.random.default_rng(seed)
        self.has = generator.random(800) < 0.2
        direction = generator.normal(size=DIMENSIONS) / DIMENSIONS**0.5
        vectors = generator.normal(size=(800, DIMENSIONS)) + 4.0 * self.has[:, None] * direction
        self.vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        signal = 3.0 * (self.has - 0.5)
        self.odds = (words * signal + generator.normal(size=800) - 2.0).astype(np.float32)
        self.generator = generator

    def examples(self, accepted: int, rejected: int, bystanders: int = 100) -> tuple[Examples, npt.NDArray[np.int64]]:
        """Examples, and the photos that are left to judge by."""
        yes = self.generator.permutation(np.flatnonzero(self.has))[:accepted]
        # People reject what was proposed: the most probable wrong ones.
        no = np.flatnonzero(~self.has)[np.argsort(-self.odds[~self.has])][:rejected]
        rest = np.setdiff1d(np.arange(800), np.concatenate([yes, no]))
        other = self.generator.permutation(rest)[:bystanders]
        groups = (yes, no, other)
        return Examples(*(self.vectors[each] for each in groups), *(self.odds[each] for each in groups)), rest

    def precision(self, scores: Vectors, rest: npt.NDArray[np.int64]) -> float:
        return average_precision(scores, self.has[rest])


@pytest.mark.parametrize("words", [0.0, 0.5, 1.0])
def test_five_and_five_examples_add_to_words_of_any_worth(words: float) -> None:
    before, after = [], []
    for seed in range(6):
        world = World(seed, words=words)
        examples, rest = world.examples(5, 5)
        tag = learn(examples).tag
        before.append(world.precision(world.odds[rest], rest))
        after.append(world.precision(tag.log_odds(world.vectors[rest], world.odds[rest]), rest))
    assert np.mean(after) > np.mean(before) + 0.01


def test_examples_without_meaning_lose_little_of_what_the_words_know() -> None:
    before, after = [], []
    for seed in range(6):
        world = World(seed, words=1.0)
        world.vectors = np.random.default_rng(seed + 99).normal(size=(800, DIMENSIONS)).astype(np.float32)
        examples, rest = world.examples(5, 5)
        tag = learn(examples).tag
        before.append(world.precision(world.odds[rest], rest))
        after.append(world.precision(tag.log_odds(world.vectors[rest], world.odds[rest]), rest))
    assert np.mean(after) > np.mean(before) - 0.05


def test_many_examples_make_up_for_words_that_say_nothing() -> None:
    world = World(3, words=0.0)
    examples, rest = world.examples(60, 60)
    scores = learn(examples).tag.log_odds(world.vectors[rest], world.odds[rest])
    assert world.precision(scores, rest) > 2.0 * world.precision(world.odds[rest], rest)


def test_leaving_one_out_is_what_leaving_it_out_gives() -> None:
    world = World(5, words=0.5)
    examples, _ = world.examples(8, 8)
    lesson = learn(examples)
    for left in range(0, 8, 3):
        keep = np.arange(8) != left
        without = Examples(
            examples.accepted[keep],
            examples.rejected,
            examples.bystanders,
            examples.accepted_odds[keep],
            examples.rejected_odds,
            examples.bystander_odds,
        )
        odds = learn(without).tag.log_odds(examples.accepted[left][None], examples.accepted_odds[left][None])[0]
        truly = 1.0 / (1.0 + np.exp(-float(odds)))
        # How far the examples reach and how much they shift is told by all of them: a small difference stays.
        assert lesson.accepted_probabilities[left] == pytest.approx(truly, abs=0.16)


def test_accepted_photos_alone_teach_too_and_none_at_all_teach_nothing() -> None:
    world = World(7, words=0.5)
    examples, rest = world.examples(5, 0)
    lesson = learn(examples)
    assert len(lesson.rejected_probabilities) == 0
    scores = lesson.tag.log_odds(world.vectors[rest], world.odds[rest])
    assert world.precision(scores, rest) > world.precision(world.odds[rest], rest) - 0.02
    with pytest.raises(ValueError, match="at least one accepted"):
        learn(world.examples(0, 5)[0])


def test_the_same_photo_many_times_and_a_library_of_one_photo_break_nothing() -> None:
    same = np.tile(np.eye(1, DIMENSIONS, dtype=np.float32), (4, 1))
    nothing = np.empty((0, DIMENSIONS), np.float32)
    odds, none = np.zeros(4, np.float32), np.empty(0, np.float32)
    for examples in (
        Examples(same, same, same, odds, odds, odds),
        Examples(same[:1], nothing, nothing, odds[:1], none, none),
    ):
        lesson = learn(examples)
        assert np.isfinite(lesson.tag.weights).all()
        assert np.isfinite(lesson.accepted_probabilities).all()


def test_a_lesson_of_the_largest_kind_is_printed_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(1)
    counts = (MOST_EXAMPLES, MOST_EXAMPLES, MOST_BYSTANDERS)
    vectors = [generator.normal(size=(count, 512)).astype(np.float32) for count in counts]
    odds = [generator.normal(size=count).astype(np.float32) for count in counts]
    began = time.perf_counter()
    lesson = learn(Examples(*vectors, *odds))
    with capsys.disabled():
        print(f" [learned from {sum(counts)} photos in {1000 * (time.perf_counter() - began):.0f} ms]", end="")
    assert lesson.accepted_probabilities.mean() > lesson.rejected_probabilities.mean() - 0.5
