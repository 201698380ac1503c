"""What a person asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, HasTag, Not, Or, Query, SearchResult, tags_filter
from desktop_app.domain.tag import TagId, clean_tag_name

A, B, C = TagId(1), TagId(2), TagId(3)


def test_tags_all_any_and_none() -> None:
    assert tags_filter() == And(())
    assert tags_filter(every=(A, B)) == And((HasTag(A), HasTag(B)))
    assert tags_filter(some=(A, B)) == And((Or((HasTag(A), HasTag(B))),))
    assert tags_filter(every=(A,), some=(B,), none=(C,)) == And((HasTag(A), Or((HasTag(B),)), Not(HasTag(C))))


def test_a_query_of_white_space_means_nothing() -> None:
    assert not Query().has_meaning
    assert not Query(text=" \t\n").has_meaning
    assert Query(text="dog").has_meaning
    assert Query(like=(PhotoId(1),)).has_meaning
    assert Query(image=Path("a.jpg")).has_meaning


def test_an_answer_is_partial_while_photos_wait() -> None:
    ids, none = np.empty(0, np.int64), np.empty(0, np.float32)
    assert SearchResult(ids, none, none, searched=3, total=5, seconds=0.1).partial
    assert not SearchResult(ids, none, none, searched=5, total=5, seconds=0.1).partial


@pytest.mark.parametrize(("typed", "kept"), [(" Mum ", "Mum"), ("New\t York\n City", "New York City"), ("été", "été")])
def test_tag_names_are_tidied(typed: str, kept: str) -> None:
    assert clean_tag_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "\n\t"])
def test_a_tag_needs_a_name(typed: str) -> None:
    with pytest.raises(ValueError, match="name"):
        clean_tag_name(typed)
