"""The second migration: an older library keeps everything and can be searched by its texts at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database, Migrations

from desktop_app.domain.query_terms import Words
from desktop_app.domain.tag import TagSource, TagState
from desktop_app.store import migrations
from desktop_app.store.albums import add_to_album, album_names, remove_from_album
from desktop_app.store.curation import (
    entitle,
    rate,
)
from desktop_app.store.migrations import library_migrations, prepare_library_file
from desktop_app.store.photos import photo_ids
from desktop_app.store.places import put_places
from desktop_app.store.saved_searches import change_search, drop_search, save_search, saved_searches
from desktop_app.store.search_texts import ranked_matches, texts_of
from desktop_app.store.tag_decisions import add_tag, remove_tag
from desktop_app.store.tags import tags_of
from desktop_app.store.writer import WriteSession
from tests.store.conftest import OpenStore


def found(store: OpenStore, text: str) -> set[int]:
    return set(photo_ids(store.reader, Words(text)).tolist())


def _fill_as_then(session: WriteSession) -> None:
    """Put one tagged photo in, the way the first version did."""
    session.connection.execute(
        """
        INSERT INTO contents (hash, file_format, width, height, byte_size, sort_time, added_at)
        VALUES ('one', 'JPEG', 40, 30, 1000, '2026-01-01', '2026-01-01')
        """
    )
    session.connection.execute(
        """
        INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns)
        SELECT r.id, 'Trips/Old Town/IMG_1.jpg', c.id, 1000, 1 FROM roots r, contents c
        """
    )
    session.connection.execute("INSERT INTO tags (name, group_name, from_person) VALUES ('Harbour', 'My tags', 1)")
    session.connection.execute(
        """
        INSERT INTO tag_assignments (content_id, tag_id, source, state, decided_at)
        SELECT c.id, t.id, 'person', 'accepted', '2026-01-01' FROM contents c, tags t
        """
    )


def test_a_library_of_the_first_schema_is_brought_up_to_date(
    make_store: Callable[..., OpenStore], monkeypatch, tmp_path: Path
) -> None:
    first = Migrations(library_migrations.name)
    for migration in library_migrations.pending(Database(memory=True))[:1]:
        first(name=migration.name)(migration.fn)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "library_migrations", first)
        old = make_store("old")
        old.writer.do(_fill_as_then)
        photo = old.at("Trips/Old Town/IMG_1.jpg")
    prepare_library_file(tmp_path / "old" / "library.db")
    assert (tmp_path / "old" / "library-before-m002_search.db").is_file()
    assert found(old, "old town") == found(old, "HARBOUR") == found(old, "img 1 jpg") == {photo}
    assert [(tag.source, tag.state) for tag in tags_of(old.reader, photo)] == [(TagSource.PERSON, TagState.ACCEPTED)]
    old.writer.do(lambda session: rate(session, [photo], stars=4))
    assert old.reader.value("SELECT rating FROM contents") == 4


def test_the_text_index_follows_every_change(store: OpenStore) -> None:
    photo = store.add("Beach day/a.jpg", "one")
    assert found(store, "beach day") == {photo}
    assert found(store, "photos") == {photo}, "the watched folder's own name counts"
    store.writer.do(lambda session: add_tag(session, "Sunset", [photo]))
    store.writer.do(lambda session: entitle(session, {photo: "Evening at the Café"}))
    store.writer.do(lambda session: put_places(session, {photo: "Biarritz, France"}))
    assert found(store, "sunset") == found(store, "the cafe") == found(store, "biarritz france") == {photo}
    assert texts_of(store.reader, [photo])[photo]["tags"] == ("Sunset",)
    store.writer.do(lambda session: remove_tag(session, "Sunset", [photo]))
    store.writer.do(lambda session: entitle(session, {photo: None}))
    assert found(store, "sunset") == found(store, "cafe") == set()
    store.put(known=[store.known("Elsewhere/a.jpg", "one", gone_from="Beach day/a.jpg")])
    assert found(store, "beach") == set()
    assert found(store, "elsewhere") == {photo}
    with sqlite3.connect(str(store.reader._library)) as connection:
        connection.execute("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)")
    connection.close()


def test_a_phrase_never_reaches_from_one_name_into_the_next(store: OpenStore) -> None:
    photo = store.add("old/town.jpg", "one")
    store.put(known=[store.known("new/house.jpg", "one")])
    assert found(store, "town jpg") == found(store, "house jpg") == {photo}
    assert found(store, "jpg house") == set()


def test_words_that_people_wrote_rank_by_where_they_stand(store: OpenStore) -> None:
    titled, foldered = store.add("x/1.jpg", "one"), store.add("Dogs and a dog/2.jpg", "two")
    store.add("y/3.jpg", "three")
    store.writer.do(lambda session: entitle(session, {titled: "dog"}))
    ids, scores = ranked_matches(store.reader, ["dog"])
    assert ids.tolist() == [titled, foldered]
    assert scores[0] > scores[1] > 0
    assert ranked_matches(store.reader, [])[0].tolist() == []


def test_albums_and_saved_searches_come_and_go(store: OpenStore) -> None:
    photo = store.add("a.jpg", "one")
    store.writer.do(lambda session: add_to_album(session, "Summer", [photo]))
    store.writer.do(lambda session: add_to_album(session, "SUMMER", [photo]))
    assert album_names(store.reader) == ("Summer",)
    store.writer.do(lambda session: remove_from_album(session, "Summer", [photo]))
    assert store.reader.value("SELECT COUNT(*) FROM album_photos") == 0
    store.writer.do(lambda session: save_search(session, "Dogs", "dog", sensitivity=0.5, words_weight=0.5))
    changes = store.writer.do(
        lambda session: save_search(session, "dogs", "dog -cat", sensitivity=0.7, words_weight=0.0)
    )
    assert changes.saved_searches_changed
    (saved,) = saved_searches(store.reader)
    assert (saved.name, saved.query, saved.sensitivity, saved.words_weight) == ("dogs", "dog -cat", 0.7, 0.0)
    renamed = replace(saved, name="Hounds", query="hound")
    assert store.writer.do(lambda session: change_search(session, renamed)).saved_searches_changed
    assert saved_searches(store.reader) == [renamed]
    store.writer.do(lambda session: change_search(session, saved))
    assert not store.writer.do(lambda session: drop_search(session, "Cats"))
    assert store.writer.do(lambda session: drop_search(session, "dogs"))
    assert saved_searches(store.reader) == []


def test_an_edited_file_keeps_stars_title_and_album(store: OpenStore) -> None:
    from desktop_app.domain.indexing import FindKind

    photo = store.add("a.jpg", "one")
    store.writer.do(lambda session: rate(session, [photo], stars=5))
    store.writer.do(lambda session: entitle(session, {photo: "Mine"}))
    store.writer.do(lambda session: add_to_album(session, "Best", [photo]))
    edited = store.add("a.jpg", "two", kind=FindKind.MODIFIED)
    assert edited != photo
    assert found(store, "mine") == {edited}
    row = store.reader.row("SELECT rating, title FROM contents WHERE id = ?", [edited])
    assert row is not None
    assert tuple(row) == (5, "Mine")
    assert store.reader.value("SELECT COUNT(*) FROM album_photos WHERE content_id = ?", [edited]) == 1
