"""The index says what brute force over the same vectors says."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.ml.calibration import background_of
from desktop_app.ml.vector_index import VectorIndex

DIMENSION = 6


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)).astype(np.float32)


def random_units(seed: int, count: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSION)))


BANK = random_units(99, 20)


def allowing(ids, size: int) -> np.ndarray:
    table = np.zeros(size, bool)
    table[list(ids)] = True
    return table


additions = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 40), unique=True, max_size=25)), max_size=6
)


@settings(deadline=None, max_examples=200)
@given(
    added=additions,
    query=st.integers(0, 2**32 - 1),
    allowed=st.frozensets(st.integers(0, 50)),
    limit=st.none() | st.integers(0, 30),
)
def test_a_scan_equals_brute_force(added, query: int, allowed: frozenset[int], limit: int | None) -> None:
    index, model = VectorIndex(BANK), dict[int, np.ndarray]()
    for seed, ids in added:
        vectors = random_units(seed, len(ids))
        index.add(np.array(ids, np.int64), vectors)
        model.update(zip(ids, vectors, strict=True))
    assert len(index) == len(model)
    wanted = random_units(query, 1)[0]
    table = allowing(allowed, max(allowed) + 1 if allowed else 0)
    found = index.scan(wanted, allowed=table, limit=limit)

    candidates = [photo for photo in model if photo in allowed]
    scores = {photo: float(model[photo] @ wanted) for photo in candidates}
    count = len(candidates) if limit is None else min(limit, len(candidates))
    assert found.searched == len(candidates)
    assert len(found.ids) == len(found.scores) == len(found.z) == count
    assert len(set(found.ids.tolist())) == count
    assert set(found.ids.tolist()) <= set(candidates)
    np.testing.assert_allclose(found.scores, sorted(scores.values(), reverse=True)[:count], atol=1e-5)
    np.testing.assert_allclose(found.scores, [scores[photo] for photo in found.ids.tolist()], atol=1e-5)
    for photo, score, z in zip(found.ids.tolist(), found.scores, found.z, strict=True):
        background = background_of(model[photo][None], BANK)
        assert z == pytest.approx((score - background.mean[0]) / background.deviation[0], abs=1e-3)


def test_it_grows_without_losing_anything() -> None:
    index, vectors = VectorIndex(BANK), random_units(1, 5000)
    for start in range(0, 5000, 700):
        ids = np.arange(start, min(start + 700, 5000))
        index.add(ids, vectors[ids])
    found = index.scan(vectors[4321], allowed=np.ones(5000, bool), limit=1)
    assert (len(index), found.ids.tolist(), found.searched) == (5000, [4321], 5000)


def test_a_photo_that_is_added_again_has_its_new_vector_only() -> None:
    index, vectors = VectorIndex(BANK), random_units(2, 3)
    index.add(np.array([5, 6]), vectors[:2])
    index.add(np.array([5]), vectors[2:])
    assert len(index) == 2
    np.testing.assert_array_equal(index.vectors_of(np.array([5])), vectors[2:])
    found = index.scan(vectors[2], allowed=np.ones(10, bool))
    assert found.ids.tolist()[0] == 5
    assert found.scores[0] == pytest.approx(1.0, abs=1e-5)


def test_what_is_not_in_it_is_left_out() -> None:
    index = VectorIndex(BANK)
    assert index.scan(random_units(3, 1)[0], allowed=np.ones(9, bool), limit=5).ids.tolist() == []
    index.add(np.empty(0, np.int64), np.empty((0, 0), np.float32))
    index.add(np.array([3, 500]), random_units(4, 2))
    assert index.vectors_of(np.array([1, 500, 2])).shape == (1, DIMENSION)
    assert index.vectors_of(np.array([], np.int64)).shape == (0, DIMENSION)
    assert index.scan(random_units(3, 1)[0], allowed=np.ones(9, bool)).ids.tolist() == [3]
    assert index.scan(random_units(3, 1)[0], allowed=np.zeros(0, bool)).ids.tolist() == []


def test_equal_scores_keep_their_order() -> None:
    index, same = VectorIndex(BANK), np.repeat(random_units(5, 1), 10, axis=0)
    index.add(np.arange(10, 20), same)
    for limit in (None, 4):
        expected = list(range(10, 20))[:limit]
        assert index.scan(same[0], allowed=np.ones(30, bool), limit=limit).ids.tolist() == expected


def test_a_scan_while_photos_are_added_sees_whole_vectors() -> None:
    index, vectors = VectorIndex(BANK), random_units(6, 20_000)
    ended, problems = threading.Event(), list[str]()

    def search() -> None:
        while not ended.is_set():
            found = index.scan(vectors[0], allowed=np.ones(20_000, bool), limit=50)
            wrong = np.abs(found.scores - vectors[found.ids] @ vectors[0]) > 1e-5
            if wrong.any():
                problems.append("a score that is none of its photo's")

    searching = threading.Thread(target=search)
    searching.start()
    for start in range(0, 20_000, 250):
        ids = np.arange(start, start + 250)
        index.add(ids, vectors[ids])
    ended.set()
    searching.join(30)
    assert problems == []
    assert len(index) == 20_000
