"""Searches over a vector file say what brute force over the same vectors says."""

from __future__ import annotations

import importlib
import re
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.ml.calibration import background_of
from desktop_app.ml.vectors import scanning
from desktop_app.ml.vectors.layout import BLOCK_ROWS, DEAD, DamagedVectors
from desktop_app.ml.vectors.rounding import from_halves, to_halves
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.ml.vectors.storage import FileStorage, MemoryStorage
from tests.ml.vectors.making import BANK_SEED, filled, photo_like, random_units

DIMENSION = 24


def exact(vectors: np.ndarray) -> np.ndarray:
    """What half precision leaves of them."""
    return vectors.astype(np.float16).astype(np.float32)


def test_every_finite_half_precision_float_is_read_exactly() -> None:
    bits = np.arange(1 << 16, dtype=np.uint16)
    finite = bits[(bits & 0x7C00) != 0x7C00]
    expected = finite.view(np.float16).astype(np.float32)
    np.testing.assert_array_equal(from_halves(finite[None])[0].view(np.uint32), expected.view(np.uint32))
    np.testing.assert_array_equal(to_halves(expected[None], width=len(finite))[0], finite)


@settings(deadline=None, max_examples=60)
@given(
    additions=st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 60), unique=True, max_size=40)), max_size=6
    ),
    removed=st.frozensets(st.integers(0, 60)),
    allowed=st.frozensets(st.integers(0, 70)),
    limit=st.integers(1, 30),
)
def test_the_best_rows_are_those_of_brute_force(additions, removed, allowed, limit: int) -> None:
    file, bank = filled(random_units(1, 5, DIMENSION), ids=np.arange(100, 105))
    model: dict[int, np.ndarray] = dict(zip(range(100, 105), random_units(1, 5, DIMENSION), strict=True))
    for seed, ids in additions:
        vectors = random_units(seed, len(ids), DIMENSION)
        file.mark_dead(np.flatnonzero(np.isin(file.columns(file.blocks()).ids, ids)))
        file.append(np.array(ids, np.int64), vectors, bank)
        file.write_commit(revision=0, token=0)
        model.update(zip(ids, vectors, strict=True))
    file.mark_dead(np.flatnonzero(np.isin(file.columns(file.blocks()).ids, list(removed))))
    file.write_commit(revision=1, token=1)
    model = {photo: vector for photo, vector in model.items() if photo not in removed}

    snapshot, query = IndexSnapshot(file), random_units(7, 1, DIMENSION)[0]
    assert snapshot.alive == len(model)
    photos = np.array(sorted(allowed | {100}), np.int64)
    rows = snapshot.rows_of(photos)
    assert {photo for photo, row in zip(photos.tolist(), rows, strict=True) if row >= 0} == set(model) & set(
        photos.tolist()
    )
    best, scores = snapshot.best(query, rows=rows[rows >= 0], limit=limit)
    wanted = {photo: float(exact(model[photo]) @ query) for photo in photos.tolist() if photo in model}
    np.testing.assert_allclose(scores, sorted(wanted.values(), reverse=True)[:limit], atol=1e-6)
    np.testing.assert_allclose(scores, [wanted[photo] for photo in snapshot.ids[best].tolist()], atol=1e-6)
    background = background_of(exact(snapshot.vectors_at(best)), bank)
    np.testing.assert_allclose(snapshot.background.mean[best], background.mean, atol=1e-5)
    np.testing.assert_allclose(snapshot.background.deviation[best], background.deviation, atol=1e-5)


@pytest.mark.parametrize("dots", [scanning.fastest_dots(), scanning._numpy_dots])
def test_the_first_fifty_of_many_are_never_missed(dots: scanning.Dots) -> None:
    """Recall@50 of the 8-bit scan with its exact re-rank is 1: for spread-out vectors and for those of a real model's shape."""
    for vectors in (random_units(2, 3 * BLOCK_ROWS + 17, 64), photo_like(3, 3 * BLOCK_ROWS, 512)):
        file, _ = filled(vectors)
        snapshot = IndexSnapshot(file, dots=dots)
        queries = np.concatenate([random_units(4, 6, vectors.shape[1]), vectors[::900]])
        truth = exact(vectors) @ queries.T
        rough = snapshot.similarities(queries)
        for query, row, right in zip(queries, rough, truth.T, strict=True):
            assert np.abs(row - right).max() < snapshot.rounding_error(query) < 0.02
        for number, query in enumerate(queries):
            best, scores = snapshot.best(query, rows=np.arange(len(snapshot)), limit=50)
            np.testing.assert_allclose(scores, np.sort(truth[:, number])[::-1][:50], atol=1e-6)
            assert len(set(best.tolist())) == 50


def test_without_the_library_of_products_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("simsimd")
    vectors = random_units(5, 300, DIMENSION)
    file, _ = filled(vectors)
    queries = random_units(6, 3, DIMENSION)
    fast = IndexSnapshot(file).similarities(queries)
    real = importlib.import_module

    def missing(name: str, *rest: object) -> object:
        if name == "simsimd":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(scanning.importlib, "import_module", missing)
    assert scanning.fastest_dots() is scanning._numpy_dots
    np.testing.assert_array_equal(IndexSnapshot(file).similarities(queries), fast)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_only_the_codes_of_a_file_that_is_searched_stay_in_memory(tmp_path: Path) -> None:
    vectors = random_units(9, 3 * BLOCK_ROWS, 512)
    path = tmp_path / "one.vectors"
    file, _ = filled(vectors, path=path)
    snapshot = IndexSnapshot(file)
    rows = np.arange(len(vectors))

    def mapped() -> int:
        text = Path("/proc/self/smaps").read_text()
        return sum(int(found) for found in re.findall(rf"{path.name}\n(?:.*\n)*?Rss:\s+(\d+) kB", text)) * 1024

    rough = snapshot.similarities(vectors[:1])
    right = snapshot.exact(rows, vectors[:1])
    # The system maps 64 KiB around what is read.
    assert vectors.size <= mapped() < 1.2 * vectors.size
    memory, _ = filled(vectors)
    np.testing.assert_array_equal(IndexSnapshot(memory).exact(rows, vectors[:1]), right)
    np.testing.assert_array_equal(IndexSnapshot(memory).similarities(vectors[:1]), rough)


def test_exact_vectors_are_read_in_any_order_and_more_than_once(tmp_path: Path) -> None:
    vectors = random_units(10, 2 * BLOCK_ROWS + 30, DIMENSION)
    snapshot = IndexSnapshot(filled(vectors, path=tmp_path / "one.vectors")[0])
    last = BLOCK_ROWS - 1
    for rows in ([], [5], [3, 4, 5], [5, 4, 3], [last - 1, last, last + 1], [7, 7, 8, 2 * BLOCK_ROWS + 29, 0]):
        np.testing.assert_array_equal(snapshot.vectors_at(np.array(rows, np.int64)), exact(vectors)[rows])


@pytest.mark.parametrize("has_pread", [True, False], ids=["pread", "seek and read"])
def test_a_file_is_read_in_pieces_for_as_long_as_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_pread: bool
) -> None:
    if not has_pread:
        monkeypatch.delattr("os.pread", raising=False)
    path = tmp_path / "one.vectors"
    path.write_bytes(bytes(range(100)))
    read = FileStorage(path).reader()
    assert (read(10, 5), read(98, 5), read(0, 2)) == (bytes(range(10, 15)), bytes([98, 99]), bytes([0, 1]))
    memory = MemoryStorage()
    memory.write(0, bytes(range(100)))
    assert memory.reader()(98, 5) == bytes([98, 99])
    del read
    path.unlink()  # which Windows allows when nobody holds it open


def test_products_take_no_reference_away() -> None:
    """A C extension that returns None without counting it ends Python 3.11 after some thousand calls."""
    codes, out = np.ones((1, 64), np.int8), np.empty((1, 1), np.float32)
    dots = scanning.fastest_dots()
    before = sys.getrefcount(None)
    for _ in range(500):
        dots(codes, codes, out)
    assert sys.getrefcount(None) > before - 100


def test_one_label_is_compared_with_every_photo_exactly() -> None:
    vectors = random_units(8, 700, DIMENSION)
    file, _ = filled(vectors)
    labels = random_units(9, 2, DIMENSION)
    every = IndexSnapshot(file).exact(np.arange(700), labels)
    np.testing.assert_allclose(every, labels @ exact(vectors).T, atol=1e-6)


def test_an_empty_index_finds_nothing() -> None:
    file, _ = filled(np.empty((0, DIMENSION), np.float32))
    snapshot = IndexSnapshot(file)
    assert (len(snapshot), snapshot.alive) == (0, 0)
    assert snapshot.similarities(random_units(1, 2, DIMENSION)).shape == (2, 0)
    assert snapshot.rows_of(np.array([0, 5, -1])).tolist() == [-1, -1, -1]
    assert snapshot.vectors_of([3]).shape == (0, DIMENSION)
    assert snapshot.best(random_units(1, 1, DIMENSION)[0], rows=np.empty(0, np.int64), limit=5)[0].tolist() == []


def test_rows_that_count_no_more_are_never_found() -> None:
    vectors = random_units(BANK_SEED, 20, DIMENSION)
    file, _ = filled(vectors)
    file.mark_dead(np.array([4, 9]))
    file.write_commit(revision=1, token=1)
    snapshot = IndexSnapshot(file)
    assert (snapshot.similarities(vectors[[4, 9]])[:, [4, 9]] == -1.0).all()
    assert snapshot.ids[[4, 9]].tolist() == [DEAD, DEAD]
    assert snapshot.rows_of(np.array([4, 9, 5])).tolist() == [-1, -1, 5]


def test_a_snapshot_stays_as_it_was_while_the_file_grows() -> None:
    vectors = random_units(11, 3 * BLOCK_ROWS, DIMENSION)
    file, bank = filled(vectors[:100])
    ended, problems = threading.Event(), list[str]()
    query, snapshot = vectors[0], IndexSnapshot(file)
    before = snapshot.similarities(query[None])

    def search() -> None:
        while not ended.is_set():
            if not np.array_equal(snapshot.similarities(query[None]), before):
                problems.append("another answer of the same snapshot")

    searching = threading.Thread(target=search)
    searching.start()
    try:
        for start in range(100, len(vectors), 500):
            file.append(np.arange(start, min(start + 500, len(vectors))), vectors[start : start + 500], bank)
            file.write_commit(revision=start, token=1)
    finally:
        ended.set()
        searching.join(60)
    assert problems == []
    grown = IndexSnapshot(file, earlier=snapshot)
    assert grown.alive == len(vectors)
    np.testing.assert_allclose(
        grown.similarities(query[None])[0], exact(vectors) @ query, atol=grown.rounding_error(query)
    )


def test_an_error_on_a_thread_of_a_scan_is_raised() -> None:
    def work(block: int) -> None:
        if block == 70:
            raise DamagedVectors("block 70")

    with pytest.raises(DamagedVectors, match="block 70"):
        scanning.over_blocks(80, work)
