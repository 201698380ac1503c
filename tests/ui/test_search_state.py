"""What the person does in the window becomes the query that is searched for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.query import And, HasTag, InFolder, InStack, Not, Or
from desktop_app.domain.question import Question
from desktop_app.domain.saved_search import SavedSearch, SavedSearchId
from desktop_app.domain.tag import Tag, TagId
from desktop_app.ui.search_state import Match, SearchState, SearchTerms, Showing

TAGS = tuple(Tag(TagId(number), f"tag {number}", "Animals") for number in range(4))
CAT, DOG, SNOW, CAR = TAGS


def test_nothing_asked_is_every_photo_unfiltered() -> None:
    assert SearchTerms().question() == Question(stacks=True)
    assert SearchTerms().where() == And(()), "the services keep the unfiltered list ready for exactly this"
    assert not SearchTerms().asks


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


def test_words_and_pictures_count_together(qtbot: QtBot) -> None:
    state = SearchState()
    state.set_text("two dogs")
    state.set_similar([PhotoId(7), PhotoId(9)], "2 photos")
    assert (state.terms.text, state.terms.like) == ("", (7, 9)), "photos like these, whatever was asked before"
    state.set_text("at night")
    assert state.terms.question() == Question("at night", like=(PhotoId(7), PhotoId(9)), stacks=True)
    state.set_image(Path("b.jpg"), "b.jpg", keep_words=True)
    assert state.terms.question() == Question("at night", image=Path("b.jpg"), stacks=True)
    state.set_image(Path("c.jpg"), "c.jpg")
    assert state.terms.question() == Question(image=Path("c.jpg"), stacks=True)
    state.set_text("snow")
    state.clear_picture()
    assert state.terms.question() == Question("snow", stacks=True)


def test_another_question_shows_its_matches_again(qtbot: QtBot) -> None:
    state = SearchState()
    state.set_text("snow")
    for change in (
        lambda: state.set_text("ice"),
        lambda: state.set_sensitivity(0.8),
        lambda: state.set_similar([PhotoId(1)], "a.jpg"),
        state.clear_picture,
    ):
        state.set_showing(Showing.EVERYTHING)
        assert state.terms.question().everything
        change()
        assert state.terms.showing is Showing.MATCHES


def test_where_a_list_ends_weighs_no_photo_again() -> None:
    terms = SearchTerms(text="snow ")
    for moved in (replace(terms, sensitivity=0.9), replace(terms, showing=Showing.EVERYTHING)):
        assert moved.weighing() == terms.weighing()
        assert moved.question() != terms.question()
    assert replace(terms, words_weight=0.9).weighing() != terms.weighing()
    assert replace(terms, words_weight=0.9).sought() == terms.sought()
    assert replace(terms, text="ice").sought() != terms.sought()


def test_a_saved_search_is_asked_alone(qtbot: QtBot) -> None:
    state = SearchState()
    state.toggle_tag(CAT)
    state.set_similar([PhotoId(1)], "a.jpg")
    state.open_saved(SavedSearch(SavedSearchId(1), "Snow", "snow", sensitivity=0.8, words_weight=0.2))
    assert state.terms.question() == Question("snow", sensitivity=0.8, words_weight=0.2, stacks=True)


def test_clearing_keeps_how_tags_combine_and_where_the_sliders_are(qtbot: QtBot) -> None:
    state = SearchState()
    state.set_match(Match.ANY)
    state.set_sensitivity(0.7)
    state.toggle_tag(CAT)
    state.set_folder(InFolder(RootId(1)), "Pictures")
    state.set_text("snow")
    state.clear_filters()
    assert state.terms == SearchTerms(text="snow", match=Match.ANY, sensitivity=0.7)
    state.clear()
    assert state.terms == SearchTerms(match=Match.ANY, sensitivity=0.7)
    with qtbot.assertNotEmitted(state.changed):
        state.clear()


def test_an_open_stack_is_all_that_is_shown_until_something_else_is_asked_for(qtbot: QtBot) -> None:
    state = SearchState()
    state.set_text("snow")
    state.set_stack(PhotoId(7), "a.jpg")
    assert state.terms.question() == Question(where=InStack(PhotoId(7)))
    assert state.terms.is_filtered
    state.set_stack(None)
    assert state.terms == SearchTerms(text="snow")
    state.set_stack(PhotoId(7), "a.jpg")
    state.toggle_tag(CAT)
    assert state.terms == SearchTerms(text="snow", ticked=(CAT,))


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
