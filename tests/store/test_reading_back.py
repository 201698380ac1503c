"""Lists, counts, embeddings and tags as they are read back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.indexing import FileKey, MachineTag
from desktop_app.domain.photo import Metadata, RootId
from desktop_app.domain.query import And, HasTag, InFolder
from desktop_app.domain.query_terms import Named, NameKind
from desktop_app.domain.tag import TagDraft, TagState
from desktop_app.domain.vocabulary import Vocabulary, VocabularyTag
from desktop_app.store.embeddings import (
    embedded_counts,
    embeddings_of,
    load_embeddings,
    load_text_embeddings,
    put_model,
    put_text_embeddings,
)
from desktop_app.store.files import (
    absorb_root,
    folder_counts,
    forget_missing,
    forget_skips,
    put_root,
    roots,
    skipped_files,
)
from desktop_app.store.indexing import mark_gone
from desktop_app.store.photos import details, photo_at, photo_ids, status, summaries
from desktop_app.store.tag_decisions import add_tag, remove_tag
from desktop_app.store.tag_edits import define_tag
from desktop_app.store.tags import all_tags, tag_counts, tag_named
from desktop_app.store.vocabulary_tags import put_vocabulary, vocabulary_tag_ids
from tests.store.conftest import DIMENSION, OpenStore, stamp

PLUS_TWO = timezone(timedelta(hours=2))
FULL = Metadata(
    datetime(2024, 7, 3, 18, 5, 9, tzinfo=PLUS_TWO), "Canon", "Canon EOS 80D", "50mm", 1 / 250, 2.8, 100, 50.0, 48.2, 16.4, 171.0
)  # fmt: skip


def test_metadata_comes_back_as_it_was(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first", metadata=FULL)
    shown = details(store.reader, photo, tags=())
    assert shown is not None
    assert shown.metadata == FULL
    assert shown.metadata.camera == "Canon EOS 80D"
    assert shown.byte_size == stamp().size
    assert summaries(store.reader, [photo])[photo].taken_at == FULL.taken_at
    assert details(store.reader, photo + 1, tags=()) is None  # type: ignore[arg-type]


def test_photos_are_listed_newest_first_by_the_clock_on_the_wall(store: OpenStore) -> None:
    early = store.add("early.jpg", "a", metadata=Metadata(taken_at=datetime(2020, 1, 1, 9)))  # noqa: DTZ001
    late = store.add("late.jpg", "b", metadata=Metadata(taken_at=datetime(2020, 1, 1, 11, tzinfo=PLUS_TWO)))
    unknown = store.add("unknown.jpg", "c")  # its file is from 2023
    assert photo_ids(store.reader, And(())).tolist() == [unknown, late, early]


def test_a_file_from_the_far_future_is_a_photo_too(store: OpenStore) -> None:
    from dataclasses import replace

    from desktop_app.domain.photo import FileStamp

    for number, mtime in enumerate((2**63 - 1, -(2**62), 0)):
        fresh = store.fresh(f"{number}.jpg", f"content {number}")
        store.put(fresh=[replace(fresh, stamp=FileStamp(5, mtime))])
    assert len(store.listed()) == 3


def test_embeddings_survive_half_precision(store: OpenStore) -> None:
    fresh = [store.fresh(f"{n}.jpg", "x" * (n + 1)) for n in range(10)]
    store.put(fresh=fresh)
    chunks = list(load_embeddings(store.reader, store.model, chunk=4))
    assert [len(ids) for ids, _ in chunks] == [4, 4, 2]
    ids = np.concatenate([ids for ids, _ in chunks])
    vectors = np.concatenate([vectors for _, vectors in chunks])
    by_id = {store.at(f"{n}.jpg"): item.vector for n, item in enumerate(fresh)}
    assert vectors.dtype == np.float32
    for photo, vector in zip(ids.tolist(), vectors, strict=True):
        np.testing.assert_allclose(vector, by_id[photo], atol=1e-3)
    some, found = embeddings_of(store.reader, store.model, [*ids[:3].tolist(), 9999])
    assert (some.tolist(), found.shape) == (ids[:3].tolist(), (3, DIMENSION))
    nothing, none = embeddings_of(store.reader, store.model, [])
    assert (len(nothing), len(none)) == (0, 0)
    assert embedded_counts(store.reader) == {"a-model": 10}


def test_embeddings_of_two_models_stand_side_by_side(store: OpenStore) -> None:
    store.add("a.jpg", "first")
    other = store.writer.do(lambda session: put_model(session, "other"))
    assert store.writer.do(lambda session: put_model(session, "other")) == other
    assert embedded_counts(store.reader) == {"a-model": 1, "other": 0}
    assert status(store.reader, model_id=other, model="other", library=Path()).pending == 1


def test_text_embeddings_are_kept_by_model(store: OpenStore) -> None:
    vector = np.arange(4, dtype=np.float32)
    store.writer.do(lambda session: put_text_embeddings(session, store.model, {"key": vector}))
    np.testing.assert_array_equal(load_text_embeddings(store.reader, store.model, ["key", "new"])["key"], vector)
    assert load_text_embeddings(store.reader, put_model_id(store, "other"), ["key"]) == {}


def put_model_id(store: OpenStore, name: str):
    return store.writer.do(lambda session: put_model(session, name))


def test_folders_count_what_is_in_them_and_below(store: OpenStore) -> None:
    for number, path in enumerate(("top.jpg", "a/x.jpg", "a/y.jpg", "a/b/z.jpg", "c/w.jpg")):
        store.add(path, f"content {number}")
    store.put(known=[store.known("a/b/copy of x.jpg", "content 1")])
    counts = {item.folder: item.photos for item in folder_counts(store.reader, store.root)}
    assert counts == {"a": 3, "a/b": 2, "c": 1}
    assert len(photo_ids(store.reader, InFolder(store.root, "a"))) == 3
    assert roots(store.reader)[0].photos == 5


def test_a_root_hangs_below_the_one_that_takes_it_in(store: OpenStore) -> None:
    photo = store.add("x.jpg", "content")
    store.put(unreadable=[store.unreadable("broken.jpg")])
    parent, _ = store.writer.do(lambda session: put_root(session, Path("/")))
    store.writer.do(lambda session: absorb_root(session, store.root, into=parent, prefix="photos"))
    assert [root.path for root in roots(store.reader)] == [Path("/")]
    assert photo_at(store.reader, parent, "photos/x.jpg") == photo
    assert [file.path for file in skipped_files(store.reader)] == [Path("/photos/broken.jpg")]


def test_adding_a_root_twice_gives_the_same(store: OpenStore) -> None:
    again, _ = store.writer.do(lambda session: put_root(session, Path("/photos")))
    assert again == store.root


def test_forgetting_missing_photos_and_skips(store: OpenStore) -> None:
    gone, there = store.add("gone.jpg", "a"), store.add("there.jpg", "b")
    store.put(unreadable=[store.unreadable("broken.jpg")])
    store.writer.do(lambda session: mark_gone(session, [FileKey(store.root, "gone.jpg")]))
    store.writer.do(lambda session: forget_missing(session, [gone, there]))
    assert store.listed() == {there}
    assert store.writer.do(forget_skips).skipped_changed
    assert skipped_files(store.reader) == []


def test_status_counts(store: OpenStore) -> None:
    photo = store.add("a.jpg", "a")
    store.add("b.jpg", "b")
    store.put(unreadable=[store.unreadable("broken.jpg")])
    store.writer.do(lambda session: mark_gone(session, [FileKey(store.root, "a.jpg")]))
    store.writer.do(lambda session: add_tag(session, "holiday", [photo]))
    now = status(store.reader, model_id=store.model, model="m", library=Path("/l"))
    assert (now.photos, now.embedded, now.pending, now.missing, now.skipped, now.tags) == (2, 2, 0, 1, 1, 1)


VOCABULARY = Vocabulary(
    "test",
    (
        VocabularyTag("animal", "Animals", None, (), ("an animal",)),
        VocabularyTag("Dog", "Animals", "animal", (), ("a dog",)),
    ),
)


def test_a_vocabulary_takes_up_the_persons_tags_of_the_same_name(store: OpenStore) -> None:
    photo = store.add("a.jpg", "a")
    store.writer.do(lambda session: add_tag(session, "dog", [photo]))
    store.writer.do(lambda session: put_vocabulary(session, VOCABULARY))
    store.writer.do(lambda session: put_vocabulary(session, VOCABULARY))
    ids = store.writer.do(vocabulary_tag_ids)
    dog = tag_named(store.reader, "DOG")
    assert dog is not None
    assert (dog.id, dog.name, dog.parent_id) == (ids["Dog"], "dog", ids["animal"])
    assert [tag.name for tag in all_tags(store.reader)] == ["animal", "dog"]
    assert tag_named(store.reader, "cat") is None


def test_tag_counts_leave_out_what_was_rejected_and_keep_the_persons_own(store: OpenStore) -> None:
    store.writer.do(lambda session: put_vocabulary(session, VOCABULARY))
    ids = store.writer.do(vocabulary_tag_ids)
    tags = (MachineTag(ids["Dog"], 0.9, TagState.ACCEPTED),)
    first, second = store.add("a/1.jpg", "1", tags=tags), store.add("b/2.jpg", "2", tags=tags)
    changes = store.writer.do(lambda session: add_tag(session, "mine", [first])).changes
    assert changes.tags_changed
    assert changes.retagged == {first}
    assert {item.tag.name: item.count for item in tag_counts(store.reader, And(()))} == {
        "Dog": 2,
        "animal": 2,
        "mine": 1,
    }
    store.writer.do(lambda session: remove_tag(session, "dog", [second]))
    store.writer.do(lambda session: remove_tag(session, "mine", [first]))
    assert {item.tag.name: item.count for item in tag_counts(store.reader, And(()))} == {
        "Dog": 1,
        "animal": 1,
        "mine": 0,
    }
    below_b = InFolder(store.root, "b")
    assert {item.tag.name: item.count for item in tag_counts(store.reader, below_b)} == {"mine": 0}
    assert store.writer.do(lambda session: remove_tag(session, "unheard of", [first])).edit is None


def test_a_tag_counts_and_finds_photos_of_the_tags_below_it_each_once(store: OpenStore) -> None:
    for draft in (TagDraft("pets"), TagDraft("cats", parent="pets"), TagDraft("kittens", parent="cats")):
        store.writer.do(partial(define_tag, draft=draft))
    first, second, third, _ = (store.add(f"{name}.jpg", name) for name in "1234")
    for name, photos in (("pets", [first]), ("cats", [first, second]), ("kittens", [second, third])):
        store.writer.do(partial(add_tag, name=name, photo_ids=photos))
    counted = {item.tag.name: item.count for item in tag_counts(store.reader, And(()))}
    assert counted == {"pets": 3, "cats": 3, "kittens": 2}
    for name, count in counted.items():
        tag = tag_named(store.reader, name)
        assert tag is not None
        for filter_ in (HasTag(tag.id), Named(NameKind.TAG, name)):
            assert len(photo_ids(store.reader, filter_)) == count
    store.writer.do(lambda session: remove_tag(session, "kittens", [third]))
    assert {item.tag.name: item.count for item in tag_counts(store.reader, And(()))} == {
        "pets": 2,
        "cats": 2,
        "kittens": 1,
    }


@pytest.mark.parametrize("missing_root", [RootId(99)])
def test_nothing_is_at_a_place_that_is_not_there(store: OpenStore, missing_root: RootId) -> None:
    assert photo_at(store.reader, missing_root, "a.jpg") is None
