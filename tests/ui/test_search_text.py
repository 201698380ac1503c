"""What the window asks becomes one text that means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.language.parser import parse
from desktop_app.domain.library import RootInfo
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.query import InFolder
from desktop_app.domain.tag import Tag, TagId
from desktop_app.ui.search_state import Match, SearchTerms
from desktop_app.ui.search_text import as_text

CAT, DOG, TRIP = (Tag(TagId(number), name, "") for number, name in enumerate(("cat", "dog", "My trip"), start=1))
ROOT = RootInfo(RootId(1), Path("/home/me/Pictures"), 0, "watching")


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (SearchTerms(text="  two dogs -people "), "two dogs -people"),
        (SearchTerms(ticked=(CAT, TRIP), excluded=(DOG,)), 'tag:cat tag:"My trip" -tag:dog'),
        (SearchTerms(ticked=(CAT, DOG), match=Match.ANY), "tag:cat OR tag:dog"),
        (SearchTerms(text="a OR b", ticked=(CAT, DOG), match=Match.ANY), "(a OR b) (tag:cat OR tag:dog)"),
        (SearchTerms(text="snow", folder=InFolder(RootId(1), "2024/Alps")), "snow folder:Pictures/2024/Alps"),
        (SearchTerms(folder=InFolder(RootId(1))), "folder:Pictures"),
        (SearchTerms(like=(PhotoId(7),)), "similar:#7"),
        (SearchTerms(text="at night", like=(PhotoId(7), PhotoId(9))), "at night (similar:#7 OR similar:#9)"),
    ],
)
def test_ticks_folder_and_examples_are_said_in_the_language(terms: SearchTerms, text: str) -> None:
    assert as_text(terms, [ROOT]) == text
    parse(text)


def test_a_picture_from_outside_cannot_be_said() -> None:
    with pytest.raises(UserFacingError, match="outside the library"):
        as_text(SearchTerms(image=Path("x.jpg")), [ROOT])
