"""Backups, checks, and deleting into the trash."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from desktop_app.base.errors import LibraryDamagedError, UserFacingError
from desktop_app.base.paths import LibraryPaths
from desktop_app.compose import Library, open_library
from desktop_app.services import backing_up
from desktop_app.services.backing_up import KEPT, BackingUp, restore_library
from desktop_app.services.deleting import Deleting
from tests.fixtures.libraries import id_of, index_now
from tests.fixtures.photos import copy_some


@pytest.fixture
def folder(tmp_path: Path, tiny_library: Path) -> Path:
    return Path(shutil.copytree(tiny_library, tmp_path / "library"))


@pytest.fixture
def own_photos(tmp_path: Path, small_photos: Path) -> Path:
    return copy_some(small_photos, tmp_path / "photos", 3)


@pytest.fixture
def library(folder: Path, own_photos: Path) -> Iterator[Library]:
    with open_library(folder) as opened:
        index_now(opened.services, own_photos)
        yield opened


def test_one_backup_a_day_and_the_last_fourteen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backups = BackingUp(LibraryPaths(folder))
    assert backups.back_up_if_due() is not None
    assert backups.back_up_if_due() is None
    day = datetime.now(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(day.timestamp(), tz)

    monkeypatch.setattr(backing_up, "datetime", Clock)
    for _ in range(KEPT + 3):
        day += timedelta(days=1, seconds=1)
        assert backups.back_up_if_due() is not None
    made = backups.backups()
    assert len(made) == KEPT
    assert made == sorted(made, key=lambda backup: backup.made_at, reverse=True)
    # A clock that was wrong once does not end the backups.
    day -= timedelta(days=400)
    assert backups.back_up_if_due() is not None


def test_a_backup_is_put_back_in_one_step(library: Library, folder: Path, own_photos: Path) -> None:
    services = library.services
    services.tagging.add("before", [id_of(services, own_photos / "0.jpg")])
    made = services.backing_up.back_up()
    services.tagging.add("after", [id_of(services, own_photos / "0.jpg")])
    library.close()
    used, aside = restore_library(LibraryPaths(folder))
    assert (used.path, aside) == (made.path, None)
    with open_library(folder) as opened:
        assert opened.services.browsing.tag_named("before") is not None
        assert opened.services.browsing.tag_named("after") is None
        # What was there before the restore is a backup itself.
        newest = opened.services.backing_up.backups()[0]
    restore_library(LibraryPaths(folder), newest.path)
    with open_library(folder) as opened:
        assert opened.services.browsing.tag_named("after") is not None


def test_a_damaged_library_is_refused_and_its_backup_offered(folder: Path) -> None:
    BackingUp(LibraryPaths(folder)).back_up()
    (folder / "library.db").write_bytes(b"this is no database" * 100)
    for suffix in ("-wal", "-shm"):
        (folder / f"library.db{suffix}").unlink(missing_ok=True)
    with pytest.raises(LibraryDamagedError, match="keepsight restore"):
        open_library(folder)
    _, aside = restore_library(LibraryPaths(folder))
    assert aside is not None
    assert aside.read_bytes().startswith(b"this is no database")
    with open_library(folder) as opened:
        assert opened.services.verifying.database().sound


def test_a_damaged_thumbnail_file_is_made_anew(library: Library, folder: Path) -> None:
    photos = library.services.browsing.photo_ids()
    library.close()
    (folder / "thumbnails.db").write_bytes(b"not a database at all" * 999)
    with open_library(folder) as opened:
        assert opened.services.browsing.thumbnails(photos) == {}
        index_now(opened.services)
        assert len(opened.services.browsing.thumbnails(photos)) == 3
        assert opened.services.verifying.database().sound


def test_a_damaged_library_pushes_out_no_backup(folder: Path) -> None:
    backups = BackingUp(LibraryPaths(folder))
    sound = backups.back_up()
    data = bytearray((folder / "library.db").read_bytes())
    data[8192 : len(data) // 2] = b"\xff" * (len(data) // 2 - 8192)
    (folder / "library.db").write_bytes(data)
    with pytest.raises(UserFacingError):
        backups.back_up()
    assert [backup.path for backup in backups.backups()] == [sound.path]


def test_a_backup_that_cannot_be_written_is_told_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(UserFacingError, match="cannot be written"):
        BackingUp(LibraryPaths(folder)).back_up(tmp_path / "a file" / "backup.db")
    (folder / "backups").touch()
    with pytest.raises(UserFacingError, match="cannot be made"):
        BackingUp(LibraryPaths(folder)).back_up()


def test_nothing_but_a_sound_library_is_put_back(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="There is no backup"):
        restore_library(LibraryPaths(folder))
    (tmp_path / "photo.jpg").write_bytes(b"not a library")
    with pytest.raises(UserFacingError, match="not a sound copy"):
        restore_library(LibraryPaths(folder), tmp_path / "photo.jpg")


@pytest.mark.skipif(os.name != "posix", reason="permissions of Unix")
def test_only_the_owner_can_read_the_librarys_files(library: Library, folder: Path) -> None:
    for name in ("library.db", "thumbnails.db"):
        (folder / name).chmod(0o644)  # as an older Keepsight made them
    library.services.backing_up.back_up()
    library.close()
    with open_library(folder) as opened:
        opened.services.organising.retry_skipped()
        open_to_others = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert [path.name for path in open_to_others if path.suffix in {".db", ".log", ".db-wal", ".db-shm"}] == []


def test_a_sound_library_is_sound_and_damage_is_named_and_mended(
    library: Library, folder: Path, own_photos: Path
) -> None:
    services = library.services
    health = services.verifying.database()
    assert health.sound
    assert health.vectors == 3
    sql = sqlite3.connect(folder / "library.db", timeout=10)
    sql.execute(
        "UPDATE embeddings SET vector = zeroblob(length(vector)) WHERE rowid = (SELECT MIN(rowid) FROM embeddings)"
    )
    sql.commit()
    sql.close()
    sql = sqlite3.connect(folder / "thumbnails.db", timeout=10)
    sql.execute("DELETE FROM thumbnails WHERE rowid = (SELECT MAX(rowid) FROM thumbnails)")
    sql.execute("INSERT INTO thumbnails VALUES ('nobody', x'ffd8ff00ffd9')")
    sql.execute("UPDATE thumbnails SET jpeg = substr(jpeg, 1, 500) WHERE rowid = (SELECT MIN(rowid) FROM thumbnails)")
    sql.commit()
    sql.close()
    health = services.verifying.database()
    assert (health.damaged_vectors, health.photos_without_thumbnail, health.unused_thumbnails) == (1, 1, 1)
    assert health.damaged_thumbnails == 1
    assert not health.sound
    services.verifying.repair()
    assert 2 <= index_now(services).embedded <= 3
    assert services.verifying.database().sound


def test_bytes_that_changed_by_themselves_are_reported(library: Library, own_photos: Path) -> None:
    services = library.services
    assert services.verifying.files().sound
    rotten, edited, gone = (own_photos / f"{number}.jpg" for number in range(3))
    before = rotten.stat()
    data = bytearray(rotten.read_bytes())
    data[len(data) // 2] ^= 1
    rotten.write_bytes(data)
    os.utime(rotten, ns=(before.st_atime_ns, before.st_mtime_ns))
    edited.write_bytes(edited.read_bytes() + b"edited")
    gone.unlink()
    health = services.verifying.files()
    assert (health.corrupted, set(health.changed), health.unreadable) == ((rotten,), {edited, gone}, ())
    assert (health.checked, health.sound) == (3, False)


def test_deleted_photos_are_in_the_trash_and_come_back_with_their_tags(
    library: Library, own_photos: Path, tmp_path: Path
) -> None:
    services = library.services
    photo = id_of(services, own_photos / "0.jpg")
    services.tagging.add("mine", [photo])
    shutil.copy(own_photos / "0.jpg", own_photos / "copy.jpg")
    (own_photos / "0.jpg.xmp").write_bytes(b"what another program wrote of it")
    index_now(services)
    places = services.deleting.files_of([photo])
    assert {place.path.name for place in places} == {"0.jpg", "copy.jpg"}
    deleted = services.deleting.delete(places)
    assert len(deleted.trashed) == 2
    assert not (own_photos / "0.jpg").exists()
    assert not (own_photos / "0.jpg.xmp").exists()
    trash = Path(os.environ["XDG_DATA_HOME"]) / "Trash" / "files"
    in_trash = list(trash.glob("*.jpg")) if trash.is_dir() else []
    assert photo not in services.browsing.photo_ids()
    assert services.recovering.missing() == []
    if in_trash:  # elsewhere it is the desktop's own
        shutil.move(in_trash[0], own_photos / "0.jpg")
        assert index_now(services).embedded == 0
        details = services.browsing.details(id_of(services, own_photos / "0.jpg"))
        assert details is not None
        assert "mine" in {item.tag.name for item in details.tags}


def test_a_file_that_cannot_be_trashed_stays(library: Library, own_photos: Path) -> None:
    services = library.services

    def refuse(path: Path) -> None:
        if path.name == "1.jpg":
            raise PermissionError(13, "Permission denied")
        path.unlink()

    deleting = Deleting(services.organising._store, services.browsing._presence, trash=refuse)
    photos = [id_of(services, own_photos / f"{number}.jpg") for number in range(2)]
    deleted = deleting.delete(services.deleting.files_of(photos))
    assert [path.name for path in deleted.trashed] == ["0.jpg"]
    assert deleted.refused == ((own_photos / "1.jpg", "Permission denied"),)
    assert services.browsing.photo_at(own_photos / "1.jpg") == photos[1]
    with pytest.raises(UserFacingError, match="cannot be moved to the trash"):
        deleting.delete(services.deleting.files_of([photos[1]]))


def test_a_damaged_library_that_cannot_be_put_aside_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    BackingUp(LibraryPaths(folder)).back_up()
    (folder / "library.db").write_bytes(b"this is no database" * 100)
    real = Path.replace

    def held(path: Path, target: Path) -> Path:
        """As on Windows while another program has the file open."""
        if path.name == "library.db":
            raise PermissionError(13, "The process cannot access the file")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(UserFacingError, match="cannot be put aside"):
        restore_library(LibraryPaths(folder))
    assert (folder / "library.db").read_bytes().startswith(b"this is no database")
