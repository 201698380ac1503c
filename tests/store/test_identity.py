"""What a photo is: its bytes. Moves, copies, edits and damage lose nothing that the person said."""

from __future__ import annotations

import pytest

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import BatchCounts, FileKey, FindKind, MachineTag
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagId, TagSource, TagState
from desktop_app.store.assignments import retag
from desktop_app.store.files import drop_root, known_files, skipped_files
from desktop_app.store.indexing import mark_gone, mark_returned
from desktop_app.store.photos import details, path_of, status, summaries, thumbnails
from desktop_app.store.tag_decisions import accept_tag, add_tag, remove_tag
from desktop_app.store.tags import tags_of
from tests.store.conftest import OpenStore, hash_of, stamp


def person_adds(store: OpenStore, name: str, photo: PhotoId) -> LibraryChanges:
    return store.writer.do(lambda session: add_tag(session, name, [photo]).changes)


def tags(store: OpenStore, photo: PhotoId) -> dict[str, tuple[TagSource, TagState]]:
    return {item.tag.name: (item.source, item.state) for item in tags_of(store.reader, photo)}


def is_missing(store: OpenStore, photo: PhotoId) -> bool:
    return summaries(store.reader, [photo])[photo].missing


@pytest.fixture
def dog(store: OpenStore) -> TagId:
    """A tag that machines know."""
    store.writer.do(lambda session: add_tag(session, "dog", []))
    return TagId(store.reader.value("SELECT id FROM tags WHERE name = 'dog'"))


def says(tag: TagId, state: TagState = TagState.SUGGESTED, probability: float = 0.6) -> tuple[MachineTag, ...]:
    return (MachineTag(tag, probability, state),)


def test_new_bytes_make_a_photo(store: OpenStore) -> None:
    counts, changes = store.put(fresh=[store.fresh("a.jpg", "first")])
    photo = store.at("a.jpg")
    assert counts == BatchCounts(added=1, embedded=1)
    assert changes.added == changes.embedded == {photo}
    shown = details(store.reader, photo, tags=())
    assert shown is not None
    assert (shown.content_hash, shown.width, shown.height) == (hash_of("first"), 40, 30)
    assert thumbnails(store.reader, [photo]) == {photo: b"jpeg of first"}


def test_a_copy_is_the_same_photo_in_two_places(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    counts, changes = store.put(known=[store.known("b.jpg", "first")])
    assert counts == BatchCounts(reused=1)
    assert changes.added == frozenset()
    assert store.at("b.jpg") == photo
    assert store.listed() == {photo}
    shown = details(store.reader, photo, tags=())
    assert shown is not None
    assert [place.relative_path for place in shown.locations] == ["a.jpg", "b.jpg"]


def test_copies_found_in_one_batch_are_one_photo(store: OpenStore) -> None:
    counts, _ = store.put(fresh=[store.fresh("a.jpg", "same")], known=[store.known("b.jpg", "same")])
    assert counts == BatchCounts(added=1, reused=1, embedded=1)
    assert store.at("a.jpg") == store.at("b.jpg")


def test_a_moved_file_takes_its_tags_along(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    person_adds(store, "holiday", photo)
    counts, _ = store.put(known=[store.known("folder/b.jpg", "first", gone_from="a.jpg")])
    assert counts == BatchCounts(moved=1)
    assert store.at("folder/b.jpg") == photo
    assert path_of(store.reader, photo) is not None
    assert [place.relative_path for place in details(store.reader, photo, tags=()).locations] == ["folder/b.jpg"]  # type: ignore[union-attr]
    assert "holiday" in tags(store, photo)
    assert not is_missing(store, photo)


def test_one_gone_place_makes_one_move_and_the_rest_are_copies(store: OpenStore) -> None:
    store.add("a.jpg", "first")
    counts, _ = store.put(
        known=[store.known("b.jpg", "first", gone_from="a.jpg"), store.known("c.jpg", "first", gone_from="a.jpg")]
    )
    assert (counts.moved, counts.reused) == (1, 1)


def test_an_edited_file_keeps_what_the_person_said(store: OpenStore, dog: TagId) -> None:
    before = store.add("a.jpg", "first", tags=says(dog))
    person_adds(store, "holiday", before)
    store.writer.do(lambda session: remove_tag(session, "dog", [before]))
    counts, changes = store.put(
        fresh=[store.fresh("a.jpg", "edited", kind=FindKind.MODIFIED, tags=says(dog, TagState.ACCEPTED, 0.99))]
    )
    after = store.at("a.jpg")
    assert counts == BatchCounts(modified=1, embedded=1)
    assert after != before
    assert changes.added == {after}
    assert before in changes.updated
    assert tags(store, after) == {"holiday": (TagSource.PERSON, TagState.ACCEPTED)}
    assert store.listed() == {after}


def test_files_that_swapped_places_swap_photos_and_nothing_else(store: OpenStore) -> None:
    first, second = store.add("a.jpg", "first"), store.add("b.jpg", "second")
    person_adds(store, "one", first)
    person_adds(store, "two", second)
    counts, _ = store.put(
        known=[
            store.known("a.jpg", "second", kind=FindKind.MODIFIED),
            store.known("b.jpg", "first", kind=FindKind.MODIFIED),
        ]
    )
    assert counts == BatchCounts(modified=2)
    assert (store.at("a.jpg"), store.at("b.jpg")) == (second, first)
    assert set(tags(store, first)) == {"one"}
    assert set(tags(store, second)) == {"two"}
    assert store.listed() == {first, second}


def test_a_touched_file_is_the_same_photo(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    counts, _ = store.put(known=[store.known("a.jpg", "first", kind=FindKind.MODIFIED)])
    assert counts == BatchCounts(reused=1)
    assert store.at("a.jpg") == photo


def test_a_photo_that_became_unreadable_is_missing_and_comes_back_with_its_tags(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    person_adds(store, "holiday", photo)
    counts, changes = store.put(unreadable=[store.unreadable("a.jpg", kind=FindKind.MODIFIED, at=stamp(2))])
    assert counts == BatchCounts(skipped=1)
    assert changes.missing == {photo}
    assert changes.skipped_changed
    assert is_missing(store, photo)
    assert [file.reason for file in skipped_files(store.reader)] == ["The file is damaged"]
    counts, changes = store.put(known=[store.known("a.jpg", "first")])
    assert counts == BatchCounts(reused=1)
    assert changes.skipped_changed
    assert not is_missing(store, photo)
    assert skipped_files(store.reader) == []
    assert "holiday" in tags(store, photo)


def test_a_file_that_cannot_be_read_for_a_moment_stays_the_photo_it_was(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    store.put(unreadable=[store.unreadable("a.jpg", kind=FindKind.MODIFIED, transient=True, at=stamp(2))])
    assert not is_missing(store, photo)
    known = known_files(store.reader, store.root, model_id=store.model)
    assert known["a.jpg"].retry
    # The next scan sees only the skipped file there, and finds that what stands in its place is no photo at all.
    store.put(unreadable=[store.unreadable("a.jpg", kind=FindKind.NEW, at=stamp(2))])
    assert is_missing(store, photo)


def test_a_file_that_is_gone_is_kept_until_it_returns(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    person_adds(store, "holiday", photo)
    found = store.found("a.jpg", kind=FindKind.RETURNED)
    gone, changes = store.writer.do(lambda session: mark_gone(session, [found.key]))
    assert (gone, set(changes.missing)) == (1, {photo})
    assert is_missing(store, photo)
    assert store.listed() == {photo}
    again, changes = store.writer.do(lambda session: mark_gone(session, [found.key]))
    assert (again, changes.missing) == (0, frozenset())
    changes = store.writer.do(lambda session: mark_returned(session, [found]))
    assert changes.updated == {photo}
    assert not is_missing(store, photo)
    assert "holiday" in tags(store, photo)


def test_a_photo_with_a_copy_left_is_not_missing(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    store.put(known=[store.known("b.jpg", "first")])
    _, changes = store.writer.do(lambda session: mark_gone(session, [FileKey(store.root, "a.jpg")]))
    assert changes.missing == frozenset()
    assert changes.updated == {photo}
    assert not is_missing(store, photo)


def test_a_root_that_is_added_again_finds_its_photos_tags_and_embeddings(store: OpenStore) -> None:
    photo = store.add("a.jpg", "first")
    person_adds(store, "holiday", photo)
    changes = store.writer.do(lambda session: drop_root(session, store.root))
    assert changes.roots_changed
    assert store.listed() == set()
    from pathlib import Path

    from desktop_app.store.files import put_root

    store.root, _ = store.writer.do(lambda session: put_root(session, Path("/photos")))
    store.put(known=[store.known("a.jpg", "first")])
    assert store.listed() == {photo}
    assert "holiday" in tags(store, photo)
    assert status(store.reader, model_id=store.model, model="m", library=Path()).pending == 0


def test_files_of_a_root_that_was_removed_meanwhile_are_let_go(store: OpenStore) -> None:
    fresh, known = store.fresh("a.jpg", "first"), store.known("b.jpg", "first")
    unreadable = store.unreadable("c.jpg")
    store.writer.do(lambda session: drop_root(session, store.root))
    _, changes = store.put(fresh=[fresh], known=[known], unreadable=[unreadable])
    assert store.listed() == set()
    assert changes == LibraryChanges()


@pytest.mark.parametrize("said", ["accepted", "rejected", "added"])
def test_a_machine_never_overwrites_a_person(store: OpenStore, dog: TagId, said: str) -> None:
    photo = store.add("a.jpg", "first", tags=says(dog))
    decide = {"accepted": accept_tag, "rejected": remove_tag, "added": add_tag}[said]
    store.writer.do(lambda session: decide(session, "dog", [photo]))
    decided = tags(store, photo)
    for machine in (says(dog, TagState.ACCEPTED, 0.99), (), says(dog)):
        store.writer.do(
            lambda session, machine=machine: retag(session, [(photo, machine)], model_id=store.model)  # type: ignore[misc]
        )
        assert tags(store, photo) == decided
    store.put(fresh=[store.fresh("a.jpg", "first", kind=FindKind.UNEMBEDDED, tags=says(dog))])
    assert tags(store, photo) == decided
    assert ("dog" in decided) == (said != "rejected")


def test_machine_tags_are_replaced_by_the_next_machine(store: OpenStore, dog: TagId) -> None:
    photo = store.add("a.jpg", "first", tags=says(dog))
    assert tags(store, photo) == {"dog": (TagSource.ZERO_SHOT, TagState.SUGGESTED)}
    store.writer.do(lambda session: retag(session, [(photo, ())], model_id=store.model))
    assert tags(store, photo) == {}


def test_known_files_below_a_folder_are_that_folders_and_no_others(store: OpenStore) -> None:
    for number, path in enumerate(("a/b.jpg", "a/c/d.jpg", "ab/e.jpg", "a.jpg", "a0.jpg")):
        store.add(path, f"content {number}")
    store.put(unreadable=[store.unreadable("a/broken.jpg"), store.unreadable("ab/broken.jpg")])
    below = known_files(store.reader, store.root, model_id=store.model, below="a")
    assert set(below) == {"a/b.jpg", "a/c/d.jpg", "a/broken.jpg"}
    assert below["a/b.jpg"].embedded
    one = known_files(store.reader, store.root, model_id=store.model, below="a.jpg")
    assert set(one) == {"a.jpg"}
    assert not known_files(store.reader, store.root, model_id=store.model + 1)["a.jpg"].embedded  # type: ignore[arg-type]


def test_a_photo_saved_over_another_by_renaming_is_its_heir(store: OpenStore) -> None:
    old = store.add("a.jpg", "before")
    person_adds(store, "mine", old)
    store.add("a.jpg.saving", "after")
    store.put(known=[store.known("a.jpg", "after", kind=FindKind.MODIFIED, gone_from="a.jpg.saving")])
    assert "mine" in tags(store, store.at("a.jpg"))
    assert store.listed() == {store.at("a.jpg")}


def test_a_photo_with_tags_of_its_own_is_nobodys_heir(store: OpenStore) -> None:
    store.add("a.jpg", "one")
    other = store.add("b.jpg", "two")
    person_adds(store, "of a", store.at("a.jpg"))
    person_adds(store, "of b", other)
    store.put(known=[store.known("a.jpg", "two", kind=FindKind.MODIFIED, gone_from="b.jpg")])
    assert set(tags(store, store.at("a.jpg"))) == {"of b"}


def test_the_place_of_a_copy_that_is_gone_is_forgotten(store: OpenStore) -> None:
    photo = store.add("a.jpg", "same")
    store.put(known=[store.known("copy.jpg", "same")])
    gone, changes = store.writer.do(lambda session: mark_gone(session, [store.found("copy.jpg").key]))
    assert (gone, changes.updated, changes.missing) == (0, {photo}, frozenset())
    assert set(known_files(store.reader, store.root, model_id=store.model)) == {"a.jpg"}
    gone, changes = store.writer.do(lambda session: mark_gone(session, [store.found("a.jpg").key]))
    assert (gone, changes.missing) == (1, {photo})
