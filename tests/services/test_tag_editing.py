"""Tags in a person's own words: scored at once, previewed before they change, undone, merged, exchanged as files."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And
from desktop_app.domain.tag import AssignedTag, TagDraft, TagSource, TagState
from desktop_app.domain.tag_choice import Strictness, TagChoice
from desktop_app.services.services import Services
from tests.fixtures.libraries import Indexed, index_now


def assigned(services: Services, name: str) -> dict[int, tuple[TagSource, TagState, float | None]]:
    """Photos with a tag, and what is said of them."""
    found = {}
    for photo in services.browsing.photo_ids(And(())).tolist():
        details = services.browsing.details(PhotoId(photo))
        assert details is not None
        for item in details.tags:
            if item.tag.name == name:
                found[photo] = (item.source, item.state, item.probability)
    return found


def test_a_tag_in_own_words_is_scored_at_once_and_stays_current(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        edited = services.tag_editing.define(
            TagDraft(
                "  a  cat's face ", parent="CAT", aliases=("kitty face",), templates=("a close-up of a cat", "{a}")
            )
        )
        scored = assigned(services, "a cat's face")
        assert edited.photos == len(scored) > 0
        assert {source for source, _, _ in scored.values()} == {TagSource.ZERO_SHOT}
        definition = services.tag_editing.definition("Kitty Face")
        assert definition.tag.group == "Animals"
        heard = []
        services.changes.subscribe(heard.append)
        assert index_now(services).embedded == 0
        assert not any(changes.retagged for changes in heard), "one tag was scored, the rest need not be"
        assert services.tag_editing.undo().edit == edited.edit
        assert services.browsing.tag_named("a cat's face") is None
        services.tag_editing.redo()
        assert assigned(services, "a cat's face") == scored
        with pytest.raises(UserFacingError, match="There is a tag “cat” already"):
            services.tag_editing.define(TagDraft("Cat"))


def test_a_new_tag_takes_its_place_among_the_best_few_of_every_photo(copied_library: Indexed) -> None:
    best_few = 2
    with open_library(copied_library.library) as library:
        services = library.services
        services.tag_choosing.choose(TagChoice(top=best_few))
        index_now(services)
        services.tag_editing.define(TagDraft("something with fur", templates=("a close-up of a cat",)))
        index_now(services)
        new = assigned(services, "something with fur")
        assert new
        photos = services.browsing.photo_ids(And(())).tolist()
        assert {len(_machine_tags(services, photo)) for photo in photos} == {best_few}


def test_no_photo_loses_its_only_suggestion_when_one_tag_is_scored_anew(copied_library: Indexed) -> None:
    """A photo without a probable tag has the best of the improbable ones, also when that was the tag that changed."""
    with open_library(copied_library.library) as library:
        services, editing = library.services, library.services.tag_editing
        services.tag_choosing.choose(TagChoice(Strictness.CAUTIOUS))
        index_now(services)
        photos = services.browsing.photo_ids(And(())).tolist()
        photo, only = next((photo, tags[0]) for photo in photos if len(tags := _machine_tags(services, photo)) == 1)
        assert only.state is TagState.SUGGESTED
        editing.set_threshold(only.tag.id, 0.99)
        assert [each.tag for each in _machine_tags(services, photo)] == [replace(only.tag, threshold=0.99)]
        editing.undo()
        assert _machine_tags(services, photo) == [only]
        editing.delete(only.tag.id)
        (next_best,) = _machine_tags(services, photo)
        assert next_best.tag != only.tag
        editing.change(next_best.tag.id, TagDraft(next_best.tag.name, looked_for=False))
        chosen = {photo: _machine_tags(services, photo) for photo in photos}
        assert all(chosen.values())
        index_now(services)
        assert {photo: _machine_tags(services, photo) for photo in photos} == chosen, "there was nothing left to do"


def _machine_tags(services: Services, photo: int) -> list[AssignedTag]:
    details = services.browsing.details(PhotoId(photo))
    assert details is not None
    return [item for item in details.tags if item.source is TagSource.ZERO_SHOT]


def test_a_preview_tells_what_the_threshold_then_does(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        cat = services.tag_editing.definition("cat").tag
        before = assigned(services, "cat")
        accepted = {photo for photo, (_, state, _) in before.items() if state is TagState.ACCEPTED}
        low = services.tag_editing.preview_threshold(cat.id, 0.0)
        assert assigned(services, "cat") == before, "a preview changes nothing"
        assert low.added
        suggested = [photo for photo, (_, state, _) in before.items() if state is TagState.SUGGESTED]
        assert services.tag_editing.preview_threshold(cat.id, None).suggested == len(suggested)
        services.tagging.reject("cat", low.added[:1])
        edited = services.tag_editing.set_threshold(cat.id, 0.0)
        now = {photo for photo, (_, state, _) in assigned(services, "cat").items() if state is TagState.ACCEPTED}
        assert now == accepted | set(low.added[1:]), "a decision outranks any threshold"
        assert edited.photos == len(low.added) - 1
        high = services.tag_editing.preview_threshold(cat.id, 1.0)
        assert set(high.removed) == now
        services.tag_editing.undo()
        services.tag_editing.undo()
        assert assigned(services, "cat").keys() == before.keys()


def test_decisions_survive_a_merge_and_a_new_scoring(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        photos = [PhotoId(photo) for photo in services.browsing.photo_ids(And(())).tolist()]
        services.tagging.add("moggy", photos[:2])
        services.tagging.reject("cat", photos[2:3])
        moggy, cat = (services.tag_editing.definition(name).tag.id for name in ("moggy", "cat"))
        edited = services.tag_editing.merge(moggy, cat)
        assert edited.photos == 2
        found = assigned(services, "cat")
        assert all(found[photo][:2] == (TagSource.PERSON, TagState.ACCEPTED) for photo in photos[:2])
        assert photos[2] not in found
        assert services.tag_editing.definition("moggy").tag.id == cat
        waiting = services.reviewing.queue(cat)
        assert not {item.photo_id for item in waiting} & set(photos[:3]), "what is decided waits no more"
        distances = [abs(item.probability - 0.5) for item in waiting]
        assert distances == sorted(distances)


@pytest.mark.parametrize(("source", "into"), [("moggy", "cat"), ("cat", "animal"), ("cat", "moggy")])
def test_a_preview_tells_what_a_merge_then_does(copied_library: Indexed, source: str, into: str) -> None:
    with open_library(copied_library.library) as library:
        services, editing = library.services, library.services.tag_editing
        photos = [PhotoId(photo) for photo in services.browsing.photo_ids(And(())).tolist()]
        services.tagging.add("moggy", photos[:2])
        services.tagging.reject("cat", photos[1:3])
        gone, kept = editing.definition(source), editing.definition(into)
        before = [len(assigned(services, name)) for name in (source, into)]
        below = sum(tag.parent_id == gone.tag.id for tag in services.browsing.all_tags())
        preview = editing.preview_merge(gone.tag.id, kept.tag.id)
        assert [preview.of_source, preview.of_kept] == before
        assert [len(assigned(services, name)) for name in (source, into)] == before, "a preview changes nothing"
        edited = editing.merge(gone.tag.id, kept.tag.id)
        assert edited.photos == preview.of_source
        assert len(assigned(services, into)) == preview.together
        assert set(editing.definition(into).aliases) == {*kept.aliases, *preview.words}
        assert preview.below == below
        assert preview.rejected == (1 if "moggy" in (source, into) else 2), "what was given to either is on the one"


def test_tags_leave_and_come_as_files(copied_library: Indexed, tmp_path: Path) -> None:
    kept = tmp_path / "tags.json"
    with open_library(copied_library.library) as library:
        services = library.services
        photos = [PhotoId(photo) for photo in services.browsing.photo_ids(And(())).tolist()]
        services.tag_editing.define(TagDraft("trip", colour="#AA0000", aliases=("journey",), looked_for=False))
        services.tagging.add("trip", photos[:3])
        services.tagging.reject("trip", photos[3:4])
        exported = services.tag_files.export(kept)
        services.tag_files.export(tmp_path / "tags.csv")
        assert len(exported.tags) == len(services.browsing.all_tags())
        services.tag_editing.delete(services.tag_editing.definition("trip").tag.id)
        imported = services.tag_files.take_in(kept)
        assert (imported.tags_made, imported.edited.photos, imported.unknown) == (1, 4, ())
        definition = services.tag_editing.definition("journey")
        assert (definition.tag.name, definition.tag.colour) == ("trip", "#aa0000")
        assert set(assigned(services, "trip")) == set(photos[:3])
        assert services.tag_files.take_in(kept).edited.edit is None, "everything is there already"
        services.tag_editing.undo()
        assert services.browsing.tag_named("trip") is None
        imported = services.tag_files.take_in(tmp_path / "tags.csv")
        assert set(assigned(services, "trip")) == set(photos[:3])
    with (tmp_path / "tags.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["state"] for row in rows if row["tag"] == "trip"} == {"accepted", "rejected"}
    assert any(row["parents"] for row in rows)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("tags.txt", "", "neither JSON nor CSV"),
        ("tags.json", "{", "line 1, column 2"),
        ("tags.json", '{"format": 1, "tags": [{"name": " "}]}', "tags, tag 1: name: text is needed"),
        ("tags.json", '{"format": 1, "photos": [{"tags": [{"tag": "a"}]}]}', "a path or a hash is needed"),
        ("tags.csv", "path;tag\n", 'columns "path" and "tag"'),
        ("tags.csv", "path,tag,state\na.jpg,b,perhaps\n", "line 2"),
    ],
)
def test_a_file_that_makes_no_sense_changes_nothing(
    copied_library: Indexed, tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    (tmp_path / name).write_text(text)
    with open_library(copied_library.library) as library, pytest.raises(UserFacingError, match=complaint):
        library.services.tag_files.take_in(tmp_path / name)
