"""Which changes of the library make an answer stale, and what the result line says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.language.chips import chips
from desktop_app.domain.language.parser import parse
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import SearchResult
from desktop_app.domain.question import Answer, EndedBy
from desktop_app.domain.tag import Tag, TagId
from desktop_app.domain.weighed import Weighed
from desktop_app.ui.search_presenter import Found, affects, result_line
from desktop_app.ui.search_state import SearchTerms, Showing

SOME = frozenset({PhotoId(1)})
PLAIN, RANKED = SearchTerms(), SearchTerms(text="a dog")
TAGGED = SearchTerms(ticked=(Tag(TagId(1), "cat", "Animals"),))


@pytest.mark.parametrize(
    ("terms", "changes", "stale"),
    [
        (PLAIN, LibraryChanges(added=SOME), True),
        (PLAIN, LibraryChanges(roots_changed=True), True),
        (PLAIN, LibraryChanges(embedded=SOME), False),
        (PLAIN, LibraryChanges(retagged=SOME, tags_changed=True), False),
        (PLAIN, LibraryChanges(skipped_changed=True), False),
        (RANKED, LibraryChanges(embedded=SOME), True),
        (RANKED, LibraryChanges(retagged=SOME), True),
        (SearchTerms(like=(PhotoId(1),)), LibraryChanges(retagged=SOME), False),
        (SearchTerms(like=(PhotoId(1),)), LibraryChanges(embedded=SOME), True),
        (RANKED, LibraryChanges(model_changed=True), True),
        (TAGGED, LibraryChanges(retagged=SOME), True),
        (TAGGED, LibraryChanges(embedded=SOME), False),
    ],
)
def test_an_answer_is_stale_after_what_concerns_it(terms: SearchTerms, changes: LibraryChanges, stale: bool) -> None:
    assert affects(terms, changes) is stale


def found(terms: SearchTerms, shown: int, *, searched: int, total: int, nearest: int = 0) -> Found:
    scores = np.zeros(shown, np.float32)
    result = SearchResult(np.arange(shown), scores, scores, searched=searched, total=total, seconds=0.1)
    near = np.arange(nearest), np.zeros(nearest, np.float32)
    answer = Answer(result, EndedBy.CUT_OFF if shown else EndedBy.NOTHING_MATCHES, shown, *near)
    return Found(terms, answer, Weighed(np.arange(total), searched, 0.1), chips(parse(terms.text)))


def test_the_result_line_says_how_much_was_found_and_searched() -> None:
    assert result_line(found(RANKED, 12, searched=1204, total=5310)) == "12 photos · searched 1,204 of 5,310"
    assert result_line(found(RANKED, 5310, searched=5310, total=5310)) == "5,310 photos, best first"
    assert result_line(found(PLAIN, 1, searched=1, total=1)) == "1 photo"
    assert result_line(found(PLAIN, 0, searched=0, total=0)) == "0 photos"
    assert result_line(found(SearchTerms(text="width:>1"), 7, searched=7, total=7)) == "7 photos", (
        "filters rank nothing"
    )


def test_the_nearest_are_shown_only_when_asked_for() -> None:
    assert len(found(RANKED, 0, searched=9, total=9, nearest=3).result.photo_ids) == 0
    near = found(replace(RANKED, showing=Showing.NEAREST), 0, searched=9, total=9, nearest=3)
    assert len(near.result.photo_ids) == len(near.result.probabilities) == 3
    assert result_line(near) == "The 3 nearest photos"
