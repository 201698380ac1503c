"""A change of models that does not go through at once: cancelled, stopped, closed, overtaken by another choice, broken."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.progress import IndexPhase
from desktop_app.domain.query import Query
from desktop_app.ml.catalogue import BUILT_IN_NAME
from tests.fixtures.hub import tiny_folder
from tests.fixtures.libraries import RUN_SECONDS, SMALL_PHOTOS, Indexed, index_now
from tests.fixtures.switching import OTHER, Gate, begin, embedded, finish


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
