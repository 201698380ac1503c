"""What a person says of photos outranks every machine and outlives every run."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Query, tags_filter
from desktop_app.domain.tag import TagSource, TagState
from desktop_app.domain.tag_choice import Strictness, TagChoice
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.services.services import Services
from tests.fixtures.libraries import Indexed, id_of, index_now

Open = Callable[[], AbstractContextManager[Library]]


def tags(services: Services, photo: PhotoId) -> dict[str, tuple[TagSource, TagState]]:
    details = services.browsing.details(photo)
    assert details is not None
    return {item.tag.name: (item.source, item.state) for item in details.tags}


def machine_tag(services: Services) -> tuple[str, PhotoId]:
    """A tag that the model gave to some photo."""
    for photo in services.browsing.photo_ids().tolist():
        for name, (source, _) in tags(services, PhotoId(photo)).items():
            if source is TagSource.ZERO_SHOT:
                return name, PhotoId(photo)
    pytest.fail("the model gave no tag to any photo")


def test_adding_makes_the_tag_and_publishes_what_changed(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        heard = []
        services.changes.subscribe(heard.append)
        photo = id_of(services, copied_library.photos / "photo_00.jpg")
        edited = services.tagging.add("  Grandma's \t garden ", [photo])
        changes = edited.changes
        assert edited.photos == 1
        assert changes.tags_changed
        assert changes.retagged == {photo}
        assert heard == [changes]
        assert tags(services, photo)["Grandma's garden"] == (TagSource.PERSON, TagState.ACCEPTED)
        again = services.tagging.add("GRANDMA'S GARDEN", [photo])
        assert again.edit is None
        tag = services.browsing.tag_named("grandma's garden")
        assert tag is not None
        assert services.searching.search(Query(where=tags_filter(every=(tag.id,)))).photo_ids.tolist() == [photo]
        for empty in ("", "  \n"):
            with pytest.raises(UserFacingError, match="needs a name"):
                services.tagging.add(empty, [photo])


def test_decisions_survive_a_new_run_another_rule_and_an_edit(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        name, photo = machine_tag(services)
        other = next(p for p in services.browsing.photo_ids().tolist() if p != photo)
        services.tagging.remove(name, [photo])
        services.tagging.add("mine", [photo])
        services.tagging.add(name, [PhotoId(other)])
        path = services.browsing.path_of(photo)
        assert path is not None
        index_now(services)
        assert name not in tags(services, photo)
    # By another rule, all machine tags are made anew.
    with open_here() as library:
        services = library.services
        services.tag_choosing.choose(TagChoice(Strictness.GENEROUS))
        report = index_now(services)
        assert report.embedded == 0
        assert name not in tags(services, photo)
        assert tags(services, photo)["mine"] == (TagSource.PERSON, TagState.ACCEPTED)
        assert tags(services, PhotoId(other))[name] == (TagSource.PERSON, TagState.ACCEPTED)
        with path.open("ab") as stream:
            stream.write(b"edited")
        assert index_now(services).modified == 1
        edited = id_of(services, path)
        assert name not in tags(services, edited)
        assert "mine" in tags(services, edited)


def test_accepting_makes_a_suggestion_the_persons(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        name, photo = machine_tag(services)
        services.tagging.accept(name, [photo])
        assert tags(services, photo)[name] == (TagSource.PERSON, TagState.ACCEPTED)
        assert services.tagging.accept("unheard of", [photo]).edit is None
        assert services.tagging.remove("unheard of", [photo]).edit is None


def test_a_changed_vocabulary_tags_every_photo_again_without_embedding_any(
    copied_library: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app import compose
    from desktop_app.domain.vocabulary import parse_vocabulary

    with open_library(copied_library.library) as library:
        before = {item.tag.name for item in library.services.browsing.tag_counts()}
        assert index_now(library.services).embedded == 0
    mini = {
        "format": 1,
        "name": "mini",
        "groups": [{"name": "Things", "templates": ["a photo of {a}"]}],
        "tags": [{"name": "tabby kitten", "group": "Things"}, {"name": "motorcycle", "group": "Things"}],
    }
    vocabulary = parse_vocabulary(json.dumps(mini))
    monkeypatch.setattr(compose, "parse_vocabulary", lambda _: vocabulary)
    with open_library(copied_library.library) as library:
        services = library.services
        heard = []
        services.changes.subscribe(heard.append)
        report = index_now(services)
        assert (report.embedded, report.reused) == (0, 12)
        retagged = frozenset().union(*(changes.retagged for changes in heard))
        assert retagged == frozenset(services.browsing.photo_ids().tolist())
        after = {item.tag.name for item in services.browsing.tag_counts()}
        assert after <= {"tabby kitten", "motorcycle", "vehicle"}, "and what stands above them"
        assert after != before
        heard.clear()
        index_now(services)
        assert heard == []


def test_tags_are_counted_by_photo(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        ids = [PhotoId(photo) for photo in services.browsing.photo_ids().tolist()]
        services.tagging.add("trip", ids[:5])
        services.tagging.remove("trip", ids[:1])
        counts = {item.tag.name: item.count for item in services.browsing.tag_counts()}
        assert counts["trip"] == 4
        assert all(count > 0 for count in counts.values())
        assert sorted(counts.values(), reverse=True) == list(counts.values())


def test_the_built_in_vocabulary_is_in_every_library(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        assert len(library.services.browsing.all_tags()) >= 300
        assert library.services.models.active_name() == BUILT_IN_NAME
