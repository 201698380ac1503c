"""Whatever happens to a vector file, a search over it is right or says that the file is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.ml.vectors.layout import BLOCK_ROWS, DamagedVectors, Header, Layout
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.ml.vectors.storage import FileStorage, MemoryStorage
from desktop_app.ml.vectors.vector_file import VectorFile
from tests.ml.vectors.making import BANK_KEY, LINEAGE, filled, random_units

DIMENSION, ROWS = 8, 50
VECTORS = random_units(1, ROWS, DIMENSION)
QUERY = random_units(2, 1, DIMENSION)
LAYOUT = Layout(DIMENSION)


def answers(storage: FileStorage | MemoryStorage) -> np.ndarray:
    """Everything a search reads of a file."""
    file = VectorFile.opened(storage, lineage=LINEAGE, bank=BANK_KEY, dimension=DIMENSION)
    snapshot = IndexSnapshot(file)
    rows = np.arange(len(snapshot))
    return np.concatenate(
        [
            snapshot.ids,
            snapshot.similarities(QUERY)[0],
            snapshot.exact(rows, QUERY)[0],
            snapshot.background.mean,
            snapshot.background.deviation,
        ]
    )


def whole() -> bytes:
    storage = MemoryStorage()
    file = VectorFile.made(storage, Header(LINEAGE, BANK_KEY, ROWS, VECTORS.mean(axis=0)))
    file.append(np.arange(ROWS), VECTORS, random_units(3, 20, DIMENSION))
    file.write_commit(revision=3, token=77)
    return bytes(storage.view())


def of(data: bytes) -> MemoryStorage:
    storage = MemoryStorage()
    storage.write(0, data)
    return storage


WHOLE = whole()
RIGHT = answers(of(WHOLE))

# Where something is written at all: garbage elsewhere has no effect, and is tried less often.
WRITTEN = st.one_of(
    st.integers(0, 64),
    st.integers(1024, 1080),
    st.integers(2048, 2104),
    st.integers(4096, 4096 + 4 * DIMENSION),
    *(
        st.integers(LAYOUT.column_at(name, 0), LAYOUT.column_at(name, ROWS) - 1)
        for name in ("ids", "fact_check", "code_check", "exact_check", "scale", "mean", "deviation", "codes", "exact")
    ),
    st.integers(0, len(WHOLE) - 1),
)


@settings(deadline=None, max_examples=400)
@given(start=WRITTEN, garbage=st.binary(min_size=1, max_size=600))
def test_garbage_anywhere_is_noticed_or_without_effect(start: int, garbage: bytes) -> None:
    data = WHOLE[:start] + garbage + WHOLE[start + len(garbage) :]
    try:
        found = answers(of(data[: len(WHOLE)]))
    except DamagedVectors:
        return
    np.testing.assert_array_equal(found, RIGHT)


@settings(deadline=None, max_examples=200)
@given(start=WRITTEN, length=st.integers(1, 200_000))
def test_a_hole_of_zeros_is_noticed_or_without_effect(start: int, length: int) -> None:
    """What a power cut leaves where a file system had promised room and not yet written."""
    data = bytearray(WHOLE)
    data[start : start + length] = bytes(len(data[start : start + length]))
    try:
        found = answers(of(bytes(data)))
    except DamagedVectors:
        return
    np.testing.assert_array_equal(found, RIGHT)


@settings(deadline=None, max_examples=200)
@given(length=st.one_of(st.integers(0, 5000), st.integers(0, len(WHOLE) - 1)))
def test_a_file_cut_off_anywhere_is_noticed(length: int) -> None:
    with pytest.raises(DamagedVectors):
        answers(of(WHOLE[:length]))


class Crash(Exception):
    """The program ended here."""


class Crashing(MemoryStorage):
    """Ends the program after so many bytes more."""

    def __init__(self, data: bytes, survives: int) -> None:
        super().__init__()
        super().write(0, data)
        self._left = survives

    def write(self, offset: int, data: bytes) -> None:
        kept = data[: self._left]
        if kept:
            super().write(offset, kept)
        self._left -= len(data)
        if self._left < 0:
            raise Crash


@settings(deadline=None, max_examples=200)
@given(survives=st.integers(0, 6000), replaced=st.frozensets(st.integers(0, ROWS - 1), max_size=3))
def test_a_crash_in_the_middle_of_an_append_leaves_what_was_there_or_is_noticed(
    survives: int, replaced: frozenset[int]
) -> None:
    storage = Crashing(WHOLE, survives)
    file = VectorFile.opened(storage, lineage=LINEAGE, bank=BANK_KEY, dimension=DIMENSION)
    more = random_units(5, 30, DIMENSION)
    try:
        file.mark_dead(np.array(sorted(replaced), np.int64))
        file.append(np.arange(1000, 1030), more, random_units(3, 20, DIMENSION))
        file.write_commit(revision=4, token=78)
    except Crash:
        pass
    after = of(bytes(storage.view()))
    try:
        found = answers(after)
    except DamagedVectors:
        assert replaced  # rows that were marked already contradict the old record: the file is built again
        return
    opened = VectorFile.opened(after, lineage=LINEAGE, bank=BANK_KEY, dimension=DIMENSION)
    if opened.commit.revision == 3:
        np.testing.assert_array_equal(found, RIGHT)
    else:
        assert (opened.commit.rows, opened.commit.token) == (ROWS + 30, 78)
        # An append after such a crash goes over what the crash left.
    opened.append(np.arange(2000, 2030), more, random_units(3, 20, DIMENSION))
    opened.write_commit(revision=5, token=79)
    snapshot = IndexSnapshot(opened)
    np.testing.assert_allclose(snapshot.exact(snapshot.rows_of(np.arange(2000, 2030)), more), more @ more.T, atol=2e-3)


@pytest.mark.parametrize(
    "other",
    [{"lineage": LINEAGE + 1}, {"bank": BANK_KEY + 1}, {"dimension": DIMENSION + 1}],
    ids=min,
)
def test_another_file_is_refused(other: dict[str, int]) -> None:
    meant = {"lineage": LINEAGE, "bank": BANK_KEY, "dimension": DIMENSION} | other
    with pytest.raises(DamagedVectors):
        VectorFile.opened(of(WHOLE), **meant)
    with pytest.raises(DamagedVectors):
        VectorFile.opened(of(b"SQLite format 3\0".ljust(9000, b"x")), **meant)


def test_a_file_that_never_was_finished_is_refused(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "begun.vectors")
    file = VectorFile.made(storage, Header(LINEAGE, BANK_KEY, ROWS, VECTORS.mean(axis=0)))
    file.append(np.arange(ROWS), VECTORS, random_units(3, 20, DIMENSION))
    with pytest.raises(DamagedVectors):
        answers(storage)
    (tmp_path / "empty.vectors").touch()
    with pytest.raises(DamagedVectors):
        answers(FileStorage(tmp_path / "empty.vectors"))


def test_readers_see_what_another_opening_of_the_file_appended(tmp_path: Path) -> None:
    path = tmp_path / "one.vectors"
    file, bank = filled(VECTORS, path=path)
    other = VectorFile.opened(FileStorage(path), lineage=LINEAGE, bank=BANK_KEY, dimension=DIMENSION)
    before = IndexSnapshot(other)
    more = random_units(6, BLOCK_ROWS, DIMENSION)
    file.append(np.arange(100, 100 + BLOCK_ROWS), more, bank)
    file.write_commit(revision=1, token=5)
    assert (len(before), before.similarities(QUERY).shape) == (ROWS, (1, ROWS))
    other.refresh()
    after = IndexSnapshot(other, earlier=before)
    assert (len(after), other.commit.token) == (ROWS + BLOCK_ROWS, 5)
    np.testing.assert_allclose(after.vectors_of([100]), more[:1], atol=1e-3)
    assert path.stat().st_size == LAYOUT.size(ROWS + BLOCK_ROWS)


def test_a_file_may_be_deleted_while_it_is_read(tmp_path: Path) -> None:
    file, _ = filled(VECTORS, path=tmp_path / "gone.vectors")
    snapshot = IndexSnapshot(file)
    right = snapshot.similarities(QUERY)
    try:
        (tmp_path / "gone.vectors").unlink()
    except PermissionError:  # Windows keeps it until nobody reads it
        return
    np.testing.assert_array_equal(snapshot.similarities(QUERY), right)
    np.testing.assert_allclose(snapshot.exact(np.arange(ROWS), QUERY)[0], VECTORS @ QUERY[0], atol=1e-3)
