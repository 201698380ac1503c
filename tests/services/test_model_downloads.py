"""Downloads in the background, as the model page sees them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.progress import DownloadProgress, DownloadState
from desktop_app.services import model_downloads
from desktop_app.services.models import ModelInfo
from desktop_app.services.services import Services
from tests.fixtures.hub import TINY, LocalHub, in_catalogue
from tests.fixtures.libraries import RUN_SECONDS

NAME = TINY.name


@pytest.fixture
def library(
    tmp_path: Path, library_folder: Path, tiny_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Library]:
    in_catalogue(monkeypatch)
    with open_library(library_folder, models_folder=tmp_path / "models", hub_endpoint=tiny_hub.endpoint) as opened:
        yield opened


def info(services: Services) -> ModelInfo:
    return next(info for info in services.models.catalogue() if info.entry.name == NAME)


class Steps:
    """Every snapshot of the download, and a wait for the first bytes."""

    def __init__(self, services: Services) -> None:
        self.seen: list[DownloadProgress] = []
        self.some_bytes = threading.Event()
        services.downloads.subscribe(self._hear)

    def _hear(self, progress: DownloadProgress) -> None:
        self.seen.append(progress)
        if progress.done_bytes:
            self.some_bytes.set()

    @property
    def states(self) -> list[DownloadState]:
        """Each state once, in order."""
        return list(dict.fromkeys(step.state for step in self.seen))


def test_a_download_ends_with_a_model_that_can_be_used(library: Library, tiny_weights: bytes) -> None:
    services = library.services
    steps = Steps(services)
    assert not info(services).installed
    services.downloads.start(NAME).result(timeout=RUN_SECONDS)
    assert info(services).installed
    assert steps.states == [
        DownloadState.STARTING,
        DownloadState.DOWNLOADING,
        DownloadState.CHECKING,
        DownloadState.DONE,
    ]
    assert steps.seen[-1].done_bytes == steps.seen[-1].total_bytes == len(tiny_weights)
    assert services.models.use(NAME) is True
    assert services.models.active().texts.query("a dog").shape == (16,)


def test_nothing_is_asked_of_the_hub_before_a_person_asks(library: Library, tiny_hub: LocalHub) -> None:
    library.services.models.catalogue()
    with pytest.raises(UserFacingError, match="Download it first"):
        library.services.models.use(NAME)
    assert tiny_hub.asked == []


def test_pause_keeps_what_is_here_and_start_goes_on(library: Library, tiny_hub: LocalHub, tiny_weights: bytes) -> None:
    services, steps = library.services, Steps(library.services)
    tiny_hub.faults.seconds_per_chunk = 0.02
    answer = services.downloads.start(NAME)
    assert services.downloads.start(NAME) is answer
    assert steps.some_bytes.wait(RUN_SECONDS)
    services.downloads.pause(NAME)
    with pytest.raises(Cancelled):
        answer.result(timeout=RUN_SECONDS)
    paused = services.downloads.progress(NAME)
    assert paused is not None
    assert paused.state is DownloadState.PAUSED
    here = info(services).partial_bytes
    assert 0 < here < len(tiny_weights)
    tiny_hub.faults.seconds_per_chunk = 0.0
    services.downloads.start(NAME).result(timeout=RUN_SECONDS)
    assert tiny_hub.ranges_asked()[-1] == f"bytes={here}-"
    assert info(services).installed


def test_pausing_and_going_on_at_once_is_safe(library: Library, tiny_hub: LocalHub) -> None:
    services = library.services
    tiny_hub.faults.seconds_per_chunk = 0.005
    for _ in range(5):
        services.downloads.start(NAME)
        services.downloads.pause(NAME)
    services.downloads.start(NAME).result(timeout=RUN_SECONDS)
    assert info(services).installed


def test_cancel_deletes_what_is_here(library: Library, tiny_hub: LocalHub, tmp_path: Path) -> None:
    services, steps = library.services, Steps(library.services)
    tiny_hub.faults.seconds_per_chunk = 0.02
    answer = services.downloads.start(NAME)
    assert steps.some_bytes.wait(RUN_SECONDS)
    services.downloads.cancel(NAME)
    with pytest.raises(Cancelled):
        answer.result(timeout=RUN_SECONDS)
    assert steps.states[-1] is DownloadState.CANCELLED
    assert info(services).partial_bytes == 0
    assert not (tmp_path / "models" / NAME).exists()


def test_what_cannot_be_deleted_keeps_nobody_waiting(
    library: Library, tiny_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, steps = library.services, Steps(library.services)
    tiny_hub.faults.seconds_per_chunk = 0.02

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(model_downloads, "discard", refuse)
    answer = services.downloads.start(NAME)
    assert steps.some_bytes.wait(RUN_SECONDS)
    services.downloads.cancel(NAME)
    with pytest.raises(PermissionError):
        answer.result(timeout=RUN_SECONDS)
    assert steps.states[-1] is DownloadState.FAILED


def test_cancel_of_a_paused_download_deletes_it_too(library: Library, tiny_hub: LocalHub) -> None:
    services, steps = library.services, Steps(library.services)
    tiny_hub.faults.seconds_per_chunk = 0.02
    answer = services.downloads.start(NAME)
    assert steps.some_bytes.wait(RUN_SECONDS)
    services.downloads.pause(NAME)
    with pytest.raises(Cancelled):
        answer.result(timeout=RUN_SECONDS)
    services.downloads.cancel(NAME)
    assert info(services).partial_bytes == 0


def test_a_failure_is_told_in_a_sentence_and_can_be_tried_again(library: Library, tiny_hub: LocalHub) -> None:
    services, steps = library.services, Steps(library.services)
    tiny_hub.faults.corrupt = True
    with pytest.raises(UserFacingError, match="checksum"):
        services.downloads.start(NAME).result(timeout=RUN_SECONDS)
    assert steps.seen[-1].state is DownloadState.FAILED
    assert "checksum" in steps.seen[-1].problem
    tiny_hub.faults.corrupt = False
    services.downloads.start(NAME).result(timeout=RUN_SECONDS)
    assert info(services).installed


def test_closing_pauses_and_the_next_session_goes_on(
    tmp_path: Path, library_folder: Path, tiny_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_catalogue(monkeypatch)
    models_folder = tmp_path / "models"
    tiny_hub.faults.seconds_per_chunk = 0.02
    with open_library(library_folder, models_folder=models_folder, hub_endpoint=tiny_hub.endpoint) as library:
        steps = Steps(library.services)
        library.services.downloads.start(NAME)
        assert steps.some_bytes.wait(RUN_SECONDS)
    tiny_hub.faults.seconds_per_chunk = 0.0
    with open_library(library_folder, models_folder=models_folder, hub_endpoint=tiny_hub.endpoint) as library:
        assert info(library.services).partial_bytes > 0
        library.services.downloads.start(NAME).result(timeout=RUN_SECONDS)
        assert info(library.services).installed


def test_a_downloaded_model_can_be_removed(library: Library, tmp_path: Path) -> None:
    services = library.services
    services.downloads.start(NAME).result(timeout=RUN_SECONDS)
    services.models.measure(NAME)
    services.models.remove(NAME)
    assert not info(services).installed
    assert info(services).figures.images_per_second is None
    assert not (tmp_path / "models" / NAME).exists()


def test_what_is_here_already_is_not_downloaded(library: Library) -> None:
    with pytest.raises(UserFacingError, match="on this machine already"):
        library.services.downloads.start("keepsight-mini")
    with pytest.raises(UserFacingError, match="no model called"):
        library.services.downloads.start("nonsense")
