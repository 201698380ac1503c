"""What other programs wrote comes into the library, each photo when it is due, and never over a person's word."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from desktop_app.domain.annotations import Annotations, Position
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.store import migrations
from desktop_app.store.annotations import DuePhoto, ReadPhoto, due_photos, mark_due, put_annotations
from desktop_app.store.curation import entitle, rate
from desktop_app.store.edit_log import undo_edit
from desktop_app.store.migrations import library_migrations, prepare_library_file
from tests.store.conftest import OpenStore


def due(store: OpenStore) -> dict[PhotoId, DuePhoto]:
    found = due_photos(store.reader, [store.root], after=PhotoId(0), limit=100)
    return {photo.photo_id: photo for photo in found}


def take_in(
    store: OpenStore, photo: PhotoId, said: Annotations, *, complete: bool = True, asked: bool = True
) -> LibraryChanges:
    read = ReadPhoto(due(store)[photo], said, complete=complete, position_known=asked)
    return store.writer.do(lambda session: put_annotations(session, [read]))


def say_again(store: OpenStore, photo: PhotoId, said: Annotations, **how: bool) -> LibraryChanges:
    store.writer.do(lambda session: mark_due(session, [photo]))
    return take_in(store, photo, said, **how)


def row(store: OpenStore, photo: PhotoId, *columns: str) -> tuple[object, ...]:
    found = store.reader.row(f"SELECT {', '.join(columns)} FROM contents WHERE id = ?", [photo])
    assert found is not None
    return tuple(found)


def _fill_as_then(library: Path) -> None:
    """Two photos, the first with what a person said of it, the way the fourth version kept them."""
    with closing(sqlite3.connect(library)) as connection, connection:
        connection.execute("INSERT INTO roots (path, added_at) VALUES ('/photos', '2026-01-01')")
        for name, rating, title in (("a", 3, "Mine"), ("b", 0, None)):
            added = connection.execute(
                """
                INSERT INTO contents (hash, file_format, width, height, byte_size, sort_time, added_at, rating, title)
                VALUES (?, 'JPEG', 40, 30, 1000, '2026-01-01', '2026-01-01', ?, ?)
                """,
                [name, rating, title],
            )
            connection.execute(
                "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (1, ?, ?, 1000, 1)",
                [f"{name}.jpg", added.lastrowid],
            )


def test_an_older_library_reads_every_photo_once_and_keeps_what_was_said_here(
    make_store: Callable[..., OpenStore], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    older = Migrations(library_migrations.name)
    for migration in library_migrations.pending(Database(memory=True)):
        if migration.name == "m006_annotations":
            break
        older(name=migration.name)(migration.fn)
    file = tmp_path / "old" / "library.db"
    file.parent.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "library_migrations", older)
        prepare_library_file(file)
    _fill_as_then(file)
    old = make_store("old")
    rated, plain = old.at("a.jpg"), old.at("b.jpg")
    assert set(due(old)) == {rated, plain}
    for photo in (rated, plain):
        take_in(old, photo, Annotations(rating=5, title="Theirs", description="Theirs"))
    assert row(old, rated, "rating", "title", "description") == (3, "Mine", "Theirs")
    assert row(old, plain, "rating", "title", "description") == (5, "Theirs", "Theirs")
    assert due(old) == {}


def test_single_values_follow_the_files_until_the_person_speaks_and_again_after_an_undo(store: OpenStore) -> None:
    photo = store.add("a.jpg", "one")
    changes = take_in(store, photo, Annotations(rating=4, title="Theirs", position=Position(48.0, 2.0, 35.0)))
    assert changes.updated == {photo}
    assert row(store, photo, "rating", "title", "latitude", "altitude_m") == (4, "Theirs", 48.0, 35.0)
    assert not say_again(store, photo, Annotations(rating=4, title="Theirs", position=Position(48.0, 2.0, 35.0)))
    store.writer.do(lambda session: rate(session, [photo], stars=1))
    store.writer.do(lambda session: entitle(session, {photo: None}))
    say_again(store, photo, Annotations(rating=5, title="Theirs again"))
    assert row(store, photo, "rating", "title", "latitude") == (1, None, None)
    store.writer.do(undo_edit)
    say_again(store, photo, Annotations(rating=5, title="Theirs again"))
    assert row(store, photo, "rating", "title") == (1, "Theirs again")


def test_damaged_files_take_nothing_back(store: OpenStore) -> None:
    photo = store.add("a.jpg", "one")
    take_in(store, photo, Annotations(tags=(("Pets", "Rex"),), rating=4, label="Red", position=Position(1.0, 2.0)))
    say_again(store, photo, Annotations(tags=(("walk",),)), complete=False)
    tags = store.reader.rows("SELECT t.name FROM tag_assignments a JOIN tags t ON t.id = a.tag_id WHERE a.in_file = 1")
    assert {tag["name"] for tag in tags} == {"Rex", "walk"}
    assert row(store, photo, "rating", "label", "latitude") == (4, "Red", 1.0)
    # A file that cannot be asked where it was taken says nothing of it either.
    say_again(store, photo, Annotations(), asked=False)
    assert row(store, photo, "rating", "label", "latitude") == (0, None, 1.0)


def test_a_change_while_a_photo_is_read_leaves_it_due(store: OpenStore) -> None:
    photo = store.add("a.jpg", "one")
    read = ReadPhoto(due(store)[photo], Annotations(title="Old"))
    store.writer.do(lambda session: mark_due(session, [photo]))
    store.writer.do(lambda session: put_annotations(session, [read]))
    assert set(due(store)) == {photo}


@pytest.mark.parametrize(
    ("sidecar", "expected"),
    [("d/a.jpg.xmp", {"d/a.jpg"}), ("d/a.xmp", {"d/a.jpg", "d/a.tif"}), ("d/A.XMP", set()), ("a.jpg.txt", set())],
)
def test_a_sidecar_makes_its_own_photos_due(store: OpenStore, sidecar: str, expected: set[str]) -> None:
    photos = {name: store.add(name, name) for name in ("d/a.jpg", "d/a.tif", "d/ab.jpg", "a.jpg")}
    for photo in photos.values():
        take_in(store, photo, Annotations())
    store.put(unreadable=[store.unreadable(sidecar)])
    assert set(due(store)) == {photos[name] for name in expected}
