"""Filters in memory let the same photos pass as the library's own SQL, whatever changes meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.base.paths import LibraryPaths
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, HasTag, Not, Or
from desktop_app.domain.query_terms import IsState, NumberKind, NumberWithin, State, Words
from desktop_app.services import photo_filters
from desktop_app.services.library_store import LibraryStore, open_store
from desktop_app.services.photo_filters import PhotoFilters
from desktop_app.store.photos import photo_ids
from desktop_app.store.tag_decisions import add_tag

PHOTOS = 12

LEAVES: tuple[Filter, ...] = (
    HasTag(1),
    HasTag(2),
    NumberWithin(NumberKind.WIDTH, 3, 8),
    IsState(State.UNTAGGED),
    Words("beach"),
    IsState(State.MISSING),
)
filters = st.recursive(
    st.sampled_from(LEAVES),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda found: And(tuple(found))),
        st.lists(parts, max_size=3).map(lambda found: Or(tuple(found))),
        parts.map(Not),
    ),
    max_leaves=5,
)


def add_photo(store: LibraryStore, number: int) -> None:
    def write(session) -> LibraryChanges:
        session.connection.execute(
            "INSERT INTO contents (id, hash, file_format, width, height, byte_size, sort_time, added_at) "
            "VALUES (?, ?, 'JPEG', ?, 1, 1, ?, '2024')",
            [number, f"{number:032x}", number, f"2024-01-01T00:00:{number:02d}"],
        )
        session.connection.execute(
            "INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (1, ?, ?, 1, 1)",
            [f"{number}.jpg", number],
        )
        return LibraryChanges(added=frozenset([PhotoId(number)]))

    store.change(write)


def tag(store: LibraryStore, name: str, *numbers: int) -> None:
    store.change(lambda session: add_tag(session, name, [PhotoId(number) for number in numbers]).changes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    opened = open_store(LibraryPaths(tmp_path))
    opened.writer.do(
        lambda session: session.connection.execute("INSERT INTO roots (id, path, added_at) VALUES (1, '/r', '2024')")
    )
    for number in range(1, PHOTOS + 1):
        add_photo(opened, number)
    tag(opened, "beach", 1, 2, 3)
    tag(opened, "dog", 3, 4)
    yield opened
    opened.close()


def passing(filters_: PhotoFilters, where: Filter) -> set[int]:
    table = filters_.passing(where)
    assert not table[-1]
    return set(np.flatnonzero(table).tolist())


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wheres=st.lists(filters, min_size=1, max_size=4), tagged=st.integers(1, PHOTOS))
def test_the_same_photos_pass_as_by_sql(store: LibraryStore, wheres: list[Filter], tagged: int) -> None:
    kept = PhotoFilters(store)
    try:
        for where in wheres:
            assert passing(kept, where) == set(photo_ids(store.reader, where).tolist())
        tag(store, "beach", tagged)
        for where in wheres:
            assert passing(kept, where) == set(photo_ids(store.reader, where).tolist())
    finally:
        kept.close()


def test_a_change_of_single_photos_is_looked_up_for_these_alone(
    store: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int] | None] = []
    real = photo_filters.photos_where

    def photos_where(reader, where, *, among=None):
        asked.append(among)
        return real(reader, where, among=among)

    monkeypatch.setattr(photo_filters, "photos_where", photos_where)
    kept = PhotoFilters(store)
    assert passing(kept, HasTag(1)) == {1, 2, 3}
    assert asked == [None, None]
    assert passing(kept, HasTag(1)) == {1, 2, 3}
    assert len(asked) == 2
    tag(store, "beach", 7)
    assert passing(kept, HasTag(1)) == {1, 2, 3, 7}
    add_photo(store, PHOTOS + 1)
    tag(store, "beach", PHOTOS + 1)
    assert passing(kept, HasTag(1)) == {1, 2, 3, 7, PHOTOS + 1}
    assert None not in asked[2:]
    kept.close()


def test_tables_handed_out_stay_as_they_were(store: LibraryStore) -> None:
    kept = PhotoFilters(store)
    before = kept.passing(HasTag(1))
    copy = before.copy()
    tag(store, "beach", 9)
    assert 9 in passing(kept, HasTag(1))
    np.testing.assert_array_equal(before, copy)
    kept.close()


def test_what_another_program_writes_is_seen(store: LibraryStore) -> None:
    kept = PhotoFilters(store)
    assert passing(kept, HasTag(2)) == {3, 4}
    other = sqlite3.connect(store.paths.database)
    other.execute("DELETE FROM tag_assignments WHERE content_id = 4")
    other.commit()
    other.close()
    assert passing(kept, HasTag(2)) == {3}
    kept.close()


def test_a_tag_that_goes_away_passes_nothing_on(store: LibraryStore) -> None:
    kept = PhotoFilters(store)
    assert passing(kept, IsState(State.UNTAGGED)) == set(range(5, PHOTOS + 1))

    def drop(session) -> LibraryChanges:
        session.connection.execute("DELETE FROM tags WHERE id = 2")
        return LibraryChanges(tags_changed=True)

    store.change(drop)
    assert passing(kept, IsState(State.UNTAGGED)) == set(range(4, PHOTOS + 1))
    kept.close()
