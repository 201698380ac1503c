"""Which changes of the library make an answer stale, and what the result line says."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import SearchResult
from desktop_app.domain.tag import Tag, TagId
from desktop_app.ui.search_presenter import affects, result_line
from desktop_app.ui.search_state import SearchTerms

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
        (RANKED, LibraryChanges(retagged=SOME), False),
        (RANKED, LibraryChanges(model_changed=True), True),
        (TAGGED, LibraryChanges(retagged=SOME), True),
        (TAGGED, LibraryChanges(embedded=SOME), False),
    ],
)
def test_an_answer_is_stale_after_what_concerns_it(terms: SearchTerms, changes: LibraryChanges, stale: bool) -> None:
    assert affects(terms, changes) is stale


def result(shown: int, *, searched: int, total: int) -> SearchResult:
    scores = np.zeros(shown, np.float32)
    return SearchResult(np.arange(shown), scores, scores, searched=searched, total=total, seconds=0.1)


def test_the_result_line_says_how_much_was_searched() -> None:
    assert result_line(RANKED, result(1204, searched=1204, total=5310)) == "Searched 1,204 of 5,310"
    assert result_line(RANKED, result(5310, searched=5310, total=5310)) == "5,310 photos, best first"
    assert result_line(PLAIN, result(1, searched=1, total=1)) == "1 photo"
    assert result_line(PLAIN, result(0, searched=0, total=0)) == "0 photos"
