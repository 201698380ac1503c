"""Missing photos, what they may have become, and folders that are elsewhere now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from desktop_app.domain.photo import Metadata, PhotoId
from desktop_app.store.files import known_files, put_root
from desktop_app.store.indexing import mark_gone
from desktop_app.store.recovery import join_photos, missing_photos, rehang, successors, tell_apart
from desktop_app.store.root_places import KnownPlace, known_places, photos_in, put_places, sample_of_files
from desktop_app.store.tag_decisions import add_tag
from desktop_app.store.tags import tags_of
from tests.store.conftest import OpenStore

SHOT = Metadata(taken_at=datetime(2023, 7, 1, 12, 0, 1), camera_make="Canon", camera_model="EOS 80D")  # noqa: DTZ001 - local time


def lose(store: OpenStore, *paths: str) -> None:
    store.writer.do(lambda session: mark_gone(session, [store.found(path).key for path in paths]))


def tag(store: OpenStore, name: str, photo: PhotoId) -> None:
    store.writer.do(lambda session: add_tag(session, name, [photo]))


def say(store: OpenStore, photo: PhotoId, *, rating: int, title: str, by_person: bool) -> None:
    sql = "UPDATE contents SET rating = ?, title = ?, rating_by_person = ?, title_by_person = ? WHERE id = ?"
    values = [rating, title, by_person, by_person, photo]
    store.writer.do(lambda session: session.connection.execute(sql, values).rowcount)


def tag_names(store: OpenStore, photo: PhotoId) -> set[str]:
    return {item.tag.name for item in tags_of(store.reader, photo) if item.source == "person"}


def test_photos_without_a_file_are_missing(store: OpenStore) -> None:
    store.add("a/one.jpg", "one")
    two = store.add("two.jpg", "two")
    store.put(known=[store.known("copy.jpg", "one")])
    lose(store, "a/one.jpg", "two.jpg")
    (missing,) = missing_photos(store.reader)
    assert (missing.photo_id, missing.path) == (two, Path("/photos/two.jpg"))
    assert missing.since.tzinfo is not None


def test_a_later_photo_of_the_same_second_and_camera_may_be_the_same(store: OpenStore) -> None:
    before = store.add("a.jpg", "before", metadata=SHOT)
    store.add("other camera.jpg", "x", metadata=Metadata(SHOT.taken_at, "Canon", "EOS R5"))
    store.add("no time.jpg", "y", metadata=Metadata(None, "Canon", "EOS 80D"))
    after = store.add("b.jpg", "after", metadata=SHOT)
    assert successors(store.reader) == []
    lose(store, "a.jpg")
    assert successors(store.reader) == [(before, after)]
    store.writer.do(lambda session: tell_apart(session, before, after))
    assert successors(store.reader) == []


def test_a_photo_that_was_there_long_before_is_no_successor(store: OpenStore) -> None:
    store.add("a.jpg", "before", metadata=SHOT)
    after = store.add("b.jpg", "after", metadata=SHOT)
    store.writer.do(
        lambda session: session.connection.execute(
            "UPDATE contents SET added_at = '2020-01-01T00:00:00+00:00' WHERE id = ?", [after]
        )
    )
    lose(store, "a.jpg")
    assert successors(store.reader) == []


def test_joined_photos_share_what_was_said_and_the_living_one_decides(store: OpenStore) -> None:
    before = store.add("a.jpg", "before", metadata=SHOT)
    after = store.add("b.jpg", "after", metadata=SHOT)
    tag(store, "of both", before)
    tag(store, "of the first", before)
    tag(store, "of the second", after)
    say(store, before, rating=4, title="Harbour", by_person=True)
    say(store, after, rating=2, title="from the file", by_person=False)
    lose(store, "a.jpg")
    changes = store.writer.do(lambda session: join_photos(session, before, after))
    assert tag_names(store, after) == {"of both", "of the first", "of the second"}
    assert (changes.missing, changes.retagged) == ({before}, {after})
    assert missing_photos(store.reader) == []
    assert store.listed() == {after}
    row = store.reader.row("SELECT rating, title, rating_by_person FROM contents WHERE id = ?", [after])
    assert row is not None
    assert tuple(row) == (4, "Harbour", 1)


@pytest.mark.parametrize("below", ["", "trip"])
def test_a_folder_is_hung_elsewhere_with_everything_in_it(store: OpenStore, below: str) -> None:
    photo = store.add("trip/ä/a.jpg", "a")
    store.add("trips.jpg", "b")
    other, _ = store.writer.do(lambda session: put_root(session, Path("/elsewhere")))
    store.writer.do(lambda session: rehang(session, source=store.root, below=below, target=other, prefix="in/here"))
    there = known_files(store.reader, other, model_id=store.model)
    assert set(there) == ({"in/here/ä/a.jpg"} if below else {"in/here/trip/ä/a.jpg", "in/here/trips.jpg"})
    assert photo in photos_in(store.reader, other)
    assert set(known_files(store.reader, store.root, model_id=store.model)) == ({"trips.jpg"} if below else set())


def test_what_was_seen_at_the_new_place_is_kept(store: OpenStore) -> None:
    store.add("a.jpg", "old")
    other, _ = store.writer.do(lambda session: put_root(session, Path("/elsewhere")))
    store.writer.do(
        lambda session: session.connection.execute(
            "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (?, 'a.jpg', ?, 9, 9)",
            [other, store.at("a.jpg")],
        )
    )
    store.writer.do(lambda session: rehang(session, source=store.root, below="", target=other, prefix=""))
    assert known_files(store.reader, other, model_id=store.model)["a.jpg"].stamp.size == 9
    assert known_files(store.reader, store.root, model_id=store.model) == {}


def test_roots_remember_their_volume_and_never_share_a_path(store: OpenStore) -> None:
    other, _ = store.writer.do(lambda session: put_root(session, Path("/elsewhere")))
    place = KnownPlace(Path("/media/x"), "uuid:1", "/photos")
    assert store.writer.do(lambda session: put_places(session, {other: place})).roots_changed
    assert known_places(store.reader)[other] == place
    taken = KnownPlace(Path("/photos"), "uuid:1", "/photos")
    assert not store.writer.do(lambda session: put_places(session, {other: taken}))
    assert known_places(store.reader)[other].path == Path("/media/x")


def test_a_sample_is_spread_over_a_root(store: OpenStore) -> None:
    for number in range(130):
        store.add(f"{number // 65}/{number:03d}.jpg", str(number))
    sample = sample_of_files(store.reader, store.root)
    assert 30 <= len(sample) <= 64
    assert {path[0] for path in sample} == {"0", "1"}
    assert all(not path.startswith("1/") for path in sample_of_files(store.reader, store.root, below="1"))
