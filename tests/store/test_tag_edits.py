"""Edits of tags: what each does, that it can be undone and done again, and who outranks whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDefinition, TagDraft, TagId, TagSource, TagState
from desktop_app.store.assignments import Opinion, put_file_tags, put_opinions_of_tag
from desktop_app.store.edit_log import edit_to_redo, edit_to_undo, redo_edit, undo_edit
from desktop_app.store.tag_decisions import accept_tag, add_tag, forget_decisions, reject_tag, remove_tag
from desktop_app.store.tag_edits import (
    TagChange,
    change_tag,
    define_tag,
    delete_tag,
    redefine_tag,
    rename_tag,
    reparent_tag,
    set_threshold,
)
from desktop_app.store.tag_merging import merge_tags
from desktop_app.store.tags import tag_definition, tag_named, tags_of
from desktop_app.store.writer import WriteSession
from tests.store.conftest import OpenStore


class Tagged:
    """A store with three photos, and short words for what the tests do."""

    def __init__(self, store: OpenStore) -> None:
        self.store = store
        self.photos = [store.add(f"{name}.jpg", name) for name in "abc"]

    def do(self, edit: Callable[..., Edited], *values: object, **named: object) -> Edited:
        return self.store.writer.do(lambda session: edit(session, *values, **named))

    def id(self, name: str) -> TagId:
        found = tag_named(self.store.reader, name)
        assert found is not None
        return found.id

    def of(self, name: str) -> TagDefinition:
        found = tag_definition(self.store.reader, self.id(name))
        assert found is not None
        return found

    def words(self, edit: Callable[..., Edited], *values: object) -> str:
        """What an edit says that it did."""
        made = self.do(edit, *values).edit
        assert made is not None
        return made.words

    def tags(self, photo: PhotoId) -> dict[str, tuple[TagSource, TagState]]:
        return {item.tag.name: (item.source, item.state) for item in tags_of(self.store.reader, photo)}

    def machine(self, name: str, *photos: PhotoId, probability: float = 0.9) -> None:
        opinions = [Opinion(photo, probability, TagState.SUGGESTED) for photo in photos]
        tag_id = self.id(name)
        self.store.writer.do(lambda session: put_opinions_of_tag(session, tag_id, opinions, model_id=self.store.model))

    def file(self, photo: PhotoId, *names: str) -> None:
        ids = [self.id(name) for name in names]
        self.store.writer.do(lambda session: put_file_tags(session, photo, ids))


@pytest.fixture
def tagged(store: OpenStore) -> Tagged:
    return Tagged(store)


PERSON = (TagSource.PERSON, TagState.ACCEPTED)
FILE = (TagSource.FILE, TagState.ACCEPTED)
MACHINE = (TagSource.ZERO_SHOT, TagState.SUGGESTED)


def test_adding_counts_only_the_photos_that_change(tagged: Tagged) -> None:
    a, b, c = tagged.photos
    assert tagged.do(add_tag, "beach", [a, b]).photos == 2
    edited = tagged.do(add_tag, "BEACH", [a, b, c])
    assert edited.edit is not None
    assert edited.edit.words == "adding “BEACH” to 1 photo"
    assert edited.changes.retagged == {c}
    assert tagged.do(add_tag, "beach", [a]).edit is None, "nothing changed: nothing to undo"


def test_a_decision_outranks_file_and_machine_and_undoing_it_shows_them(tagged: Tagged) -> None:
    a = tagged.photos[0]
    tagged.do(define_tag, TagDraft("dog"))
    tagged.machine("dog", a)
    assert tagged.tags(a)["dog"] == MACHINE
    tagged.file(a, "dog")
    assert tagged.tags(a)["dog"] == FILE
    tagged.do(reject_tag, "dog", [a])
    tagged.machine("dog", a, probability=0.99)
    tagged.file(a, "dog")
    assert "dog" not in tagged.tags(a)
    tagged.do(undo_edit)
    assert tagged.tags(a)["dog"] == FILE
    tagged.file(a)
    assert tagged.tags(a)["dog"] == MACHINE


def test_undo_keeps_what_machines_said_in_between(tagged: Tagged) -> None:
    a, b, _ = tagged.photos
    tagged.do(define_tag, TagDraft("dog"))
    tagged.machine("dog", a)
    tagged.do(accept_tag, "dog", [a, b])
    tagged.machine("dog", b)
    tagged.do(undo_edit)
    assert "dog" not in tagged.tags(a)
    assert tagged.tags(b)["dog"] == MACHINE


def test_undo_and_redo_go_back_and_forth_until_something_new_is_done(tagged: Tagged) -> None:
    a = tagged.photos[0]
    tagged.do(add_tag, "beach", [a])
    tagged.do(rename_tag, tagged.id("beach"), "Strand")
    assert tagged.tags(a) == {"Strand": PERSON}
    tagged.do(undo_edit)
    assert tagged.tags(a) == {"beach": PERSON}
    tagged.do(undo_edit)
    assert tagged.tags(a) == {}
    assert tag_named(tagged.store.reader, "beach") is None
    assert tagged.do(undo_edit).edit is None
    tagged.do(redo_edit)
    tagged.do(redo_edit)
    assert tagged.tags(a) == {"Strand": PERSON}
    tagged.do(undo_edit)
    tagged.do(add_tag, "sea", [a])
    assert edit_to_redo(tagged.store.reader) is None
    latest = edit_to_undo(tagged.store.reader)
    assert latest is not None
    assert (latest.kind, latest.tag) == (EditKind.ADD, "sea")


def test_a_definition_holds_all_that_was_said(tagged: Tagged) -> None:
    tagged.do(define_tag, TagDraft("boat", group="Vehicles"))
    tagged.do(
        define_tag,
        TagDraft("our canoe", parent="BOAT", aliases=("the red one",), templates=("a red canoe",), threshold=0.7),
    )
    definition = tag_definition(tagged.store.reader, tagged.id("The Red One"))
    assert definition is not None
    assert (definition.tag.name, definition.tag.group) == ("our canoe", "Vehicles")
    assert (definition.tag.parent_id, definition.tag.threshold) == (tagged.id("boat"), 0.7)
    assert (definition.aliases, definition.templates) == (("the red one",), ("a red canoe",))
    with pytest.raises(UserFacingError, match="There is a tag “our canoe” already"):
        tagged.do(define_tag, TagDraft("Our Canoe"))
    with pytest.raises(UserFacingError, match="already another word for “our canoe”"):
        tagged.do(define_tag, TagDraft("kayak", aliases=("the RED one",)))
    with pytest.raises(UserFacingError, match="There is no tag “ship”"):
        tagged.do(define_tag, TagDraft("kayak", parent="ship"))


def test_merging_carries_everything_over_and_undo_brings_it_back(tagged: Tagged) -> None:
    a, b, c = tagged.photos
    tagged.do(define_tag, TagDraft("dog"))
    tagged.do(define_tag, TagDraft("hound", aliases=("pooch",)))
    tagged.do(define_tag, TagDraft("beagle", parent="hound"))
    tagged.do(add_tag, "hound", [a, b])
    tagged.do(reject_tag, "dog", [b])
    tagged.machine("hound", c)
    before = [tagged.tags(photo) for photo in tagged.photos]
    edited = tagged.do(merge_tags, tagged.id("hound"), tagged.id("dog"))
    assert edited.photos == 3
    assert [tagged.tags(photo) for photo in tagged.photos] == [{"dog": PERSON}, {"dog": PERSON}, {"dog": MACHINE}]
    assert tagged.of("dog").aliases == ("hound", "pooch")
    assert tagged.of("beagle").tag.parent_id == tagged.id("dog")
    tagged.do(undo_edit)
    assert [tagged.tags(photo) for photo in tagged.photos] == before
    assert tagged.id("pooch") == tagged.id("hound") != tagged.id("dog")
    with pytest.raises(UserFacingError, match="merged with itself"):
        tagged.do(merge_tags, tagged.id("dog"), tagged.id("dog"))


def test_merging_a_tag_into_one_below_it_leaves_no_circle(tagged: Tagged) -> None:
    for name, parent in (("top", None), ("upper", "top"), ("lower", "upper"), ("side", "upper")):
        tagged.do(define_tag, TagDraft(name, parent=parent))
    tagged.do(merge_tags, tagged.id("upper"), tagged.id("lower"))
    parents = {name: tagged.of(name).tag.parent_id for name in ("top", "lower", "side")}
    assert parents == {"top": None, "lower": tagged.id("top"), "side": tagged.id("lower")}


def test_moving_takes_the_group_along_and_never_makes_a_circle(tagged: Tagged) -> None:
    tagged.do(define_tag, TagDraft("animal", group="Animals"))
    tagged.do(define_tag, TagDraft("pets"))
    tagged.do(define_tag, TagDraft("Rex", parent="pets"))
    assert tagged.words(reparent_tag, tagged.id("pets"), tagged.id("animal")) == "moving “pets” under “animal”"
    assert {tagged.of(name).tag.group for name in ("pets", "Rex")} == {"Animals"}
    with pytest.raises(UserFacingError, match="cannot stand below itself"):
        tagged.do(reparent_tag, tagged.id("animal"), tagged.id("Rex"))
    assert tagged.words(reparent_tag, tagged.id("pets"), None) == "moving “pets” to the top"


def test_deleting_moves_what_is_below_up_and_undo_restores_all(tagged: Tagged) -> None:
    a = tagged.photos[0]
    for name, parent in (("top", None), ("middle", "top"), ("low", "middle")):
        tagged.do(define_tag, TagDraft(name, parent=parent))
    tagged.do(redefine_tag, tagged.id("middle"), TagChange({"colour": "#ff0000"}, aliases=("centre",)))
    tagged.do(add_tag, "middle", [a])
    old = tagged.id("middle")
    assert tagged.words(delete_tag, old) == "deleting “middle” from 1 photo"
    assert tagged.tags(a) == {}
    assert tagged.of("low").tag.parent_id == tagged.id("top")
    tagged.do(undo_edit)
    restored = tagged.of("middle")
    assert restored.tag.id == old
    assert (restored.tag.colour, restored.aliases) == ("#ff0000", ("centre",))
    assert tagged.of("low").tag.parent_id == old
    assert tagged.tags(a) == {"middle": PERSON}


def test_a_name_taken_meanwhile_is_said_and_changes_nothing(tagged: Tagged) -> None:
    a = tagged.photos[0]
    tagged.do(add_tag, "beach", [a])
    tagged.do(undo_edit)

    def from_a_file(session: WriteSession) -> None:
        session.connection.execute("INSERT INTO tags (name, group_name) VALUES ('beach', 'Files')")

    tagged.store.writer.do(from_a_file)
    with pytest.raises(UserFacingError, match="something else has that name by now"):
        tagged.do(redo_edit)
    assert tagged.tags(a) == {}


def test_taking_a_decision_back_and_removing_differ(tagged: Tagged) -> None:
    a = tagged.photos[0]
    tagged.do(define_tag, TagDraft("dog"))
    tagged.do(remove_tag, "dog", [a])
    tagged.machine("dog", a)
    assert "dog" not in tagged.tags(a)
    tagged.do(forget_decisions, "dog", [a])
    assert tagged.tags(a)["dog"] == MACHINE
    assert tagged.do(forget_decisions, "dog", [a]).edit is None


def test_a_threshold_is_kept_and_undone(tagged: Tagged) -> None:
    tagged.do(define_tag, TagDraft("dog"))
    tagged.do(set_threshold, tagged.id("dog"), 0.8)
    assert tagged.of("dog").tag.threshold == 0.8
    tagged.do(undo_edit)
    assert tagged.of("dog").tag.threshold is None


def test_ten_thousand_photos_are_one_edit(tagged: Tagged) -> None:
    photos = [PhotoId(number) for number in range(1_000, 11_000)]

    def fill(session: WriteSession) -> None:
        session.connection.executemany(
            """
            INSERT INTO contents (id, hash, file_format, width, height, byte_size, sort_time, added_at)
            VALUES (?, ?, 'JPEG', 1, 1, 1, '2026', '2026')
            """,
            [(photo, f"hash {photo}") for photo in photos],
        )

    def having() -> int:
        counts = tagged.store.reader.value("SELECT COUNT(*) FROM tag_assignments WHERE state = 'accepted'")
        return int(counts or 0)

    tagged.store.writer.do(fill)
    edited = tagged.do(add_tag, "beach", photos)
    assert edited.photos == having() == len(edited.changes.retagged) == 10_000
    assert edited.edit is not None
    assert edited.edit.words == "adding “beach” to 10,000 photos"
    assert tagged.do(undo_edit).photos == 10_000
    assert having() == 0
    assert tagged.do(redo_edit).photos == having() == 10_000


def test_changing_a_tag_on_its_page_says_what_changed_and_on_how_many_photos(tagged: Tagged) -> None:
    tagged.do(add_tag, "Rome", tagged.photos[:2])
    tagged.do(define_tag, TagDraft("Trips"))
    for draft, words in (
        (TagDraft("Roma"), "renaming “Rome” to “Roma” (2 photos)"),
        (TagDraft("Roma", parent="Trips"), "moving “Roma” under “Trips” (2 photos)"),
        (TagDraft("Roma"), "moving “Roma” to the top (2 photos)"),
        (TagDraft("Roma", colour="#aa0000"), "changing “Roma”"),
    ):
        edit = tagged.do(change_tag, tagged.id(words.split("“")[1].split("”")[0]), draft).edit
        assert edit is not None
        assert edit.words_with_count == words
    for _ in range(4):
        tagged.do(undo_edit)
    assert tagged.of("Rome").tag.parent_id is None
