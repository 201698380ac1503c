"""Every filter of the query language: its SQL says the same as the filter read in plain Python, on any library."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.geography import distance_km
from desktop_app.domain.photo import Metadata
from desktop_app.domain.query import And, Expression, Not, Or
from desktop_app.domain.query_terms import (
    TYPE_ALIASES,
    IsState,
    Meaning,
    Named,
    NameKind,
    NearPoint,
    NumberKind,
    NumberWithin,
    State,
    TakenWithin,
    Words,
)
from desktop_app.domain.words import words_of
from desktop_app.store.albums import add_to_album
from desktop_app.store.curation import mark_favourite, rate
from desktop_app.store.embeddings import put_model
from desktop_app.store.files import put_root
from desktop_app.store.filters import where
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.photos import photo_ids
from desktop_app.store.reader import Reader
from desktop_app.store.tag_decisions import add_tag
from desktop_app.store.writer import Writer
from tests.store.conftest import OpenStore

TAGS = ("dog", "Old Town", "sea")
ALBUMS = ("Summer", "Best of")
PATHS = ("a.jpg", "Trips/old town.jpg", "Trips/2023/b.jpg", "trips 2/c.jpg", "Town/2023/dog.jpg", "2023/sea dog.jpg")
DAYS = tuple(date(2023, month, day) for month in (1, 6, 12) for day in (1, 15, 28))
POINTS = ((48.85, 2.35), (48.9, 2.4), (0.0, 179.9), (0.0, -179.9), (89.9, 0.0), (-33.9, 151.2))


@dataclass(frozen=True)
class Photo:
    """One photo as plain Python knows it."""

    path: str
    tags: frozenset[str] = frozenset()
    albums: frozenset[str] = frozenset()
    rating: int = 0
    favourite: bool = False
    metadata: Metadata = field(default_factory=Metadata)
    byte_size: int = 1001
    width: int = 40
    height: int = 30


@st.composite
def photos(draw: Any, path: str) -> Photo:
    point = draw(st.none() | st.sampled_from(POINTS))
    day = draw(st.sampled_from(DAYS))
    metadata = Metadata(
        taken_at=datetime(day.year, day.month, day.day, draw(st.integers(0, 23))),  # noqa: DTZ001 - a camera's clock
        camera_make=draw(st.sampled_from([None, "Canon", "NIKON"])),
        camera_model=draw(st.sampled_from([None, "EOS 80D", "D750"])),
        lens=draw(st.sampled_from([None, "50mm f/1.8"])),
        iso=draw(st.sampled_from([None, 100, 400, 1600])),
        latitude=point and point[0],
        longitude=point and point[1],
    )
    return Photo(
        path,
        draw(st.frozensets(st.sampled_from(TAGS))),
        draw(st.frozensets(st.sampled_from(ALBUMS))),
        draw(st.integers(0, 5)),
        draw(st.booleans()),
        metadata,
    )


libraries = st.lists(st.sampled_from(PATHS), unique=True, max_size=6).flatmap(
    lambda paths: st.tuples(*(photos(path) for path in paths))
)
bounds = st.none() | st.sampled_from([0, 1, 3, 5, 30, 40, 100, 400, 1001, 10**20])
names = st.one_of(
    st.builds(Named, st.just(NameKind.TAG), st.sampled_from(("dog", "OLD town", "old"))),
    st.builds(Named, st.just(NameKind.ALBUM), st.sampled_from(("summer", "Best of", "Best"))),
    st.builds(
        Named, st.just(NameKind.FOLDER), st.sampled_from(("Trips", "2023", "trips/2023", "photos", "rip", "a.jpg"))
    ),
    st.builds(Named, st.just(NameKind.CAMERA), st.sampled_from(("canon", "EOS", "nikon d", "%"))),
    st.builds(Named, st.just(NameKind.LENS), st.sampled_from(("50MM", "f/1.8", "_"))),
    st.builds(Named, st.just(NameKind.TYPE), st.sampled_from(("jpg", "heic"))),
)
leaves = st.one_of(
    names,
    st.builds(NumberWithin, st.sampled_from(NumberKind), bounds, bounds),
    st.builds(TakenWithin, st.none() | st.sampled_from(DAYS), st.none() | st.sampled_from(DAYS)),
    st.builds(IsState, st.sampled_from(State)),
    st.sampled_from(POINTS).flatmap(
        lambda point: st.sampled_from((0.5, 10.0, 30.0, 20_000.0)).map(lambda radius: NearPoint(*point, radius))
    ),
    st.builds(
        Words, st.sampled_from(("dog", "old town", "TOWN old", "sea dog", "jpg", "eos 80d", "!!", "photos", "2023"))
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


def passes(tree: Expression, photo: Photo) -> bool:  # noqa: C901 - one line for each kind of leaf
    """The tree read in plain Python."""
    match tree:
        case And(parts):
            return all(passes(part, photo) for part in parts)
        case Or(parts):
            return any(passes(part, photo) for part in parts)
        case Not(part):
            return not passes(part, photo)
        case Named():
            return _is_named(tree, photo)
        case NumberWithin(kind, low, high):
            number = _number(kind, photo)
            return number is not None and (low is None or number >= low) and (high is None or number <= high)
        case TakenWithin(first, last):
            assert photo.metadata.taken_at is not None
            day = photo.metadata.taken_at.date()
            return (first is None or day >= first) and (last is None or day <= last)
        case IsState(state):
            return _is_so(state, photo)
        case NearPoint(latitude, longitude, radius):
            meta = photo.metadata
            if meta.latitude is None or meta.longitude is None:
                return False
            return distance_km(meta.latitude, meta.longitude, latitude, longitude) <= radius
        case Words(text):
            return _has_words(text, photo)
    raise AssertionError(tree)


def _is_named(leaf: Named, photo: Photo) -> bool:
    wanted, meta = leaf.name.lower(), photo.metadata
    match leaf.kind:
        case NameKind.TAG:
            return wanted in {tag.lower() for tag in photo.tags}
        case NameKind.ALBUM:
            return wanted in {album.lower() for album in photo.albums}
        case NameKind.FOLDER:
            return f"/{wanted}/" in f"/photos/{photo.path}".lower()
        case NameKind.CAMERA:
            return wanted in f"{meta.camera_make or ''} {meta.camera_model or ''}".lower()
        case NameKind.LENS:
            return wanted in (meta.lens or "").lower()
        case NameKind.TYPE:
            return TYPE_ALIASES[wanted] == "JPEG"


def _number(kind: NumberKind, photo: Photo) -> int | None:
    return {
        NumberKind.RATING: photo.rating,
        NumberKind.SIZE: photo.byte_size,
        NumberKind.WIDTH: photo.width,
        NumberKind.HEIGHT: photo.height,
        NumberKind.ISO: photo.metadata.iso,
    }[kind]


def _is_so(state: State, photo: Photo) -> bool:
    return {
        State.FAVOURITE: photo.favourite,
        State.UNTAGGED: not photo.tags,
        State.TAGGED: bool(photo.tags),
        State.RATED: photo.rating > 0,
        State.LOCATED: photo.metadata.latitude is not None,
        State.MISSING: False,
    }[state]


def _has_words(text: str, photo: Photo) -> bool:
    folder, _, name = photo.path.rpartition("/")
    meta = photo.metadata
    camera = " ".join(part for part in (meta.camera_make, meta.camera_model, meta.lens) if part)
    wanted = words_of(text)
    texts = [words_of(each) for each in (name, f"photos/{folder}", camera, *photo.tags)]
    return bool(wanted) and any(
        words[start : start + len(wanted)] == wanted for words in texts for start in range(len(words))
    )


@contextmanager
def stored(library: tuple[Photo, ...]) -> Iterator[tuple[OpenStore, dict[int, Photo]]]:
    folder = Path(tempfile.mkdtemp())
    files = {"library": folder / "library.db", "thumbnails": folder / "thumbnails.db"}
    prepare_library_file(files["library"])
    prepare_thumbnail_file(files["thumbnails"])
    writer, reader = Writer(**files), Reader(**files)
    try:
        root, _ = writer.do(lambda session: put_root(session, Path("/photos")))
        store = OpenStore(reader, writer, root, writer.do(lambda session: put_model(session, "m")))
        facts = {}
        for photo in library:
            photo_id = store.add(photo.path, photo.path, metadata=photo.metadata)
            facts[int(photo_id)] = photo
            writer.do(lambda session, at=photo_id, given=photo: _say(session, at, given))  # type: ignore[misc]
        yield store, facts
    finally:
        writer.close()
        reader.close()
        shutil.rmtree(folder)


def _say(session: Any, photo_id: Any, photo: Photo) -> None:
    rate(session, [photo_id], stars=photo.rating)
    mark_favourite(session, [photo_id], favourite=photo.favourite)
    for tag in photo.tags:
        add_tag(session, tag, [photo_id])
    for album in photo.albums:
        add_to_album(session, album, [photo_id])


@settings(deadline=None, max_examples=25)
@given(library=libraries, questions=st.lists(trees, min_size=4, max_size=12))
def test_sql_and_plain_python_agree(library: tuple[Photo, ...], questions: list[Expression]) -> None:
    with stored(library) as (store, facts):
        for tree in questions:
            found = set(photo_ids(store.reader, tree).tolist())
            assert found == {photo_id for photo_id, photo in facts.items() if passes(tree, photo)}, tree


@settings(deadline=None, max_examples=10)
@given(library=libraries, pairs=st.lists(st.tuples(trees, trees), min_size=1, max_size=5))
def test_and_or_not_obey_the_laws_of_sets(library, pairs) -> None:
    with stored(library) as (store, facts):
        every = set(facts)

        def found(tree: Expression) -> set[int]:
            return set(photo_ids(store.reader, tree).tolist())

        for one, two in pairs:
            a, b = found(one), found(two)
            assert found(And((one, two))) == a & b
            assert found(Or((one, two))) == a | b
            assert found(Not(one)) == every - a
            assert found(Not(And((one, two)))) == found(Or((Not(one), Not(two))))
            assert found(Not(Not(one))) == a


def test_a_term_of_degree_has_no_sql() -> None:
    with pytest.raises(ValueError, match="no SQL"):
        where(Meaning("dog"))


def test_a_photo_without_a_date_counts_by_its_file() -> None:
    with stored((Photo("a.jpg"),)) as (store, facts):
        day = datetime.fromtimestamp(1_700_000_000, UTC).date()
        assert set(photo_ids(store.reader, TakenWithin(day, day)).tolist()) == set(facts)
        assert photo_ids(store.reader, TakenWithin(date.max, None)).tolist() == []
        assert set(photo_ids(store.reader, TakenWithin(None, date.max)).tolist()) == set(facts)
