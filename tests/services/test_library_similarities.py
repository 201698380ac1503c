"""What a question is compared with: all photos, or only those that a narrow filter leaves."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.ml.vectors.layout import DamagedVectors
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.services import library_similarities
from desktop_app.services.library_similarities import EVERYTHING, LibrarySimilarities, QueryVector, Scope
from tests.ml.vectors.making import filled, photo_like

PHOTOS = 6000


@pytest.fixture(autouse=True)
def a_few_thousand_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_similarities, "_LARGE", PHOTOS)


def snapshot_of(vectors: np.ndarray) -> IndexSnapshot:
    file, _ = filled(vectors)
    return IndexSnapshot(file)


@pytest.mark.parametrize("by_text", [True, False])
def test_a_narrow_filter_gives_its_photos_the_same_similarities(by_text: bool) -> None:
    vectors = photo_like(1, PHOTOS, 64)
    snapshot = snapshot_of(vectors)
    rows = np.arange(100, PHOTOS, 97)
    query = QueryVector(photo_like(2, 1, 64)[0], by_text=by_text)
    scope = Scope.of(rows, snapshot)
    assert scope.rows is not None
    known = LibrarySimilarities()
    narrow, whole = known.of(snapshot, query, scope), known.of(snapshot, query)
    np.testing.assert_allclose(
        narrow.cosines[rows], whole.cosines[rows], atol=2 * snapshot.rounding_error(query.vector)
    )
    # What is typical of the library is the same whatever the filter is; with fewer rows than the sample holds, so is the best.
    assert narrow.background.median == pytest.approx(whole.background.median, abs=1e-6)
    assert narrow.background.spread == pytest.approx(whole.background.spread, abs=1e-6)
    known.refine(snapshot, [query], rows, scope)
    refined = known.of(snapshot, query, scope)
    np.testing.assert_allclose(refined.cosines[rows], snapshot.exact(rows, query.vector[None])[0], atol=1e-7)
    assert known.of(snapshot, query, scope) is refined
    assert known.of(snapshot, query) is whole


def test_only_a_small_part_of_a_large_library_is_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = snapshot_of(photo_like(1, PHOTOS, 64))
    assert Scope.of(None, snapshot) is EVERYTHING
    assert Scope.of(np.arange(PHOTOS // 2), snapshot) is EVERYTHING
    few, others = Scope.of(np.arange(50), snapshot), Scope.of(np.arange(1, 51), snapshot)
    assert few.key == Scope.of(np.arange(50), snapshot).key != others.key
    assert Scope.of(np.arange(0), snapshot).rows is not None
    monkeypatch.setattr(library_similarities, "_LARGE", PHOTOS + 1)
    assert Scope.of(np.arange(50), snapshot) is EVERYTHING


def test_a_filter_that_nothing_passes_is_narrow_too() -> None:
    snapshot = snapshot_of(photo_like(1, PHOTOS, 64))
    query = QueryVector(photo_like(2, 1, 64)[0], by_text=True)
    narrow = LibrarySimilarities().of(snapshot, query, Scope.of(np.arange(0), snapshot))
    assert narrow.background.best >= narrow.background.median


def test_damage_is_noticed_in_single_rows_too() -> None:
    file, _ = filled(photo_like(1, PHOTOS, 64))
    snapshot = IndexSnapshot(file)
    snapshot._columns.code_check[70] += np.uint64(1)
    query = photo_like(2, 1, 64)
    with pytest.raises(DamagedVectors):
        snapshot.similarities_at(np.array([3, 70]), query)
    np.testing.assert_allclose(snapshot.similarities_at(np.array([3, 71]), query).shape, (1, 2))
