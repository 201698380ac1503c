"""What the person does in the window becomes the query that is searched for."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.query import And, HasTag, InFolder, Not, Or
from desktop_app.domain.tag import Tag, TagId
from desktop_app.ui.search_state import Match, SearchState, SearchTerms

TAGS = tuple(Tag(TagId(number), f"tag {number}", "Animals") for number in range(4))
CAT, DOG, SNOW, CAR = TAGS


def test_nothing_asked_is_every_photo_unfiltered() -> None:
    query = SearchTerms().query()
    assert query.where == And(()), "the services keep the unfiltered list ready for exactly this"
    assert not query.has_meaning


def test_ticks_mean_all_or_any() -> None:
    terms = SearchTerms(ticked=(CAT, DOG), excluded=(SNOW,))
    assert terms.where() == And((HasTag(CAT.id), HasTag(DOG.id), Not(HasTag(SNOW.id))))
    assert terms.counting_filter() == terms.where()
    loose = SearchTerms(ticked=(CAT, DOG), excluded=(SNOW,), match=Match.ANY)
    assert loose.where() == And((Or((HasTag(CAT.id), HasTag(DOG.id))), Not(HasTag(SNOW.id))))
    assert loose.counting_filter() == And((Not(HasTag(SNOW.id)),)), "ticks do not hide what one more tick would add"


def test_a_folder_holds_for_everything() -> None:
    folder = InFolder(RootId(1), "2024")
    assert SearchTerms(folder=folder, ticked=(CAT,)).where() == And((folder, And((HasTag(CAT.id),))))
    assert SearchTerms(folder=folder, match=Match.ANY).counting_filter() == And((folder, And(())))


def test_words_and_pictures_take_turns(qtbot: QtBot) -> None:
    state = SearchState()
    state.set_text("two dogs")
    state.set_similar(PhotoId(7), "a.jpg")
    assert (state.terms.text, state.terms.like) == ("", 7)
    state.set_image(Path("b.jpg"), "b.jpg")
    assert (state.terms.like, state.terms.image) == (None, Path("b.jpg"))
    state.set_text("  ")
    assert state.terms.image == Path("b.jpg"), "clearing an empty search field leaves the picture"
    state.set_text("snow")
    assert state.terms.image is None
    assert state.terms.query().text == "snow"


def test_clearing_keeps_how_tags_combine(qtbot: QtBot) -> None:
    state = SearchState()
    state.set_match(Match.ANY)
    state.toggle_tag(CAT)
    state.set_folder(InFolder(RootId(1)), "Pictures")
    state.set_text("snow")
    state.clear_filters()
    assert state.terms == SearchTerms(text="snow", match=Match.ANY)
    state.clear()
    assert state.terms == SearchTerms(match=Match.ANY)
    with qtbot.assertNotEmitted(state.changed):
        state.clear()


ACTS = st.lists(st.tuples(st.sampled_from(["toggle_tag", "exclude_tag", "clear_tag"]), st.sampled_from(TAGS)))


@given(ACTS)
def test_a_tag_is_never_ticked_and_excluded_at_once(acts: list[tuple[str, Tag]]) -> None:
    state = SearchState()
    for act, tag in acts:
        getattr(state, act)(tag)
        ticked, excluded = state.terms.ticked, state.terms.excluded
        assert not set(ticked) & set(excluded)
        assert len(set(ticked)) == len(ticked)
        assert len(set(excluded)) == len(excluded)
        if act == "exclude_tag":
            assert tag in excluded
        if act == "clear_tag":
            assert tag not in ticked
            assert tag not in excluded
