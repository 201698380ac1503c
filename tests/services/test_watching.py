"""Live folders, with real file-system events: what happens on disk is in the library a moment later."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.base.volumes import Mount, VolumeKind
from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.services import watching
from desktop_app.services.changed_files import ChangedFiles, covering_places
from desktop_app.services.inotify import OVERFLOW
from desktop_app.services.services import Services
from tests.fixtures.libraries import id_of

SECONDS = 60
"""Longer than any of it takes: a test waits no longer than it has to."""


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


@pytest.fixture
def watched(tmp_path: Path, tiny_library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Library, Path]]:
    """A library that watches an empty folder."""
    monkeypatch.setattr(watching, "_CHECK_SECONDS", 0.3)
    folder = tmp_path / "watched"
    folder.mkdir()
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as library:
        library.services.organising.add_folder(folder)
        library.services.watching.start()
        yield library, folder


def present(services: Services, path: Path) -> bool:
    photo = services.browsing.photo_at(path)
    return photo is not None and not missing(services, photo)


def missing(services: Services, photo: PhotoId) -> bool:
    return services.browsing.summaries([photo])[photo].missing


def test_a_photo_appears_moves_and_goes_by_itself(watched: tuple[Library, Path], small_photos: Path) -> None:
    library, folder = watched
    services = library.services
    assert services.browsing.roots()[0].watching == "events"
    shutil.copy(small_photos / "photo_00.jpg", folder / "new.jpg")
    until(lambda: present(services, folder / "new.jpg"), "the new photo is in the library")
    photo = id_of(services, folder / "new.jpg")
    (folder / "new.jpg").rename(folder / "renamed.jpg")
    until(lambda: present(services, folder / "renamed.jpg"), "the renamed photo is found")
    assert id_of(services, folder / "renamed.jpg") == photo
    until(lambda: services.browsing.photo_at(folder / "new.jpg") is None, "the old name is forgotten")
    (folder / "renamed.jpg").unlink()
    until(lambda: missing(services, photo), "the deleted photo is marked missing")


def test_a_file_that_is_written_slowly_ends_as_one_whole_photo(
    watched: tuple[Library, Path], small_photos: Path
) -> None:
    library, folder = watched
    services = library.services
    data = (small_photos / "photo_01.jpg").read_bytes()
    with (folder / "slow.jpg").open("wb") as stream:
        for start in range(0, len(data), len(data) // 8):
            stream.write(data[start : start + len(data) // 8])
            stream.flush()
            time.sleep(0.25)
    until(lambda: present(services, folder / "slow.jpg"), "the photo is whole")
    until(lambda: services.browsing.skipped() == [], "nothing is called unreadable")


def test_folders_that_move_in_and_out(watched: tuple[Library, Path], small_photos: Path, tmp_path: Path) -> None:
    library, folder = watched
    services = library.services
    outside = tmp_path / "outside" / "trip"
    outside.mkdir(parents=True)
    for number in range(3):
        shutil.copy(small_photos / f"photo_{number:02d}.jpg", outside / f"{number}.jpg")
    outside.rename(folder / "trip")
    until(lambda: all(present(services, folder / "trip" / f"{n}.jpg") for n in range(3)), "the folder moved in")
    photos = [id_of(services, folder / "trip" / f"{n}.jpg") for n in range(3)]
    (folder / "trip").rename(folder / "journey")
    until(lambda: all(present(services, folder / "journey" / f"{n}.jpg") for n in range(3)), "it was renamed")
    assert [id_of(services, folder / "journey" / f"{n}.jpg") for n in range(3)] == photos
    # A photo added below the new name is seen as well: the watch moved along.
    shutil.copy(small_photos / "photo_05.jpg", folder / "journey" / "later.jpg")
    until(lambda: present(services, folder / "journey" / "later.jpg"), "a photo below the new name is seen")
    (folder / "journey").rename(tmp_path / "outside" / "gone")
    until(lambda: all(missing(services, photo) for photo in photos), "the folder moved out")


def test_hidden_and_linked_folders_are_left_alone(
    watched: tuple[Library, Path], small_photos: Path, tmp_path: Path
) -> None:
    library, folder = watched
    services = library.services
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(small_photos / "photo_02.jpg", elsewhere / "a.jpg")
    (folder / "linked").symlink_to(elsewhere)
    (folder / ".cache").mkdir()
    shutil.copy(small_photos / "photo_03.jpg", folder / ".cache" / "b.jpg")
    time.sleep(1.2)
    shutil.copy(small_photos / "photo_04.jpg", folder / "seen.jpg")
    until(lambda: present(services, folder / "seen.jpg"), "the ordinary photo is seen")
    assert services.browsing.status().photos == 1


@pytest.mark.parametrize("kept_name", [True, False])
def test_a_root_that_vanishes_and_returns(watched: tuple[Library, Path], small_photos: Path, kept_name: bool) -> None:
    library, folder = watched
    services = library.services
    shutil.copy(small_photos / "photo_00.jpg", folder / "a.jpg")
    until(lambda: present(services, folder / "a.jpg"), "the photo is in the library")
    away = folder.with_name("unplugged")
    folder.rename(away)
    if kept_name:
        # An empty folder stands in its place at once, as under the mount point of a drive.
        folder.mkdir()
        until(lambda: missing(services, services.browsing.photo_ids()[0]), "the photo is missed")
        folder.rmdir()
    until(lambda: services.browsing.roots()[0].watching == "offline", "the root is seen to be away")
    shutil.copy(small_photos / "photo_06.jpg", away / "meanwhile.jpg")
    away.rename(folder)
    until(lambda: present(services, folder / "meanwhile.jpg"), "what changed meanwhile is taken up")
    until(lambda: services.browsing.roots()[0].watching == "events", "it is watched again")
    shutil.copy(small_photos / "photo_07.jpg", folder / "after.jpg")
    until(lambda: present(services, folder / "after.jpg"), "events arrive again")
    assert present(services, folder / "a.jpg")


def test_roots_that_are_added_and_removed_while_watching(
    watched: tuple[Library, Path], small_photos: Path, tmp_path: Path
) -> None:
    library, _ = watched
    services = library.services
    other = tmp_path / "other"
    other.mkdir()
    root = services.organising.add_folder(other)
    until(lambda: {r.watching for r in services.browsing.roots()} == {"events"}, "the new root is watched")
    shutil.copy(small_photos / "photo_00.jpg", other / "a.jpg")
    until(lambda: present(services, other / "a.jpg"), "its photo is seen")
    services.organising.remove_folder(root.root_id)
    until(lambda: services.watching.state_of(root.root_id) == "off", "it is watched no more")


def test_a_system_without_watches_to_give_is_polled(
    watched: tuple[Library, Path], small_photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, folder = watched
    services = library.services
    services.watching.stop()
    assert services.watching.state_of(services.browsing.roots()[0].root_id) == "off"

    def no_more_watches(*_: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watching, "listen", no_more_watches)
    monkeypatch.setattr(watching, "_POLL_SECONDS", 0.3)
    services.watching.start()
    assert services.browsing.roots()[0].watching == "polling"
    shutil.copy(small_photos / "photo_08.jpg", folder / "polled.jpg")
    until(lambda: present(services, folder / "polled.jpg"), "the photo is found by polling")


def test_starting_and_stopping_twice_does_no_harm(watched: tuple[Library, Path], small_photos: Path) -> None:
    library, folder = watched
    services = library.services
    services.watching.start()
    services.watching.stop()
    services.watching.stop()
    shutil.copy(small_photos / "photo_09.jpg", folder / "unseen.jpg")
    time.sleep(1.0)
    assert services.browsing.status().photos == 0
    services.watching.start()
    shutil.copy(small_photos / "photo_10.jpg", folder / "seen.jpg")
    until(lambda: present(services, folder / "seen.jpg"), "it watches again")


@pytest.mark.parametrize(
    ("paths", "places"),
    [
        ({"a/b.jpg"}, ("a/b.jpg",)),
        ({"a/b.jpg", "a/c.jpg"}, ("a/b.jpg", "a/c.jpg")),
        ({"a", "a/b", "a/b/c", "ab"}, ("a", "ab")),
        ({"", "a"}, ("",)),
        ({f"x/{number}" for number in range(100)}, ("x",)),
        ({f"{number}/x" for number in range(100)}, ("",)),
    ],
)
def test_a_few_scans_cover_all_changed_places(paths: set[str], places: tuple[str, ...]) -> None:
    assert covering_places(paths) == places


def test_lost_events_are_made_up_for_by_polling_until_it_is_calm(
    watched: tuple[Library, Path], small_photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, folder = watched
    services = library.services
    root = services.browsing.roots()[0].root_id
    monkeypatch.setattr(watching, "_POLL_SECONDS", 0.3)
    monkeypatch.setattr(ChangedFiles, "note", lambda *_, **__: None)  # what the overflow swallowed
    shutil.copy(small_photos / "photo_00.jpg", folder / "unheard.jpg")
    time.sleep(0.5)
    monkeypatch.undo()
    monkeypatch.setattr(watching, "_POLL_SECONDS", 0.3)
    services.watching.events_lost(root, OVERFLOW)
    until(lambda: services.watching.state_of(root) == "polling", "it is polled")
    assert services.watching.note_of(root) == OVERFLOW
    until(lambda: present(services, folder / "unheard.jpg"), "what went unheard is found")
    until(lambda: services.watching.state_of(root) == "events", "events are trusted again")
    shutil.copy(small_photos / "photo_01.jpg", folder / "heard.jpg")
    until(lambda: present(services, folder / "heard.jpg"), "events arrive again")


@pytest.mark.parametrize("kind", [VolumeKind.NETWORK, VolumeKind.REMOVABLE])
def test_drives_that_do_not_tell_of_changes_are_polled(
    watched: tuple[Library, Path], small_photos: Path, monkeypatch: pytest.MonkeyPatch, kind: VolumeKind
) -> None:
    library, folder = watched
    services = library.services
    services.watching.stop()
    monkeypatch.setattr(watching, "_POLL_SECONDS", 0.3)
    monkeypatch.setattr(watching, "mounts", lambda: [Mount(Path("/"), "", kind)])
    services.watching.start()
    root = services.browsing.roots()[0].root_id
    assert services.watching.state_of(root) == "polling"
    assert ("network" if kind is VolumeKind.NETWORK else "removed") in services.watching.note_of(root)
    shutil.copy(small_photos / "photo_02.jpg", folder / "a.jpg")
    until(lambda: present(services, folder / "a.jpg"), "it is found")
    (folder / "a.jpg").rename(folder / "b.jpg")
    until(lambda: present(services, folder / "b.jpg"), "the new name is found")
    until(lambda: services.browsing.photo_at(folder / "a.jpg") is None, "the old name is forgotten")


def test_an_editor_that_saves_by_renaming_changes_one_photo(watched: tuple[Library, Path], small_photos: Path) -> None:
    library, folder = watched
    services = library.services
    shutil.copy(small_photos / "photo_00.jpg", folder / "a.jpg")
    until(lambda: present(services, folder / "a.jpg"), "the photo is in the library")
    services.tagging.add("mine", [id_of(services, folder / "a.jpg")])
    for pause in (0.0, 1.5):
        before = id_of(services, folder / "a.jpg")
        shutil.copy(small_photos / ("photo_01.jpg" if pause else "photo_02.jpg"), folder / "saving.jpg")
        time.sleep(pause)
        (folder / "saving.jpg").rename(folder / "a.jpg")

        def is_saved(before: PhotoId = before) -> bool:
            return services.browsing.photo_at(folder / "a.jpg") not in {None, before}

        until(is_saved, "the edited photo is in its place")
        until(lambda: services.browsing.photo_at(folder / "saving.jpg") is None, "the other name is forgotten")
        details = services.browsing.details(id_of(services, folder / "a.jpg"))
        assert details is not None
        assert "mine" in {item.tag.name for item in details.tags}
        assert services.browsing.status().photos == 1


def test_other_patterns_take_effect_at_once(watched: tuple[Library, Path], small_photos: Path) -> None:
    library, folder = watched
    services = library.services
    (folder / "raw").mkdir()
    for place in ("a.jpg", "raw/b.jpg"):
        shutil.copy(small_photos / "photo_03.jpg", folder / place)
    until(lambda: present(services, folder / "raw/b.jpg") and present(services, folder / "a.jpg"), "both are there")
    services.organising.leave_out(["raw/"], hidden=True)
    until(lambda: services.browsing.photo_at(folder / "raw/b.jpg") is None, "the folder is left out")
    shutil.copy(small_photos / "photo_04.jpg", folder / ".hidden.jpg")
    until(lambda: present(services, folder / ".hidden.jpg"), "hidden files are taken in")
    services.organising.leave_out([], hidden=False)
    until(lambda: present(services, folder / "raw/b.jpg"), "the folder is taken in again")
    until(lambda: services.browsing.photo_at(folder / ".hidden.jpg") is None, "hidden files are left out")
    assert services.browsing.status().missing == 0
