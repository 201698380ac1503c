"""Tags taught from decisions: what is learned applies by itself, can be forgotten, and is judged without kindness."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import AssignedTag, TagDraft, TagSource, TagState
from desktop_app.services.services import Services
from tests.benchmarks.bench_teaching import teach_labels
from tests.fixtures.libraries import Indexed, id_of, index_now
from tests.fixtures.photos import write_unique_copies

NAME = "what I like"


def opinion(services: Services, photo: PhotoId) -> AssignedTag | None:
    details = services.browsing.details(photo)
    assert details is not None
    return next((each for each in details.tags if each.tag.name == NAME), None)


def decide(services: Services, photos: Path) -> tuple[list[PhotoId], list[PhotoId]]:
    """Like the astronaut (every sixth photo is of the same thing), reject four other things, leave the rest open."""
    services.tag_editing.define(TagDraft(NAME))
    number = {n: id_of(services, photos / f"photo_{n:02d}.jpg") for n in range(12)}
    liked, disliked = [number[0], number[6]], [number[n] for n in (1, 2, 3, 4)]
    services.tagging.add(NAME, liked)
    services.tagging.reject(NAME, disliked)
    return liked, disliked


def test_a_taught_tag_finds_what_is_like_its_examples_and_new_photos_too(
    copied_library: Indexed, tmp_path: Path
) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        liked, disliked = decide(services, copied_library.photos)
        proposals = services.teaching.more_like_these(NAME)
        assert {each.photo_id for each in proposals}.isdisjoint({*liked, *disliked}), "what was decided is settled"
        assert [each.probability for each in proposals] == sorted((p.probability for p in proposals), reverse=True)
        taught = services.teaching.teach(NAME)
        assert (taught.accepted, taught.rejected) == (2, 4)
        assert taught.precision is not None
        assert taught.recall is not None
        for photo in liked:
            found = opinion(services, photo)
            assert found is not None
            assert (found.source, found.state) == (TagSource.PERSON, TagState.ACCEPTED), "a person's word stays hers"
        source = copied_library.photos / "photo_00.jpg"
        (copy,) = write_unique_copies([source], tmp_path / "new", 1)
        index_now(services, tmp_path / "new")
        found = opinion(services, id_of(services, copy))
        assert found is not None
        assert found.source is TagSource.LEARNED
        assert index_now(services).embedded == 0


def test_what_the_person_says_later_is_learned_by_itself(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        decide(services, copied_library.photos)
        services.teaching.teach(NAME)
        tag = services.tag_editing.definition(NAME).tag
        before = services.models.active().tagger.lesson_of(tag)
        assert before is not None
        services.tagging.reject(NAME, [id_of(services, copied_library.photos / "photo_05.jpg")])
        deadline = time.monotonic() + 60.0
        while (after := services.models.active().tagger.lesson_of(tag)) is None or after.bias == before.bias:
            assert time.monotonic() < deadline, "nothing was learned"
            time.sleep(0.1)
        assert services.teaching.keep_up() == (), "and once is enough"


def test_decisions_made_just_before_the_end_are_learned_from_at_the_next_run(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        index_now(library.services)
        decide(library.services, copied_library.photos)
        library.services.teaching.teach(NAME)
        library.services.tagging.reject(NAME, [id_of(library.services, copied_library.photos / "photo_05.jpg")])
    with open_library(copied_library.library) as library:
        index_now(library.services)
        assert library.services.teaching.keep_up() == ()


def test_a_lesson_survives_a_restart_and_is_forgotten_when_asked(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        decide(services, copied_library.photos)
        services.teaching.teach(NAME)
    with open_library(copied_library.library) as library:
        services = library.services
        (quality,) = services.tag_qualities.of_active().tags
        assert (quality.accepted, quality.rejected, quality.taught) == (2, 4, True)
        services.teaching.forget(NAME)
        (quality,) = services.tag_qualities.of_active().tags
        assert not quality.taught
        photos = [PhotoId(each) for each in services.browsing.photo_ids().tolist()]
        sources = {found.source for photo in photos if (found := opinion(services, photo)) is not None}
        assert TagSource.LEARNED not in sources


def test_a_tag_that_was_deleted_comes_back_with_what_it_was_taught(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        index_now(services)
        decide(services, copied_library.photos)
        services.teaching.teach(NAME)
        before = services.models.active().tagger.lesson_of(services.tag_editing.definition(NAME).tag)
        services.tag_editing.delete(services.tag_editing.definition(NAME).tag.id)
        services.tag_editing.undo()
        after = services.models.active().tagger.lesson_of(services.tag_editing.definition(NAME).tag)
        assert before is not None
        assert after is not None
        assert after.weights.tobytes() == before.weights.tobytes()
        assert (after.bias, after.blend) == (before.bias, before.blend)
        services.tag_editing.redo()
        assert services.tag_qualities.of_active().tags == ()


def test_without_an_accepted_photo_there_is_nothing_to_learn(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        services.tag_editing.define(TagDraft(NAME))
        with pytest.raises(UserFacingError, match="nothing yet to learn"):
            services.teaching.teach(NAME)
        with pytest.raises(UserFacingError, match="There is no tag"):
            services.teaching.teach("no such tag")


def test_five_and_five_photos_lift_what_the_words_find_and_harm_no_label(labelled_library: Indexed) -> None:
    with open_library(labelled_library.library) as library:
        found = teach_labels(library, labelled_library.photos, draws=5)
    assert sum(each.lift for each in found) / len(found) > 0.02
    assert sum(each.lift > 0.0 for each in found) > 0.6 * len(found)
    assert [each.name for each in found if each.lift < -each.noise] == []
