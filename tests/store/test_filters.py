"""The SQL of a filter says the same as the filter read in plain Python, whatever the library and the filter."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.indexing import MachineTag
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.query import And, Filter, HasTag, InFolder, Not, Or, tags_filter
from desktop_app.domain.tag import TagId, TagState
from desktop_app.store.photos import photo_ids
from desktop_app.store.tag_decisions import add_tag, remove_tag
from tests.store.conftest import OpenStore

PATHS = ("a.jpg", "a/b.jpg", "a/b/c.jpg", "a0/d.jpg", "a b/e.jpg", "A/f.jpg", "ä/g.jpg", "a/b0/h.jpg")
FOLDERS = ("", "a", "a/b", "A", "ä", "a b", "a0", "nowhere")
TAGS = ("dog", "beach", "mine")

Placed = dict[str, frozenset[str]]


def tag_ids(store: OpenStore) -> dict[str, TagId]:
    return {row["name"]: TagId(row["id"]) for row in store.reader.rows("SELECT id, name FROM tags")}


leaves = st.one_of(
    st.sampled_from(TAGS).map(lambda name: ("tag", name)),
    st.tuples(st.integers(1, 2), st.sampled_from(FOLDERS)).map(lambda place: ("folder", *place)),
)
shapes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: ("and", *parts)),
        st.lists(inner, max_size=3).map(lambda parts: ("or", *parts)),
        inner.map(lambda part: ("not", part)),
    ),
    max_leaves=8,
)


def as_filter(shape, ids: dict[str, TagId]) -> Filter:
    match shape:
        case ("tag", name):
            return HasTag(ids[name])
        case ("folder", root, folder):
            return InFolder(RootId(root), folder)
        case ("and", *parts):
            return And(tuple(as_filter(part, ids) for part in parts))
        case ("or", *parts):
            return Or(tuple(as_filter(part, ids) for part in parts))
    return Not(as_filter(shape[1], ids))


def passes(shape, paths: set[str], tags: frozenset[str]) -> bool:
    match shape:
        case ("tag", name):
            return name in tags
        case ("folder", root, folder):
            return root == 1 and any(not folder or path.startswith(folder + "/") for path in paths)
        case ("and", *parts):
            return all(passes(part, paths, tags) for part in parts)
        case ("or", *parts):
            return any(passes(part, paths, tags) for part in parts)
    return not passes(shape[1], paths, tags)


@pytest.fixture
def library_of_many(store: OpenStore) -> tuple[OpenStore, dict[int, tuple[set[str], frozenset[str]]]]:
    """Every combination of tags and states on photos spread over the paths, one of them in two places."""
    facts: dict[int, tuple[set[str], frozenset[str]]] = {}
    for name in TAGS:
        store.writer.do(lambda session, name=name: add_tag(session, name, []))  # type: ignore[misc]
    ids = tag_ids(store)
    for number, path in enumerate(PATHS):
        has = [name for bit, name in enumerate(TAGS) if number >> bit & 1]
        machine = tuple(MachineTag(ids[name], 0.7, TagState.SUGGESTED) for name in has if name != "mine")
        photo = store.add(path, path, tags=machine)
        if "mine" in has:
            store.writer.do(lambda session, photo=photo: add_tag(session, "mine", [photo]))  # type: ignore[misc]
        facts[photo] = ({path}, frozenset(has))
    store.put(known=[store.known("copies/x.jpg", PATHS[0])])
    facts[store.at(PATHS[0])][0].add("copies/x.jpg")
    rejected = store.at(PATHS[1])
    store.writer.do(lambda session: remove_tag(session, "dog", [rejected]))
    facts[rejected] = (facts[rejected][0], facts[rejected][1] - {"dog"})
    return store, facts


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(shape=shapes)
def test_sql_and_plain_python_agree(library_of_many, shape) -> None:
    store, facts = library_of_many
    found = set(photo_ids(store.reader, as_filter(shape, tag_ids(store))).tolist())
    assert found == {photo for photo, (paths, tags) in facts.items() if passes(shape, paths, tags)}


libraries = st.dictionaries(st.sampled_from(PATHS), st.frozensets(st.sampled_from(TAGS)), max_size=8)


@settings(deadline=None, max_examples=15)
@given(library=libraries, filters=st.lists(shapes, min_size=1, max_size=6))
def test_sql_and_plain_python_agree_on_any_library(library: Placed, filters) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        _check(folder, library, filters)
    finally:
        shutil.rmtree(folder)


def _check(folder: Path, library: Placed, filters) -> None:
    from desktop_app.store.embeddings import put_model
    from desktop_app.store.files import put_root
    from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
    from desktop_app.store.reader import Reader
    from desktop_app.store.writer import Writer

    files = {"library": folder / "library.db", "thumbnails": folder / "thumbnails.db"}
    prepare_library_file(files["library"])
    prepare_thumbnail_file(files["thumbnails"])
    writer, reader = Writer(**files), Reader(**files)
    try:
        root, _ = writer.do(lambda session: put_root(session, Path("/photos")))
        store = OpenStore(reader, writer, root, writer.do(lambda session: put_model(session, "m")))
        for name in TAGS:
            writer.do(lambda session, name=name: add_tag(session, name, []))  # type: ignore[misc]
        facts = {}
        for path, tags in library.items():
            photo = store.add(path, path)
            for name in tags:
                writer.do(lambda session, name=name, photo=photo: add_tag(session, name, [photo]))  # type: ignore[misc]
            facts[photo] = ({path}, tags)
        for shape in filters:
            found = set(photo_ids(reader, as_filter(shape, tag_ids(store))).tolist())
            assert found == {photo for photo, (paths, tags) in facts.items() if passes(shape, paths, tags)}
    finally:
        writer.close()
        reader.close()


def test_all_any_and_none_together(library_of_many) -> None:
    store, facts = library_of_many
    ids = tag_ids(store)
    where = tags_filter(every=(ids["beach"],), some=(ids["dog"], ids["mine"]), none=(ids["mine"],))
    wanted = {photo for photo, (_, tags) in facts.items() if "beach" in tags and "dog" in tags and "mine" not in tags}
    assert set(photo_ids(store.reader, where).tolist()) == wanted


def test_a_photo_without_files_is_in_no_list(store: OpenStore) -> None:
    store.add("a.jpg", "first")
    photo = store.at("a.jpg")
    store.put(fresh=[store.fresh("a.jpg", "second")])
    assert PhotoId(photo) not in store.listed()
    assert len(store.listed()) == 1
