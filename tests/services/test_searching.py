"""The search path: by words, by picture, within filters, over whatever is there."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, InFolder, Query, tags_filter
from desktop_app.ml.embedder import Embedder
from desktop_app.services.services import Services
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.store.tag_decisions import add_tag
from tests.fixtures.libraries import RUN_SECONDS, Indexed, id_of, index_now
from tests.fixtures.photos import write_unique_copies


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, sample_library: Indexed) -> Iterator[tuple[Services, Path]]:
    """The sample library, open; tests here only tag photos, each with names of its own."""
    folder = shutil.copytree(sample_library.library, tmp_path_factory.mktemp("searched") / "library")
    with open_library(Path(folder)) as library:
        yield library.services, sample_library.photos


pytestmark = pytest.mark.keeps_threads("keepsight-")


def names(services: Services, ids: np.ndarray) -> list[str]:
    summaries = services.browsing.summaries(ids.tolist())
    return [summaries[PhotoId(photo)].name for photo in ids.tolist()]


# Which of the small photos show what: they are cut from six photos in turn.
CATS = {"photo_01.jpg", "photo_07.jpg"}
MOTORCYCLES = {"photo_04.jpg", "photo_05.jpg", "photo_10.jpg", "photo_11.jpg"}


@pytest.mark.parametrize(("text", "shown"), [("a cat", CATS), ("a motorcycle", MOTORCYCLES)])
def test_words_find_what_a_photo_shows(searched: tuple[Services, Path], text: str, shown: set[str]) -> None:
    services, _ = searched
    result = services.searching.search(Query(text=text))
    assert set(names(services, result.photo_ids)[: len(shown)]) == shown
    assert (result.searched, result.total, result.partial) == (12, 12, False)
    assert (np.diff(result.scores) <= 0).all()
    assert ((result.probabilities >= 0) & (result.probabilities <= 1)).all()
    assert result.seconds > 0


def test_without_words_every_photo_newest_first(searched: tuple[Services, Path]) -> None:
    services, _ = searched
    result = services.searching.search(Query())
    assert result.photo_ids.tolist() == services.browsing.photo_ids().tolist()
    assert len(result.scores) == len(result.probabilities) == 0
    assert (result.searched, result.total) == (12, 12)
    assert len(services.searching.search(Query(text="  "), limit=5).photo_ids) == 5


def test_a_limit_keeps_the_best(searched: tuple[Services, Path]) -> None:
    services, _ = searched
    everything = services.searching.search(Query(text="coffee"))
    few = services.searching.search(Query(text="coffee"), limit=3)
    assert few.photo_ids.tolist() == everything.photo_ids.tolist()[:3]
    assert (few.searched, few.total) == (12, 12)


def test_white_space_and_asking_again_change_nothing(
    searched: tuple[Services, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    services, _ = searched
    first = services.searching.search(Query(text="a red rocket"))
    monkeypatch.setattr(Embedder, "embed_texts", lambda *_: pytest.fail("the query was embedded again"))
    again = services.searching.search(Query(text="  a  red\trocket "))
    np.testing.assert_array_equal(first.photo_ids, again.photo_ids)


def test_more_like_a_photo_finds_that_photo_and_its_kin_first(searched: tuple[Services, Path]) -> None:
    services, photos = searched
    cat = id_of(services, photos / "photo_01.jpg")
    result = services.searching.search(Query(like=(cat,)))
    assert result.photo_ids[0] == cat
    assert result.scores[0] == pytest.approx(1, abs=0.01)
    assert set(names(services, result.photo_ids[:2])) == CATS
    # There is no calibration for pictures against pictures: no probability is made up.
    assert np.isnan(result.probabilities).all()


def test_a_picture_from_anywhere_finds_its_like(searched: tuple[Services, Path], tmp_path: Path) -> None:
    services, photos = searched
    shutil.copy(photos / "photo_04.jpg", tmp_path / "from elsewhere.jpg")
    result = services.searching.search(Query(image=tmp_path / "from elsewhere.jpg"), limit=4)
    assert names(services, result.photo_ids)[0] == "photo_04.jpg"
    assert set(names(services, result.photo_ids)) == MOTORCYCLES


def test_words_and_pictures_together(searched: tuple[Services, Path]) -> None:
    services, photos = searched
    rocket = id_of(services, photos / "photo_03.jpg")
    result = services.searching.search(Query(text="a motorcycle", like=(rocket,)), limit=6)
    assert {"photo_03.jpg"} | MOTORCYCLES <= set(names(services, result.photo_ids))


def test_a_picture_that_cannot_be_read_is_said(searched: tuple[Services, Path], tmp_path: Path) -> None:
    services, _ = searched
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    for path in (tmp_path / "broken.jpg", tmp_path / "nowhere.jpg"):
        with pytest.raises(UserFacingError, match=path.name):
            services.searching.search(Query(image=path))


def test_more_like_a_photo_that_has_no_embedding_yet_is_said(searched: tuple[Services, Path]) -> None:
    services, _ = searched
    with pytest.raises(UserFacingError, match="not been indexed"):
        services.searching.search(Query(like=(PhotoId(987654),)))


def test_words_within_tags_and_folders(searched: tuple[Services, Path]) -> None:
    services, photos = searched
    ids = [id_of(services, photos / f"photo_{number:02d}.jpg") for number in range(12)]
    services.tagging.add("even", ids[::2])
    services.tagging.add("low", ids[:4])
    services.tagging.add("dark", ids[2:3])
    tag = {name: services.browsing.tag_named(name).id for name in ("even", "low", "dark")}  # type: ignore[union-attr]
    cases = [
        (tags_filter(every=(tag["even"], tag["low"])), {0, 2}),
        (tags_filter(some=(tag["even"], tag["low"])), {0, 1, 2, 3, 4, 6, 8, 10}),
        (tags_filter(none=(tag["even"],)), {1, 3, 5, 7, 9, 11}),
        (tags_filter(every=(tag["even"],), some=(tag["low"],), none=(tag["dark"],)), {0}),
        (And((InFolder(services.browsing.roots()[0].root_id), tags_filter(every=(tag["dark"],)))), {2}),
        (InFolder(services.browsing.roots()[0].root_id, "nowhere"), set()),
    ]
    for where, numbers in cases:
        wanted = {ids[number] for number in numbers}
        for query in (Query(where=where), Query(text="a cat", where=where)):
            result = services.searching.search(query)
            assert set(result.photo_ids.tolist()) == wanted
            assert (result.searched, result.total) == (len(wanted), len(wanted))


Open = Callable[[], AbstractContextManager[Library]]


def test_an_empty_library_has_no_answers(open_here: Open) -> None:
    with open_here() as library:
        assert library.services.searching.search(Query(text="a dog")).photo_ids.tolist() == []
        assert library.services.searching.search(Query()).total == 0


def test_searching_while_indexing_answers_over_what_is_there(
    open_here: Open, small_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_unique_copies(sorted(small_photos.iterdir()), tmp_path / "many", 100)
    come, let_through, real = threading.Event(), threading.Semaphore(0), Embedder.embed_images
    stored = threading.Event()

    def embed_images(self: Embedder, pixels: np.ndarray):
        come.set()
        assert let_through.acquire(timeout=RUN_SECONDS)
        return real(self, pixels)

    monkeypatch.setattr(Embedder, "embed_images", embed_images)
    with open_here() as library:
        services = library.services
        index_now(services)
        root = services.organising.add_folder(tmp_path / "many")
        services.changes.subscribe(lambda changes: stored.set() if changes.embedded else None)
        assert services.searching.search(Query(text="a cat")).searched == 0
        answer = services.indexing.start([root.root_id])
        let_through.release()
        assert stored.wait(RUN_SECONDS)
        part = services.browsing.status().photos
        assert 0 < part < 100
        # The first search embedded its words already: the model is busy with pictures, and this one does not wait for it.
        result = services.searching.search(Query(text="a cat"))
        assert result.searched == part
        assert result.total >= part
        let_through.release(100)
        answer.result(RUN_SECONDS)
        result = services.searching.search(Query(text="a cat"))
        assert (result.searched, result.total, result.partial) == (100, 100, False)


def test_the_index_follows_the_library(open_here: Open, photos: Path) -> None:
    extra = photos.parent / "extra.jpg"
    (photos / "photo_07.jpg").rename(extra)
    with open_here() as library:
        services = library.services
        root = services.organising.add_folder(photos)
        index_now(services)
        assert services.searching.search(Query(text="a cat")).total == 11
        extra.rename(photos / "photo_07.jpg")
        index_now(services)
        result = services.searching.search(Query(text="a cat"))
        assert set(names(services, result.photo_ids[:2])) == CATS
        services.organising.remove_folder(root.root_id)
        assert services.searching.search(Query(text="a cat")).photo_ids.tolist() == []
        index_now(services, photos)
        result = services.searching.search(Query(text="a cat"))
        assert (result.searched, result.total) == (12, 12)


def test_a_first_search_does_not_stand_in_the_way_of_writing(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is built with the writer's help: while that lasts, the writer must be able to publish its changes."""
    building, published, real = threading.Event(), threading.Event(), TextEmbedding.ensembles

    def ensembles(self: TextEmbedding, prompt_sets):
        building.set()
        assert published.wait(RUN_SECONDS), "a write waited for the search, which waited for the write"
        return real(self, prompt_sets)

    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        monkeypatch.setattr(TextEmbedding, "ensembles", ensembles)
        searching = threading.Thread(target=services.searching.search, args=(Query(text="a cat"),))
        searching.start()
        assert building.wait(RUN_SECONDS)

        def write(session) -> tuple[object, LibraryChanges]:
            return None, add_tag(session, "meanwhile", [photo]).changes

        # As the indexer writes: its changes are published on the writer's thread.
        library._store.index_write(write).result(RUN_SECONDS)
        library._store.index_write(write).result(RUN_SECONDS)
        published.set()
        searching.join(RUN_SECONDS)
        assert not searching.is_alive()


def test_a_list_that_was_read_while_the_library_changed_is_not_kept(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app.services import searching

    real = searching.photo_ids
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        root = services.browsing.roots()[0].root_id

        def list_and_change(reader, where):
            listed = real(reader, where)
            monkeypatch.setattr(searching, "photo_ids", real)
            services.organising.remove_folder(root)
            return listed

        monkeypatch.setattr(searching, "photo_ids", list_and_change)
        services.searching.search(Query())
        assert services.searching.search(Query()).photo_ids.tolist() == []


def test_unit_vectors_are_kept_for_the_vocabulary_and_not_for_every_query(open_here: Open) -> None:
    with open_here() as library:
        texts = library.services.models.active().texts
        count = library._store.reader.value("SELECT COUNT(*) FROM text_embeddings")
        vectors = [texts.query(f"query {number}") for number in range(3)]
        np.testing.assert_allclose([np.linalg.norm(vector) for vector in vectors], 1, atol=1e-5)
        assert library._store.reader.value("SELECT COUNT(*) FROM text_embeddings") == count
        one = texts.ensembles([("a dog", "a photo of a dog"), ("a cat",)])
        assert library._store.reader.value("SELECT COUNT(*) FROM text_embeddings") == count + 2
        np.testing.assert_array_equal(texts.ensembles([("a dog", "a photo of a dog"), ("a cat",)]), one)
