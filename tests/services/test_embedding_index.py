"""The vector file follows the library, heals itself, and is shared by programs."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from desktop_app.base.paths import LibraryPaths
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoId
from desktop_app.ml.vectors import storage
from desktop_app.ml.vectors.layout import BLOCK_ROWS, DamagedVectors, Layout
from desktop_app.services import embedding_index
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.embedding_index import EmbeddingIndex, remove_vector_files
from desktop_app.services.library_store import LibraryStore, open_store
from desktop_app.store.embeddings import put_embeddings, put_model
from desktop_app.store.model_switching import drop_embeddings
from tests.ml.vectors.making import random_units

DIMENSION = 16
QUERY = random_units(1, 1, DIMENSION)


@dataclass
class Shelf:
    """A library without files on disk but its own, and what its embeddings should be."""

    store: LibraryStore
    wanted: dict[int, dict[int, np.ndarray]]

    indexes: list[EmbeddingIndex] = field(default_factory=list)

    def index(self) -> EmbeddingIndex:
        """What is tested; closed with the library."""
        self.indexes.append(EmbeddingIndex(self.store))
        return self.indexes[-1]

    def model(self, name: str = "one", *, bank: int = 50) -> ActiveModel:
        """As much of a model as an index looks at."""
        model_id = self.store.writer.do(lambda session: put_model(session, name))
        tagger = SimpleNamespace(bank=lambda: random_units(bank, 10, DIMENSION))
        return cast(ActiveModel, SimpleNamespace(model_id=model_id, tagger=tagger, entry=SimpleNamespace(name=name)))

    def embed(self, ids: range | list[int], *, seed: int, model_id: int = 1) -> None:
        vectors = random_units(seed, len(ids), DIMENSION)

        def write(session: Any) -> None:
            session.connection.executemany(
                "INSERT OR IGNORE INTO contents (id, hash, file_format, width, height, byte_size, sort_time, added_at) "
                "VALUES (?, ?, 'JPEG', 1, 1, 1, '2024', '2024')",
                [(number, f"{number:032x}") for number in ids],
            )
            put_embeddings(session, ModelId(model_id), [PhotoId(number) for number in ids], vectors)

        self.store.writer.do(write)
        self.wanted.setdefault(model_id, {}).update(
            zip(ids, vectors.astype(np.float16).astype(np.float32), strict=True)
        )

    def forget(self, *ids: int) -> None:
        self.store.writer.do(
            lambda session: session.connection.executemany("DELETE FROM contents WHERE id = ?", [(id_,) for id_ in ids])
        )
        for number in ids:
            for vectors in self.wanted.values():
                vectors.pop(number, None)

    def check(self, index: EmbeddingIndex, model: ActiveModel) -> None:
        """The index holds exactly what the library holds."""
        snapshot, wanted = index.snapshot(model), self.wanted.get(model.model_id, {})
        assert snapshot.alive == len(wanted)
        ids = np.array(sorted(wanted), np.int64)
        rows = snapshot.rows_of(ids)
        assert (rows >= 0).all()
        right = np.array([wanted[number] for number in ids.tolist()]).reshape(-1, DIMENSION) @ QUERY[0]
        np.testing.assert_allclose(snapshot.exact(rows, QUERY)[0], right, atol=1e-6)
        rough = snapshot.similarities(QUERY)[0][rows]
        np.testing.assert_allclose(rough, right, atol=snapshot.rounding_error(QUERY[0]))

    @property
    def files(self) -> list[Path]:
        return sorted(self.store.paths.vectors.glob("*.vectors"))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with opened(tmp_path / "library") as made:
        yield made


@contextmanager
def opened(folder: Path) -> Iterator[Shelf]:
    folder.mkdir(exist_ok=True)
    store = open_store(LibraryPaths(folder))
    shelf = Shelf(store, {})
    try:
        yield shelf
    finally:
        for index in shelf.indexes:
            index.close()
        store.close()


def test_it_is_built_once_and_then_only_appended(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    model, index = shelf.model(), shelf.index()
    shelf.check(index, model)
    shelf.embed(range(1, 300), seed=1)
    shelf.check(index, model)
    files = shelf.files
    assert len(files) == 1

    def nothing(*_: object, **__: object) -> Iterator[Any]:
        raise AssertionError("all embeddings were read")

    monkeypatch.setattr(embedding_index, "load_embeddings", nothing)
    snapshot = index.snapshot(model)
    assert index.snapshot(model) is snapshot
    shelf.embed(range(300, 340), seed=2)
    shelf.embed([5, 6, 320], seed=3)
    shelf.forget(7, 8, 330)
    shelf.check(index, model)
    shelf.embed([7], seed=4)
    shelf.check(index, model)
    index.close()
    # The next start of the program maps the same file.
    again = shelf.index()
    shelf.embed(range(400, 410), seed=5)
    shelf.check(again, shelf.model())
    assert shelf.files == files


def test_a_library_that_outgrows_its_file_gets_another(shelf: Shelf) -> None:
    model, index = shelf.model(), shelf.index()
    shelf.embed([1], seed=1)
    shelf.check(index, model)
    first = shelf.files
    shelf.embed(range(2, 60), seed=2)
    shelf.check(index, model)
    assert len(shelf.files) == 1
    assert shelf.files != first


def test_rows_that_count_no_more_are_cleared_away(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_index, "_FEW_DEAD", 10)
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, 100), seed=1)
    for seed in range(2, 6):
        shelf.check(index, model)
        shelf.embed(range(1, 20), seed=seed)
    shelf.check(index, model)
    assert len(index.snapshot(model)) < 140


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:10],
        lambda data: b"",
        lambda data: bytes(len(data)),
        lambda data: data[:1024] + bytes(2048) + data[3072:],
        lambda data: (
            data[: Layout(DIMENSION).column_at("ids", 0)]
            + b"\x07" * 800
            + data[Layout(DIMENSION).column_at("ids", 100) :]
        ),
        lambda data: b"another program's file" * 1000,
    ],
    ids=["half", "start", "empty", "zeros", "records", "ids", "foreign"],
)
def test_a_damaged_file_is_built_again(shelf: Shelf, harm: Any) -> None:
    model = shelf.model()
    shelf.embed(range(1, 200), seed=1)
    index = shelf.index()
    shelf.check(index, model)
    index.close()
    (file,) = shelf.files
    file.write_bytes(harm(file.read_bytes()))
    index = shelf.index()
    shelf.check(index, model)
    assert shelf.files != [file]
    assert len(shelf.files) == 1


@pytest.mark.parametrize("column", ["codes", "exact"])
def test_damage_found_in_the_middle_of_a_search_is_answered_by_building_again(shelf: Shelf, column: str) -> None:
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, 200), seed=1)
    shelf.check(index, model)
    index.close()
    with shelf.files[0].open("r+b") as file:
        file.seek(Layout(DIMENSION).column_at(column, 60))
        file.write(b"\x55\x56\x57")
    index = shelf.index()
    snapshot = index.snapshot(model)
    search = snapshot.similarities if column == "codes" else lambda query: snapshot.exact(np.arange(199), query)
    with pytest.raises(DamagedVectors):
        search(QUERY)
    index.discard(snapshot)
    shelf.check(index, model)
    healed = index.snapshot(model)
    index.discard(snapshot)
    assert index.snapshot(model) is healed


def test_embeddings_that_are_no_numbers_are_like_nothing(shelf: Shelf) -> None:
    """As damaged weights of a model left them in the library."""
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, 40), seed=1)
    broken = np.array([[np.nan] * DIMENSION, [np.inf] + [0.0] * (DIMENSION - 1)], np.float32)
    shelf.store.writer.do(lambda session: put_embeddings(session, ModelId(1), [PhotoId(5), PhotoId(6)], broken))
    shelf.wanted[1][5] = shelf.wanted[1][6] = np.zeros(DIMENSION, np.float32)
    shelf.check(index, model)


def test_a_file_that_is_deleted_is_made_again(shelf: Shelf) -> None:
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, 50), seed=1)
    shelf.check(index, model)
    for file in shelf.files:
        file.unlink()
    shelf.check(index, model)  # what is mapped stays readable
    shelf.embed(range(50, 60), seed=2)
    shelf.check(index, model)
    assert len(shelf.files) == 1


def test_a_library_restored_from_a_backup_is_not_answered_from_the_newer_file(tmp_path: Path) -> None:
    folder, backup = tmp_path / "library", tmp_path / "backup"
    with opened(folder) as shelf:
        model, index = shelf.model(), shelf.index()
        shelf.embed(range(1, 50), seed=1)
        shelf.check(index, model)
        old = {1: dict(shelf.wanted[1])}
    backup.mkdir()
    for file in folder.glob("library.db*"):
        shutil.copy(file, backup)
    with opened(folder) as shelf:
        shelf.wanted = {1: dict(old[1])}
        shelf.embed([60, 61], seed=2)
        shelf.check(shelf.index(), shelf.model())
    for file in folder.glob("library.db*"):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, folder)
    with opened(folder) as shelf:
        shelf.wanted = {1: dict(old[1])}
        # As many changes as the lost history had, but others.
        shelf.embed([70, 71], seed=3)
        shelf.check(shelf.index(), shelf.model())


def test_each_model_has_its_own_file_and_loses_it_with_its_embeddings(shelf: Shelf) -> None:
    one, two = shelf.model("one"), shelf.model("two")
    shelf.embed(range(1, 30), seed=1, model_id=one.model_id)
    shelf.embed(range(1, 20), seed=2, model_id=two.model_id)
    index = shelf.index()
    shelf.check(index, one)
    shelf.check(index, two)
    shelf.check(index, one)
    assert len(shelf.files) == 2
    shelf.store.writer.do(lambda session: drop_embeddings(session, two.model_id, limit=1000))
    remove_vector_files(shelf.store.paths.vectors, two.model_id)
    assert [file.name.startswith(f"model-{one.model_id}-") for file in shelf.files] == [True]
    shelf.wanted[two.model_id] = {}
    shelf.check(index, two)


def test_embeddings_that_go_in_parts_are_gone(shelf: Shelf) -> None:
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, 40), seed=1)
    shelf.check(index, model)
    while shelf.store.writer.do(lambda session: drop_embeddings(session, model.model_id, limit=15)):
        left = shelf.store.reader.numbers("SELECT content_id FROM embeddings").tolist()
        shelf.wanted[1] = {number: shelf.wanted[1][number] for number in left}
        shelf.check(index, model)
    assert shelf.wanted[1] == {}


def test_other_background_captions_make_another_file(shelf: Shelf) -> None:
    model = shelf.model()
    shelf.embed(range(1, 40), seed=1)
    shelf.check(shelf.index(), model)
    before = shelf.files
    other = shelf.model(bank=51)
    index = shelf.index()
    shelf.check(index, other)
    assert shelf.files != before
    similarities = np.array([shelf.wanted[1][7]]) @ random_units(51, 10, DIMENSION).T
    row = index.snapshot(other).rows_of(np.array([7]))
    np.testing.assert_allclose(index.snapshot(other).background.mean[row], similarities.mean(axis=1), atol=1e-6)


def test_where_no_file_can_be_written_memory_serves(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.FileStorage, "write", full)
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, BLOCK_ROWS + 50), seed=1)
    shelf.check(index, model)
    shelf.embed([3, 9000], seed=2)
    shelf.forget(4)
    shelf.check(index, model)


def test_a_lock_that_never_comes_free_does_not_stop_a_search(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_index, "_LOCK_TIMEOUT_S", 0.01)
    model, index = shelf.model(), shelf.index()
    shelf.embed(range(1, 20), seed=1)
    shelf.store.paths.vectors.mkdir()
    lock = embedding_index.FileLock(shelf.store.paths.vectors / "lock")
    with lock:
        held = threading.Thread(target=shelf.check, args=(index, model))
        held.start()
        held.join(60)
        shelf.check(index, model)
    assert not shelf.files


def _follow(folder: Path, numbers: list[int], seed: int, come: Any) -> None:
    """Another program on the same library: looks, embeds, looks again."""
    with opened(folder) as shelf:
        model, index = shelf.model(), shelf.index()
        index.snapshot(model).similarities(QUERY)
        come.wait(120)
        for number in numbers:
            shelf.embed([number], seed=seed + number)
            snapshot = index.snapshot(model)
            assert snapshot.rows_of(np.array([number]))[0] >= 0
            np.testing.assert_allclose(snapshot.vectors_of([number])[0], shelf.wanted[1][number], atol=1e-6)


def test_programs_share_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with opened(folder) as shelf:
        model, index = shelf.model(), shelf.index()
        shelf.embed(range(1, 200), seed=1)
        shelf.check(index, model)
        context = multiprocessing.get_context("spawn")
        come = context.Event()
        others = [
            context.Process(target=_follow, args=(folder, list(range(start, start + 15)), 7, come))
            for start in (1000, 2000)
        ]
        for other in others:
            other.start()
        come.set()
        for number in range(3000, 3015):
            shelf.embed([number], seed=number)
            assert index.snapshot(model).rows_of(np.array([number]))[0] >= 0
        for other in others:
            other.join(240)
            assert other.exitcode == 0
        for start in (1000, 2000):
            for number in range(start, start + 15):
                vector = random_units(7 + number, 1, DIMENSION)[0]
                shelf.wanted[1][number] = vector.astype(np.float16).astype(np.float32)
        shelf.check(index, model)
        assert len(shelf.files) == 1
