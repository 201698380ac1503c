"""The whole pipeline on real photos with the real model: every file is accounted for, whatever happened to it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.progress import IndexPhase, IndexProgress, IndexReport
from desktop_app.domain.query import And
from desktop_app.ml.embedder import Embedder
from desktop_app.services.services import Services
from tests.fixtures.libraries import RUN_SECONDS, id_of, index_now
from tests.fixtures.photos import write_unique_copies

Open = Callable[[], AbstractContextManager[Library]]


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def accounted(report: IndexReport) -> int:
    return report.added + report.modified + report.moved + report.reused + report.skipped


def listed(services: Services) -> set[int]:
    return set(services.browsing.photo_ids(And(())).tolist())


def tags_of_person(services: Services, photo: PhotoId) -> set[str]:
    details = services.browsing.details(photo)
    assert details is not None
    return {item.tag.name for item in details.tags if item.source == "person"}


@dataclass
class Counted:
    """How often the model was asked for what."""

    images: int = 0
    batches: list[int] = field(default_factory=list)


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """Count what goes through the real model."""
    counted, real = Counted(), Embedder.embed_images

    def embed_images(self: Embedder, pixels):
        counted.images += len(pixels)
        counted.batches.append(len(pixels))
        return real(self, pixels)

    with monkeypatch.context() as patched:
        patched.setattr(Embedder, "embed_images", embed_images)
        yield counted


def test_every_file_is_counted_once_and_a_second_run_loads_no_model(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photos / "notes.txt").write_text("milk, eggs")
    (photos / "broken.jpg").write_bytes((photos / "photo_00.jpg").read_bytes()[:900])
    (photos / "empty.png").touch()
    shutil.copy(photos / "photo_01.jpg", photos / "copy of 01.jpg")
    with open_here() as library:
        report = index_now(library.services, photos)
        assert (report.added, report.reused, report.skipped, report.embedded) == (12, 1, 3, 12)
        assert accounted(report) == report.found == files_in(photos)
        assert report.model == "keepsight-mini"
        assert report.device == "cpu"
        assert report.photos_per_second > 0
        status = library.services.browsing.status()
        assert (status.photos, status.embedded, status.pending, status.skipped) == (12, 12, 0, 3)
        reasons = {file.path.name: file.reason for file in library.services.browsing.skipped()}
        assert set(reasons) == {"notes.txt", "broken.jpg", "empty.png"}
        assert all(reason and len(reason) < 120 for reason in reasons.values())
    with open_here() as library:
        monkeypatch.setattr(
            "desktop_app.services.model_catalogue.load_catalogue_model",
            lambda *_, **__: pytest.fail("the model was loaded"),
        )
        report = index_now(library.services, photos)
        assert (report.added, report.reused, report.skipped, report.embedded) == (0, 13, 3, 0)
        assert accounted(report) == files_in(photos)


def test_thumbnails_metadata_and_machine_tags_are_stored(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_01.jpg")
        details = services.browsing.details(photo)
        assert details is not None
        assert (details.file_format, max(details.width, details.height)) == ("JPEG", 240)
        assert details.byte_size == (photos / "photo_01.jpg").stat().st_size
        assert services.browsing.thumbnails([photo])[photo].startswith(b"\xff\xd8")
        picture = services.viewing.picture(photo, max_side=100)
        assert max(picture.width, picture.height) == 100
        # Across a dozen photos of a cat, an astronaut, coffee, a rocket and motorcycles some tag is beyond doubt.
        assert services.browsing.tag_counts()
        assert all(item.source == "zero-shot" for item in details.tags)


def test_moves_renames_copies_edits_deletions_and_returns(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        names = {number: id_of(services, photos / f"photo_{number:02d}.jpg") for number in range(12)}
        for number in range(5):
            services.tagging.add(f"mine {number}", [names[number]])
        (photos / "sub").mkdir()
        (photos / "photo_00.jpg").rename(photos / "sub" / "moved.jpg")
        (photos / "photo_01.jpg").rename(photos / "renamed.jpg")
        shutil.copy(photos / "photo_02.jpg", photos / "copied.jpg")
        with (photos / "photo_03.jpg").open("ab") as stream:
            stream.write(b"edited")
        (photos / "photo_04.jpg").rename(photos.parent / "kept_elsewhere.jpg")

        report = index_now(services)
        assert (report.added, report.modified, report.moved, report.missing) == (0, 1, 2, 1)
        assert report.embedded == 1
        assert accounted(report) == files_in(photos) == 12
        assert id_of(services, photos / "sub" / "moved.jpg") == names[0]
        assert id_of(services, photos / "renamed.jpg") == names[1]
        assert id_of(services, photos / "copied.jpg") == names[2]
        edited = id_of(services, photos / "photo_03.jpg")
        assert edited != names[3]
        assert tags_of_person(services, edited) == {"mine 3"}
        assert services.browsing.summaries([names[4]])[names[4]].missing
        assert services.browsing.photo_at(photos / "photo_00.jpg") is None
        assert len(listed(services)) == 12

        (photos.parent / "kept_elsewhere.jpg").rename(photos / "photo_04.jpg")
        report = index_now(services)
        assert (report.embedded, report.missing) == (0, 0)
        assert accounted(report) == files_in(photos)
        assert not services.browsing.summaries([names[4]])[names[4]].missing
        for number in (0, 1, 2, 4):
            assert tags_of_person(services, names[number]) == {f"mine {number}"}
        assert services.browsing.status().missing == 0


def test_files_that_swap_names_keep_their_tags(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        first, second = photos / "photo_00.jpg", photos / "photo_01.jpg"
        a, b = id_of(services, first), id_of(services, second)
        services.tagging.add("first", [a])
        first.rename(photos / "x")
        second.rename(first)
        (photos / "x").rename(second)
        report = index_now(services)
        assert (report.modified, report.embedded, report.missing) == (2, 0, 0)
        assert (id_of(services, first), id_of(services, second)) == (b, a)
        assert (tags_of_person(services, a), tags_of_person(services, b)) == ({"first"}, set())


def test_a_renamed_folder_is_all_moves(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        (photos / "holiday").mkdir()
        for number in range(6):
            (photos / f"photo_{number:02d}.jpg").rename(photos / "holiday" / f"{number}.jpg")
        index_now(services, photos)
        before = listed(services)
        (photos / "holiday").rename(photos / "Holiday 2024")
        report = index_now(services)
        assert (report.moved, report.added, report.embedded, report.missing) == (6, 0, 0, 0)
        assert listed(services) == before
        assert [item.folder for item in services.browsing.folders(services.browsing.roots()[0].root_id)] == [
            "Holiday 2024"
        ]


def test_the_same_bytes_are_embedded_once_in_a_run(
    open_here: Open, small_photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "doubles"
    folder.mkdir()
    for number in range(70):
        shutil.copy(small_photos / f"photo_{number % 3:02d}.jpg", folder / f"{number:03d}.jpg")
    with open_here() as library, counting(monkeypatch) as counted:
        report = index_now(library.services, folder)
        assert (report.added, report.reused, report.embedded) == (3, 67, 3)
        assert counted.images == 3
        assert len(listed(library.services)) == 3


def test_a_file_that_becomes_unreadable_and_whole_again(open_here: Open, photos: Path) -> None:
    path = photos / "photo_05.jpg"
    whole = path.read_bytes()
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, path)
        services.tagging.add("dear", [photo])
        path.write_bytes(whole[: len(whole) // 3])
        report = index_now(services)
        assert (report.skipped, report.reused) == (1, 11)
        assert services.browsing.status().missing == 1
        assert index_now(services).skipped == 1
        path.write_bytes(whole)
        report = index_now(services)
        assert (report.skipped, report.embedded) == (0, 0)
        assert accounted(report) == 12
        assert services.browsing.status().missing == 0
        assert tags_of_person(services, photo) == {"dear"}


def test_a_failure_of_our_own_on_one_file_ends_no_run(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app.services import reading

    real = reading.decode_photo

    def fail_on_one(path: Path, *arguments, **more):
        if path.name == "photo_03.jpg":
            raise ZeroDivisionError("a bug")
        return real(path, *arguments, **more)

    monkeypatch.setattr(reading, "decode_photo", fail_on_one)
    with open_here() as library:
        report = index_now(library.services, photos)
        assert (report.added, report.skipped) == (11, 1)
        [skipped] = library.services.browsing.skipped()
        assert skipped.path.name == "photo_03.jpg"
        assert "log" in skipped.reason
        monkeypatch.undo()
        assert index_now(library.services).skipped == 1
        library.services.organising.retry_skipped()
        assert index_now(library.services).added == 1


def test_a_model_that_does_not_load_is_an_error_and_no_file_is_blamed(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_, **__):
        raise UserFacingError("The model could not be loaded.", "Download it again.")

    told: list[IndexProgress] = []
    with open_here() as library:
        services = library.services
        services.indexing.subscribe(told.append)
        with monkeypatch.context() as patched:
            patched.setattr("desktop_app.services.model_catalogue.load_catalogue_model", refuse)
            with pytest.raises(UserFacingError, match="could not be loaded"):
                index_now(services, photos)
        assert services.browsing.skipped() == []
        deadline = time.monotonic() + 10
        while services.indexing.progress.phase is not IndexPhase.IDLE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert "could not be loaded" in services.indexing.progress.note
        # The next run tries again.
        report = index_now(services)
        assert report.added == 12
    assert any(progress.phase is IndexPhase.PREPARING for progress in told)


def test_a_folder_that_is_away_is_noted_and_its_photos_are_kept(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photos.rename(photos.with_name("unplugged"))
        report = index_now(services)
        assert report.missing == 0
        assert "not there at present" in report.notes[0]
        assert len(listed(services)) == 12
        photos.with_name("unplugged").rename(photos)
        report = index_now(services)
        assert (report.reused, report.embedded, report.notes) == (12, 0, ())


def test_progress_counts_up_and_ends_idle(open_here: Open, small_photos: Path, tmp_path: Path) -> None:
    sources = sorted(small_photos.iterdir())
    write_unique_copies(sources, tmp_path / "many", 100)
    told: list[tuple[float, IndexProgress]] = []
    with open_here() as library:
        services = library.services
        stop = services.indexing.subscribe(lambda progress: told.append((time.monotonic(), progress)))
        started = time.monotonic()
        report = index_now(services, tmp_path / "many")
        seconds = time.monotonic() - started
        stop()
    assert report.added == 100
    phases = [progress.phase for _, progress in told]
    assert phases[0] is IndexPhase.SCANNING
    assert {IndexPhase.PREPARING, IndexPhase.INDEXING} <= set(phases)
    # Changes of phase are always told, counts at most 30 times a second.
    assert len(told) <= 30 * seconds + 8
    done = [progress.done for _, progress in told if progress.phase is IndexPhase.INDEXING]
    assert done == sorted(done)
    assert all(progress.done <= progress.to_do for _, progress in told if progress.to_do)
    rates = [progress for _, progress in told if progress.photos_per_second]
    assert all(progress.eta_seconds is not None and progress.eta_seconds >= 0 for progress in rates)


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


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files in Linux's /proc")
def test_many_runs_leave_no_file_open_behind_them(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for number in range(25):
            os.utime(photos / "photo_00.jpg", ns=(number, number))
            assert index_now(services).reused == 12
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 4


def test_undecodable_file_names_are_photos_like_any_other(open_here: Open, photos: Path) -> None:
    odd = os.fsdecode(b"caf\xe9 \xff.jpg")
    (photos / "photo_00.jpg").rename(photos / odd)
    with open_here() as library:
        services = library.services
        assert index_now(services, photos).added == 12
        photo = id_of(services, photos / odd)
        path = services.browsing.path_of(photo)
        assert path is not None
        assert path.exists()
        assert index_now(services).reused == 12


def test_embeddings_are_unit_vectors_in_the_library(open_here: Open, photos: Path) -> None:
    from desktop_app.store.embeddings import load_embeddings

    with open_here() as library:
        index_now(library.services, photos)
        model = library.services.models.active()
        [(ids, vectors)] = list(load_embeddings(library._store.reader, model.model_id))
        assert set(ids.tolist()) == listed(library.services)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=2e-3)


def test_a_photo_that_moves_from_one_folder_of_the_library_to_another(open_here: Open, photos: Path) -> None:
    other = photos.with_name("other photos")
    other.mkdir()
    with open_here() as library:
        services = library.services
        index_now(services, photos, other)
        photo = id_of(services, photos / "photo_00.jpg")
        (photos / "photo_00.jpg").rename(other / "moved.jpg")
        report = index_now(services)
        assert (report.moved, report.reused, report.missing, report.embedded) == (1, 11, 0, 0)
        assert id_of(services, other / "moved.jpg") == photo
        # As two runs, the way live folders see it: first it is gone, then it is found.
        (other / "moved.jpg").rename(photos / "back.jpg")
        first, second = services.browsing.roots()
        assert services.indexing.start([second.root_id]).result(RUN_SECONDS).missing == 1
        assert services.indexing.start([first.root_id]).result(RUN_SECONDS).moved == 1
        assert id_of(services, photos / "back.jpg") == photo
        assert services.browsing.status().missing == 0


def test_a_folder_whose_case_changed_loses_nothing(open_here: Open, photos: Path) -> None:
    (photos / "Summer").mkdir()
    (photos / "photo_00.jpg").rename(photos / "Summer" / "a.jpg")
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "Summer" / "a.jpg")
        (photos / "Summer").rename(photos / "SUMMER")
        report = index_now(services)
        assert (report.moved, report.missing, report.embedded) == (1, 0, 0)
        assert id_of(services, photos / "SUMMER" / "a.jpg") == photo


def test_a_run_of_one_place_leaves_the_others_alone(open_here: Open, photos: Path) -> None:
    (photos / "sub").mkdir()
    (photos / "photo_00.jpg").rename(photos / "sub" / "a.jpg")
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        [root] = services.browsing.roots()
        (photos / "photo_01.jpg").unlink()
        (photos / "sub" / "a.jpg").rename(photos / "sub" / "b.jpg")
        report = services.indexing.start([root.root_id], below="sub").result(RUN_SECONDS)
        assert (report.moved, report.missing, report.found) == (1, 0, 1)
        (photos / "sub" / "b.jpg").unlink()
        report = services.indexing.start([root.root_id], below="sub/b.jpg").result(RUN_SECONDS)
        assert (report.missing, report.found) == (1, 0)
        assert index_now(services).missing == 1


def test_a_write_that_fails_is_told_and_the_next_run_does_it_again(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app.services import indexing

    def full(*_: object):
        raise UserFacingError("The disk is full.", "Free some space.")

    with open_here() as library:
        services = library.services
        with monkeypatch.context() as patched:
            patched.setattr(indexing, "store_batch", full)
            with pytest.raises(UserFacingError, match="disk is full"):
                index_now(services, photos)
        assert listed(services) == set()
        assert index_now(services).added == 12
