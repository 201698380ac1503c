"""Runs that are cancelled, held, joined or closed, with the model at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.progress import IndexPhase, IndexReport
from desktop_app.ml.embedder import Embedder
from tests.fixtures.indexing import Open, counting, listed
from tests.fixtures.libraries import RUN_SECONDS, index_now
from tests.fixtures.photos import write_unique_copies


@contextmanager
def slow_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Semaphore]]:
    """Batches go through one by one, as the test lets them: (a batch has come, let one through)."""
    come, let_through, real = threading.Event(), threading.Semaphore(0), Embedder.embed_images

    def embed_images(self: Embedder, pixels):
        come.set()
        assert let_through.acquire(timeout=60)
        return real(self, pixels)

    with monkeypatch.context() as patched:
        patched.setattr(Embedder, "embed_images", embed_images)
        yield come, let_through


@pytest.fixture
def many(tmp_path: Path, small_photos: Path) -> Path:
    """Two hundred photos with bytes of their own: half a dozen batches."""
    write_unique_copies(sorted(small_photos.iterdir()), tmp_path / "many", 200)
    return tmp_path / "many"


def test_cancelling_ends_within_a_batch_and_the_next_run_carries_on(
    open_here: Open, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_here() as library:
        services = library.services
        root = services.organising.add_folder(many)
        with slow_model(monkeypatch) as (come, let_through):
            answer = services.indexing.start([root.root_id])
            let_through.release()
            assert come.wait(60)
            waiting = services.indexing.start([root.root_id])
            services.indexing.cancel()
            for _ in range(4):
                let_through.release()
            report = answer.result(RUN_SECONDS)
        assert waiting.cancelled()
        assert report.cancelled
        assert report.missing == 0
        # What was in flight is stored: the batch at the model, the one ready behind it, and no more.
        assert 0 < report.added <= 3 * 32
        report = index_now(services)
        assert report.added + report.reused == 200
        assert len(listed(services)) == 200
        status = services.browsing.status()
        assert (status.embedded, status.pending) == (200, 0)


def done_within(answer: Future[IndexReport], seconds: float) -> bool:
    try:
        answer.result(seconds)
    except TimeoutError:
        return False
    return True


def test_a_pause_holds_everything_but_the_batch_in_flight(
    open_here: Open, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_here() as library:
        services = library.services
        root = services.organising.add_folder(many)
        with counting(monkeypatch) as counted:
            first = threading.Event()
            services.changes.subscribe(lambda changes: first.set() if changes.embedded else None)
            answer = services.indexing.start([root.root_id])
            assert first.wait(60)
            services.indexing.pause()
            assert services.indexing.paused
            assert services.indexing.progress.phase is IndexPhase.PAUSED
            at_pause = counted.images
            # The batch at the model and the one ready behind it may still go through, however slow this machine is.
            assert not done_within(answer, 3.0)
            held = counted.images
            assert held <= min(at_pause + 2 * 32, 199)
            time.sleep(0.5)
            assert counted.images == held
            # Searching and tagging go on meanwhile.
            photo = PhotoId(int(services.browsing.photo_ids()[0]))
            services.tagging.add("during the pause", [photo])
            services.indexing.resume()
            assert not services.indexing.paused
            assert answer.result(RUN_SECONDS).added == 200


def test_a_pause_also_holds_when_the_scan_is_over(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_here() as library, counting(monkeypatch) as counted:
        services = library.services
        services.indexing.pause()
        root = services.organising.add_folder(photos)
        answer = services.indexing.start([root.root_id])
        time.sleep(0.5)
        assert counted.images == 0
        assert not answer.done()
        services.indexing.cancel()
        assert answer.result(RUN_SECONDS).cancelled
        assert not services.indexing.paused


def test_equal_waiting_requests_are_answered_together(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_here() as library:
        services = library.services
        root = services.organising.add_folder(photos)
        with slow_model(monkeypatch) as (come, let_through):
            running = services.indexing.start([root.root_id])
            assert come.wait(60)
            assert services.indexing.running
            second, third = services.indexing.start([root.root_id]), services.indexing.start([root.root_id])
            other = services.indexing.start([root.root_id], below="sub")
            assert second is third
            assert second is not running
            assert other is not second
            let_through.release(10)
            assert running.result(RUN_SECONDS).added == 12
            assert second.result(RUN_SECONDS).reused == 12
            assert other.result(RUN_SECONDS).found == 0


def test_closing_ends_a_run_that_is_under_way(library_folder: Path, many: Path) -> None:
    with open_library(library_folder) as library:
        root = library.services.organising.add_folder(many)
        first = threading.Event()
        library.services.changes.subscribe(lambda changes: first.set() if changes.embedded else None)
        answer = library.services.indexing.start([root.root_id])
        assert first.wait(60)
    assert answer.done()
    library.close()
    with pytest.raises(UserFacingError):
        library.services.indexing.start()
    with open_library(library_folder) as library:
        stored = len(listed(library.services))
        assert 0 < stored <= 200
        report = index_now(library.services)
        assert (report.added, report.reused) == (200 - stored, stored)


def test_a_folder_removed_during_its_run_stays_removed(
    open_here: Open, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_here() as library:
        services = library.services
        root = services.organising.add_folder(many)
        with slow_model(monkeypatch) as (come, let_through):
            answer = services.indexing.start([root.root_id])
            assert come.wait(60)
            services.organising.remove_folder(root.root_id)
            let_through.release(100)
            answer.result(RUN_SECONDS)
        assert services.browsing.roots() == []
        assert listed(services) == set()
