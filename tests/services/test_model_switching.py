"""Changing models while the old one serves: until the new one is complete, with searches and new photos meanwhile."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from desktop_app.compose import open_library
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.progress import SwitchProgress
from desktop_app.domain.query import Query
from desktop_app.domain.tag import TagSource
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.services import search_fitting
from desktop_app.services.services import Services
from desktop_app.store.settings import read_setting
from tests.fixtures.libraries import RUN_SECONDS, SMALL_PHOTOS, Indexed, id_of, index_now
from tests.fixtures.switching import OTHER, Gate, begin, embedded, finish


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
