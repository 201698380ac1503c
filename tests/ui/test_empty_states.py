"""Each empty page fits its reason, and offers the step that helps."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import RootId
from desktop_app.domain.query import InFolder
from desktop_app.domain.tag import Tag, TagId
from desktop_app.ui.empty_states import BUILT_IN_MODEL_LINE, EmptyState, NextStep, empty_page
from desktop_app.ui.search_state import Match, SearchTerms
from desktop_app.ui.theme import Theme
from tests.fixtures.windows import click_button

CAT, DOG = Tag(TagId(1), "cat", "Animals"), Tag(TagId(2), "dog", "Animals")


def page_of(
    terms: SearchTerms = SearchTerms(),  # noqa: B008
    *,
    folders: int = 1,
    indexing: bool = False,
    built_in: bool = True,
    nearest: int = 0,
    total: int = 0,
):
    return empty_page(terms, folders=folders, indexing=indexing, built_in_model=built_in, nearest=nearest, total=total)


def first_step(page) -> NextStep:
    return page.steps[0][0]


def test_without_folders_there_is_one_thing_to_do() -> None:
    page = page_of(SearchTerms(text="a dog"), folders=0)
    assert [step for step, _ in page.steps] == [NextStep.ADD_FOLDER]
    assert "Nothing leaves this computer" in page.body


def test_filters_that_leave_nothing_can_be_cleared() -> None:
    for terms in (SearchTerms(ticked=(CAT,)), SearchTerms(folder=InFolder(RootId(1)))):
        assert first_step(page_of(terms, indexing=True)) is NextStep.CLEAR_FILTERS
    assert "“snow”" in page_of(SearchTerms(text="snow", excluded=(CAT,))).body


def test_tags_that_no_photo_has_together_can_be_looked_for_one_by_one() -> None:
    both = SearchTerms(ticked=(CAT, DOG))
    assert page_of(both).steps[0] == (NextStep.ANY_TAG, "Photos with either tag")
    assert first_step(page_of(replace(both, match=Match.ANY))) is NextStep.CLEAR_FILTERS


def test_the_built_in_model_asks_for_english_words() -> None:
    assert "English" in page_of(SearchTerms(text="Schnee"), nearest=3).body
    assert "English" not in page_of(SearchTerms(text="Schnee"), nearest=3, built_in=False).body


def test_an_unanswered_search_offers_the_nearest_and_is_honest_about_the_built_in_model() -> None:
    page = page_of(SearchTerms(text="a dog"), nearest=12, total=5310)
    assert page.title == "Nothing here matches “a dog”"
    assert BUILT_IN_MODEL_LINE in page.body
    assert [text for _, text in page.steps][:2] == ["Show the 12 nearest photos", "Show all 5,310, best first"]
    assert page.steps[-1][0] is NextStep.CHOOSE_MODEL
    assert BUILT_IN_MODEL_LINE not in page_of(SearchTerms(text="a dog"), nearest=1, built_in=False).body
    assert NextStep.SHOW_EVERYTHING not in [
        step for step, _ in page_of(SearchTerms(text="x"), nearest=3, total=3).steps
    ]


def test_filters_of_the_text_that_leave_nothing_blame_no_model() -> None:
    page = page_of(SearchTerms(text="tag:beach"))
    assert "“tag:beach”" in page.title
    assert first_step(page) is NextStep.CLEAR_SEARCH
    assert BUILT_IN_MODEL_LINE not in page.body


def test_folders_being_read_ask_for_patience_only() -> None:
    assert not page_of(indexing=True).steps
    assert NextStep.LOOK_AGAIN in [step for step, _ in page_of().steps]


def test_a_click_asks_for_the_step(qtbot: QtBot) -> None:
    state = EmptyState(Theme.light())
    qtbot.addWidget(state)
    state.show_page(page_of())
    state.show()
    with qtbot.waitSignal(state.step_wanted) as wanted:
        click_button(qtbot, state, "Look again")
    assert wanted.args == [NextStep.LOOK_AGAIN]
