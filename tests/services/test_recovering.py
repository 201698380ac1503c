"""Drives that come and go, folders that are elsewhere now, photos that were moved and edited."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop_app.base.errors import UserFacingError
from desktop_app.base.volumes import Mount, VolumeKind
from desktop_app.compose import Library, open_library
from desktop_app.services import presence
from desktop_app.services.services import Services
from tests.fixtures.libraries import id_of, index_now

FILES = ("a.jpg", "trip/b.jpg", "trip/c.jpg")


class Drives:
    """A mount table of the test's own: what is mounted where."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounted = [Mount(folder, "uuid:home", VolumeKind.FIXED)]

    def mount(self, name: str, at: str) -> Path:
        point = self.folder / at
        self.mounted.append(Mount(point, f"uuid:{name}", VolumeKind.REMOVABLE))
        return point

    def unmount(self) -> None:
        self.mounted = self.mounted[:1]


@pytest.fixture
def drives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drives:
    made = Drives(tmp_path)
    monkeypatch.setattr(presence, "mounts", lambda: made.mounted)
    monkeypatch.setattr(presence, "_FRESH_SECONDS", 0.0)
    return made


@pytest.fixture
def library(tmp_path: Path, tiny_library: Path, drives: Drives) -> Iterator[Library]:
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as opened:
        yield opened


def put_photos(folder: Path, small_photos: Path) -> Path:
    for number, name in enumerate(FILES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(small_photos / f"photo_{number:02d}.jpg", folder / name)
    return folder


def tags_of(services: Services, path: Path) -> set[str]:
    details = services.browsing.details(id_of(services, path))
    assert details is not None
    return {item.tag.name for item in details.tags if item.source == "person"}


def test_an_unplugged_drive_is_offline_and_found_under_another_name(
    library: Library, drives: Drives, small_photos: Path, tmp_path: Path
) -> None:
    services = library.services
    card = put_photos(drives.mount("card", "media/card"), small_photos)
    index_now(services, card)
    services.tagging.add("mine", [id_of(services, card / "a.jpg")])
    # Unplugged: the mount point stays behind as an empty folder.
    away = tmp_path / "drawer"
    card.rename(away)
    card.mkdir()
    drives.unmount()
    photo = services.browsing.photo_ids()[0]
    report = index_now(services)
    assert report.missing == 0
    assert report.notes
    status = services.browsing.status()
    assert (status.photos, status.offline, status.missing) == (3, 3, 0)
    assert services.browsing.summaries([photo])[photo].offline
    assert services.browsing.thumbnails([photo])
    assert services.browsing.roots()[0].watching == "offline"
    assert services.recovering.missing() == []
    # Another drive under the same path is a stranger.
    drives.mount("stranger", "media/card")
    (card / "other.jpg").write_bytes(b"not ours")
    assert index_now(services).missing == 0
    drives.unmount()
    # Plugged in again, mounted elsewhere.
    elsewhere = drives.mount("card", "media/card1")
    away.rename(elsewhere)
    report = index_now(services)
    assert (report.embedded, report.reused, report.missing) == (0, 3, 0)
    assert services.browsing.roots()[0].path == elsewhere
    assert tags_of(services, elsewhere / "a.jpg") == {"mine"}
    assert services.browsing.status().offline == 0


def test_the_same_photos_on_a_new_disk_are_no_strangers(library: Library, drives: Drives, small_photos: Path) -> None:
    services = library.services
    index_now(services, put_photos(drives.mount("old", "photos"), small_photos))
    drives.unmount()
    drives.mount("new", "photos")
    assert services.browsing.roots()[0].watching != "offline"
    assert index_now(services).reused == 3


def test_relinking_a_folder_reads_nothing(library: Library, drives: Drives, small_photos: Path, tmp_path: Path) -> None:
    services = library.services
    old = put_photos(tmp_path / "old", small_photos)
    index_now(services, old)
    services.tagging.add("mine", [id_of(services, old / "trip/b.jpg")])
    new = tmp_path / "archive" / "photos"
    new.parent.mkdir()
    with pytest.raises(UserFacingError, match="None of the photos"):
        services.recovering.relink(old, new.parent)
    old.rename(new)
    root = services.recovering.relink(old, new)
    assert (root.path, root.photos) == (new, 3)
    report = index_now(services)
    assert (report.embedded, report.moved, report.missing, report.reused) == (0, 0, 0, 3)
    assert tags_of(services, new / "trip/b.jpg") == {"mine"}
    with pytest.raises(UserFacingError, match="not one of the library's folders"):
        services.recovering.relink(tmp_path / "nowhere", new)


def test_relinking_a_part_of_a_folder_into_another_root(
    library: Library, drives: Drives, small_photos: Path, tmp_path: Path
) -> None:
    services = library.services
    old = put_photos(tmp_path / "old", small_photos)
    other = tmp_path / "other"
    other.mkdir()
    index_now(services, old, other)
    (old / "trip").rename(other / "journey")
    root = services.recovering.relink(old / "trip", other / "journey")
    assert root.path == other
    assert {(each.path, each.photos) for each in services.browsing.roots()} == {(old, 1), (other, 2)}
    report = index_now(services)
    assert (report.embedded, report.missing) == (0, 0)


def test_a_photo_that_was_moved_and_edited_is_offered_and_never_merged_by_itself(
    library: Library, drives: Drives, tmp_path: Path, small_photos: Path
) -> None:
    services = library.services
    folder = tmp_path / "photos"
    folder.mkdir()
    shot = Image.Exif()
    shot[0x010F], shot[0x0110] = "Canon", "EOS 80D"
    shot.get_ifd(0x8769)[0x9003] = "2023:07:01 12:00:01"
    with Image.open(small_photos / "photo_00.jpg") as image:
        image.save(folder / "a.jpg", exif=shot)
    index_now(services, folder)
    services.tagging.add("mine", [id_of(services, folder / "a.jpg")])
    with Image.open(folder / "a.jpg") as image:
        edited = image.point(lambda value: min(255, value + 6))
    (folder / "a.jpg").unlink()
    (folder / "edited").mkdir()
    edited.save(folder / "edited" / "b.jpg", exif=shot, quality=80)
    report = index_now(services)
    assert (report.added, report.missing) == (1, 1)
    assert [photo.path for photo in services.recovering.missing()] == [folder / "a.jpg"]
    assert tags_of(services, folder / "edited/b.jpg") == set()
    (pair,) = services.recovering.probably_same()
    assert (pair.missing.path, pair.found_path) == (folder / "a.jpg", folder / "edited" / "b.jpg")
    assert 0.75 <= pair.similarity <= 1.01
    services.recovering.join(pair.missing.photo_id, pair.found_id)
    assert tags_of(services, folder / "edited/b.jpg") == {"mine"}
    assert (services.recovering.missing(), services.recovering.probably_same()) == ([], [])
