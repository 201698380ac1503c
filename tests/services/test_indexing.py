"""The whole pipeline on real photos with the real model: every file is accounted for, whatever happened to it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.progress import IndexPhase, IndexProgress
from tests.fixtures.indexing import Open, accounted, counting, files_in, listed, tags_of_person
from tests.fixtures.libraries import RUN_SECONDS, id_of, index_now
from tests.fixtures.photos import write_unique_copies


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
