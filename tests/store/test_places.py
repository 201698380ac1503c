"""Names of places in the library: which photos lack one, and what takes one away."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import takewhile
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from desktop_app.domain.photo import Metadata
from desktop_app.store import migrations
from desktop_app.store.migrations import library_migrations, prepare_library_file, prepare_thumbnail_file
from desktop_app.store.photos import details
from desktop_app.store.places import photos_in, place_centre, place_counts, put_places, unnamed_photos
from desktop_app.store.reader import Reader
from tests.store.conftest import OpenStore

PARIS = Metadata(latitude=48.86, longitude=2.35)


def test_photos_with_a_position_lack_a_name_until_it_was_looked_up(store: OpenStore) -> None:
    store.add("a.jpg", "no position")
    photo, at_sea = store.add("b.jpg", "paris", metadata=PARIS), store.add("c.jpg", "sea", metadata=PARIS)
    assert unnamed_photos(store.reader, limit=9) == [(photo, 48.86, 2.35), (at_sea, 48.86, 2.35)]
    assert len(unnamed_photos(store.reader, limit=1)) == 1
    changes = store.writer.do(lambda session: put_places(session, {photo: "Paris, France", at_sea: ""}))
    assert changes.updated == {photo, at_sea}
    assert unnamed_photos(store.reader, limit=9) == []
    assert place_counts(store.reader) == [("Paris, France", 1)]
    shown = details(store.reader, photo, tags=())
    assert shown is not None
    assert shown.place == "Paris, France"


def test_a_photo_that_is_moved_on_the_map_is_looked_up_again(store: OpenStore) -> None:
    photo = store.add("b.jpg", "paris", metadata=PARIS)
    store.writer.do(lambda session: put_places(session, {photo: "Paris, France"}))
    same = "UPDATE contents SET latitude = 48.86, longitude = 2.35"
    store.writer.do(lambda session: session.connection.execute(same).rowcount)
    assert place_counts(store.reader) == [("Paris, France", 1)]
    store.writer.do(lambda session: session.connection.execute("UPDATE contents SET latitude = 40.0").rowcount)
    assert unnamed_photos(store.reader, limit=9) == [(photo, 40.0, 2.35)]


def test_photos_by_their_place(store: OpenStore) -> None:
    names = {"Paris, Île-de-France, France": (48.86, 2.35), "Paris, Texas, United States": (33.66, -95.56)}
    found = {
        store.add(f"{number}.jpg", place, metadata=Metadata(latitude=latitude, longitude=longitude)): place
        for number, (place, (latitude, longitude)) in enumerate(names.items())
    }
    store.writer.do(lambda session: put_places(session, found))
    assert photos_in(store.reader, ["paris"]) == 2
    assert photos_in(store.reader, ["Paris", "Texas"]) == 1
    assert photos_in(store.reader, ["Par"]) == photos_in(store.reader, []) == 0
    assert place_centre(store.reader, "texas") == (33.66, -95.56)
    assert place_centre(store.reader, "Atlantis") is None


def test_a_library_from_before_is_given_what_places_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, file = Migrations("keepsight-library"), tmp_path / "library.db"
    for migration in takewhile(lambda each: not each.name.endswith("_places"), library_migrations.pending(_empty())):
        before(name=migration.name)(migration.fn)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "library_migrations", before)
        prepare_library_file(file)
    with closing(sqlite3.connect(file)) as old, old:
        old.execute(
            """
            INSERT INTO contents (hash, file_format, width, height, byte_size, sort_time, added_at, latitude, longitude)
            VALUES ('h', 'JPEG', 4, 3, 9, '2020-01-01T00:00:00', '2020-01-01T00:00:00', 48.86, 2.35)
            """
        )
    prepare_library_file(file)
    prepare_thumbnail_file(tmp_path / "thumbnails.db")
    with closing(Reader(library=file, thumbnails=tmp_path / "thumbnails.db")) as reader:
        assert unnamed_photos(reader, limit=9) == [(1, 48.86, 2.35)]


def _empty() -> Database:
    return Database(memory=True)
