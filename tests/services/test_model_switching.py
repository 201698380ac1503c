"""Changing models while the old one serves: complete, cancelled, interrupted, killed, and with photos coming in meanwhile."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.progress import IndexPhase, SwitchProgress
from desktop_app.domain.query import Query
from desktop_app.domain.tag import TagSource
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.ml.embedder import Embedder
from desktop_app.services import search_fitting
from desktop_app.services.services import Services
from desktop_app.store.settings import read_setting
from tests.fixtures.hub import tiny_folder
from tests.fixtures.libraries import RUN_SECONDS, SMALL_PHOTOS, Indexed, id_of, index_now

OTHER = "other"


@pytest.fixture
def other_model(tmp_path: Path, tiny_weights: bytes) -> Path:
    """A tiny CLIP as an open_clip folder of the person's own."""
    return tiny_folder(tmp_path / OTHER, tiny_weights)


def begin(services: Services, model: Path) -> None:
    """Offer the other model and choose it; the switch is pending then."""
    services.models.add(model, name=OTHER)
    assert services.models.use(OTHER) is False


def finish(services: Services) -> bool:
    return services.indexing.finish_switch().result(timeout=RUN_SECONDS)


def embedded(services: Services) -> dict[str, int]:
    return {info.entry.name: info.embedded for info in services.models.catalogue() if info.embedded}


def test_the_old_model_serves_until_the_new_one_is_complete(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        before = services.searching.search(Query(text="a cat")).scores
        begin(services, other_model)
        assert services.models.active_name() == BUILT_IN_NAME
        assert services.browsing.status().switch == SwitchProgress(OTHER, 0, SMALL_PHOTOS)
        assert np.array_equal(services.searching.search(Query(text="a cat")).scores, before)

        heard: list[LibraryChanges] = []
        steps: list[SwitchProgress | None] = []
        services.changes.subscribe(heard.append)
        services.indexing.subscribe_switch(steps.append)
        assert finish(services) is True

        assert services.models.active_name() == OTHER
        assert services.models.pending_name() is None
        assert services.browsing.status().switch is None
        assert embedded(services) == {BUILT_IN_NAME: SMALL_PHOTOS, OTHER: SMALL_PHOTOS}
        after = services.searching.search(Query(text="a cat"))
        assert after.searched == SMALL_PHOTOS
        assert not np.allclose(np.sort(after.scores), np.sort(before), atol=1e-3)
        assert [changes.model_changed for changes in heard].count(True) == 1
        assert steps[-1] is None
        done = [step.done for step in steps if step is not None]
        assert (done[0], done[-1]) == (0, SMALL_PHOTOS)


def test_tags_are_made_again_and_the_persons_own_stay(
    copied_library: Indexed, other_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_fitting, "LEAST_PHOTOS", SMALL_PHOTOS)
    with open_library(copied_library.library) as library:
        services = library.services
        photo = id_of(services, copied_library.photos / "photo_01.jpg")
        services.tagging.add("our cat", [photo])
        machine_tags = _machine_tags(services)
        assert machine_tags
        begin(services, other_model)
        assert _machine_tags(services) == machine_tags
        finish(services)
        assert read_setting(library._store.reader, "matching_of:other"), "its search was not fitted to the library"
        assert _machine_tags(services) != machine_tags
        details = services.browsing.details(photo)
        assert details is not None
        assert [tag.tag.name for tag in details.tags if tag.source is TagSource.PERSON] == ["our cat"]

        # Back again: the old embeddings are there still, so it serves at once, and the next run makes the tags.
        assert services.models.use(BUILT_IN_NAME) is True
        index_now(services)
        # Stored embeddings are in half precision: a tag on the very edge may fall the other way.
        assert len(_machine_tags(services) ^ machine_tags) <= 2


def _machine_tags(services: Services) -> set[tuple[int, str]]:
    found = set()
    for photo in services.browsing.photo_ids().tolist():
        details = services.browsing.details(photo)
        assert details is not None
        found |= {(photo, tag.tag.name) for tag in details.tags if tag.source is TagSource.ZERO_SHOT}
    return found


def test_an_indexing_run_goes_on_with_the_switch_by_itself(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        services, changed = library.services, threading.Event()
        begin(services, other_model)
        services.changes.subscribe(lambda changes: changed.set() if changes.model_changed else None)
        index_now(services)
        assert changed.wait(RUN_SECONDS)
        assert services.models.active_name() == OTHER


def test_a_cancelled_switch_changes_nothing_and_keeps_what_was_done(
    copied_library: Indexed, other_model: Path, gate: Gate
) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        begin(services, other_model)
        answer = services.indexing.finish_switch()
        gate.wait_until_reached()
        services.models.cancel_switch()
        gate.open()
        assert answer.result(timeout=RUN_SECONDS) is False
        assert services.models.active_name() == BUILT_IN_NAME
        assert services.models.pending_name() is None
        assert len(services.searching.search(Query(text="a cat")).photo_ids) == SMALL_PHOTOS
        assert embedded(services)[OTHER] > 0


def test_the_indexers_cancel_stops_the_switch_and_the_next_run_goes_on(
    copied_library: Indexed, other_model: Path, gate: Gate
) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        begin(services, other_model)
        answer = services.indexing.finish_switch()
        gate.wait_until_reached()
        assert services.indexing.progress.phase in {IndexPhase.SWITCHING, IndexPhase.IDLE}
        services.indexing.cancel()
        gate.open()
        assert answer.result(timeout=RUN_SECONDS) is False
        assert services.models.pending_name() == OTHER
        assert finish(services) is True
        assert services.models.active_name() == OTHER


def test_closing_in_the_middle_loses_nothing(copied_library: Indexed, other_model: Path, gate: Gate) -> None:
    with open_library(copied_library.library) as library:
        begin(library.services, other_model)
        library.services.indexing.finish_switch()
        gate.wait_until_reached()
        threading.Timer(0.2, gate.open).start()
    with open_library(copied_library.library) as library:
        services = library.services
        assert services.models.active_name() == BUILT_IN_NAME
        switch = services.browsing.status().switch
        assert switch is not None
        assert switch.model == OTHER
        seen = gate.embedded
        assert finish(services) is True
        assert gate.embedded - seen == SMALL_PHOTOS - switch.done


def test_new_photos_do_not_wait_for_the_switch(
    copied_library: Indexed, other_model: Path, gate: Gate, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    shutil.copyfile(copied_library.photos / "photo_00.jpg", more / "new.jpg")
    with (more / "new.jpg").open("ab") as file:
        file.write(b"another photo")
    with open_library(copied_library.library) as library:
        services = library.services
        begin(services, other_model)
        answer = services.indexing.finish_switch()
        gate.wait_until_reached()
        root = services.organising.add_folder(more)
        request = services.indexing.start([root.root_id])
        gate.open()
        report = request.result(timeout=RUN_SECONDS)
        assert report.added == 1
        assert report.model == BUILT_IN_NAME
        assert answer.result(timeout=RUN_SECONDS) is True
        assert embedded(services)[OTHER] == SMALL_PHOTOS + 1


def test_searches_are_answered_throughout(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        services, done, answers = library.services, threading.Event(), []

        def search_on() -> None:
            while not done.is_set():
                answers.append(len(services.searching.search(Query(text=f"a cat {len(answers)}")).photo_ids))

        begin(services, other_model)
        searcher = threading.Thread(target=search_on, name="searcher")
        searcher.start()
        try:
            assert finish(services) is True
            index_now(services)
        finally:
            done.set()
            searcher.join()
        answers.append(len(services.searching.search(Query(text="a cat")).photo_ids))
        assert set(answers) == {SMALL_PHOTOS}


def test_a_photo_that_is_away_does_not_hold_up_the_switch(
    library_folder: Path, photos: Path, other_model: Path
) -> None:
    with open_library(library_folder) as library:
        services = library.services
        index_now(services, photos)
        begin(services, other_model)
        away = photos.with_name("away")
        photos.rename(away)
        assert finish(services) is True
        assert OTHER not in embedded(services)
        away.rename(photos)
        assert index_now(services).embedded == SMALL_PHOTOS


def test_an_edited_file_is_not_taken_for_the_photo_it_was(
    library_folder: Path, photos: Path, other_model: Path
) -> None:
    with open_library(library_folder) as library:
        services = library.services
        index_now(services, photos)
        begin(services, other_model)
        shutil.copyfile(photos / "photo_01.jpg", photos / "photo_00.jpg")
        assert finish(services) is True
        assert embedded(services)[OTHER] == SMALL_PHOTOS - 1


def test_an_empty_library_changes_at_once(library_folder: Path, other_model: Path) -> None:
    with open_library(library_folder) as library:
        services = library.services
        services.models.add(other_model, name=OTHER)
        assert services.models.use(OTHER) is True
        assert services.models.active_name() == OTHER
        assert finish(services) is False


def test_choosing_the_model_in_use_calls_a_switch_off(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        begin(library.services, other_model)
        assert library.services.models.use(BUILT_IN_NAME) is True
        assert library.services.models.pending_name() is None


def test_choosing_a_third_model_in_the_middle_takes_the_second_ones_place(
    copied_library: Indexed, other_model: Path, gate: Gate, tmp_path: Path, tiny_weights: bytes
) -> None:
    third = tiny_folder(tmp_path / "third", tiny_weights)
    with open_library(copied_library.library) as library:
        services = library.services
        begin(services, other_model)
        first = services.indexing.finish_switch()
        gate.wait_until_reached()
        services.models.add(third, name="third")
        assert services.models.use("third") is False
        gate.open()
        assert first.result(timeout=RUN_SECONDS) is True
        assert services.models.active_name() == "third"
        assert embedded(services)["third"] == SMALL_PHOTOS
        assert embedded(services)[OTHER] < SMALL_PHOTOS


def test_a_model_that_cannot_be_loaded_changes_nothing(copied_library: Indexed, other_model: Path) -> None:
    (other_model / "open_clip_model.safetensors").write_bytes(b"not weights at all")
    with open_library(copied_library.library) as library:
        services = library.services
        services.models.add(other_model, name=OTHER)
        with pytest.raises(UserFacingError, match="could not be loaded"):
            services.models.use(OTHER)
        assert services.models.pending_name() is None
        with pytest.raises(UserFacingError, match="not on this machine"):
            services.models.use("vit-b-32-openai")


def test_a_next_model_that_breaks_leaves_the_old_one_serving(
    copied_library: Indexed, other_model: Path, tmp_path: Path
) -> None:
    with open_library(copied_library.library) as library:
        begin(library.services, other_model)
    (other_model / "open_clip_model.safetensors").write_bytes(b"not weights at all")
    with open_library(copied_library.library) as library:
        services = library.services
        with pytest.raises(UserFacingError, match="could not be loaded"):
            finish(services)
        assert "could not be loaded" in services.indexing.progress.note
        assert services.indexing.switch_progress is None
        assert index_now(services).reused == SMALL_PHOTOS
        assert len(services.searching.search(Query(text="a cat")).photo_ids) == SMALL_PHOTOS
        services.models.cancel_switch()
        assert finish(services) is False


def test_removing_a_model_deletes_its_embeddings_and_no_tag(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        photo = id_of(services, copied_library.photos / "photo_01.jpg")
        services.tagging.add("our cat", [photo])
        begin(services, other_model)
        with pytest.raises(UserFacingError, match="in use"):
            services.models.remove(OTHER)
        finish(services)
        tags = services.browsing.tag_counts()
        services.models.remove(BUILT_IN_NAME, weights=False)
        assert embedded(services) == {OTHER: SMALL_PHOTOS}
        assert services.browsing.tag_counts() == tags
        with pytest.raises(UserFacingError, match="part of Keepsight"):
            services.models.remove(BUILT_IN_NAME)
        with pytest.raises(UserFacingError, match="in use"):
            services.models.remove(OTHER)

        assert services.models.use(BUILT_IN_NAME) is False
        index_now(services)
        finish(services)
        services.models.remove(OTHER)
        assert (other_model / "open_clip_config.json").exists()
        assert OTHER not in [info.entry.name for info in services.models.catalogue()]
        assert embedded(services) == {BUILT_IN_NAME: SMALL_PHOTOS}


def test_other_weights_under_the_same_name_begin_anew(
    copied_library: Indexed, other_model: Path, tiny_weights: bytes
) -> None:
    """After an update of the model the old embeddings mean nothing: they are made again, and nobody's tags are touched."""
    with open_library(copied_library.library) as library:
        begin(library.services, other_model)
        assert finish(library.services)
    weights = bytearray(tiny_weights)
    weights[-40_000:] = bytes(reversed(weights[-40_000:]))
    (other_model / "open_clip_model.safetensors").write_bytes(weights)
    with open_library(copied_library.library) as library:
        services = library.services
        assert services.searching.search(Query(text="a cat")).searched == 0
        assert embedded(services) == {BUILT_IN_NAME: SMALL_PHOTOS}
        assert index_now(services).embedded == SMALL_PHOTOS
        assert services.searching.search(Query(text="a cat")).searched == SMALL_PHOTOS
        services.models.close()
    with open_library(copied_library.library) as library:
        assert library.services.searching.search(Query(text="a cat")).searched == SMALL_PHOTOS


def test_speed_is_measured_when_a_model_is_first_loaded(
    library_folder: Path, other_model: Path, tmp_path: Path
) -> None:
    with open_library(library_folder, models_folder=tmp_path / "models") as library:
        models = library.services.models
        models.add(other_model, name=OTHER)
        assert _speed(library.services, OTHER) is None
        models.use(OTHER)
        first = _speed(library.services, OTHER)
        assert first is not None
        assert first > 0
        assert models.measure(OTHER) > 0


def _speed(services: Services, name: str) -> float | None:
    return next(info.figures.images_per_second for info in services.models.catalogue() if info.entry.name == name)


class Gate:
    """Holds the other model's second batch of photos until it is opened, and counts the photos it embedded."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()
        self.embedded = 0
        self._batches = 0

    def pass_through(self, photos: int) -> None:
        self._batches += 1
        if self._batches > 1:
            self._reached.set()
            assert self._opened.wait(RUN_SECONDS)
        self.embedded += photos

    def wait_until_reached(self) -> None:
        assert self._reached.wait(RUN_SECONDS)

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Batches of four photos, and a gate before the second of the other model's."""
    gate, embed_images = Gate(), Embedder.embed_images
    monkeypatch.setattr("desktop_app.services.model_switching.BATCH_SIZE", 4)
    monkeypatch.setattr("desktop_app.services.model_catalogue.images_per_second", lambda _: 1.0)

    def gated(embedder: Embedder, pixels: np.ndarray) -> np.ndarray:
        if pixels.shape[1] == 32:
            gate.pass_through(len(pixels))
        return embed_images(embedder, pixels)

    monkeypatch.setattr(Embedder, "embed_images", gated)
    return gate
