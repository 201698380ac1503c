from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.annotations import (
    Annotations,
    Position,
    clean_keyword,
    clean_path,
    clean_text,
    joined_paths,
    merged,
)

NAMES = st.sampled_from(["Animals", "animals", "Dog", "People", "Marie Curie", "Été"])
PATHS = st.lists(st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=6)


def test_keywords_of_all_sources_count_and_single_values_come_from_the_first() -> None:
    sidecar = Annotations(tags=(("Dog",),), rating=0, title="From the sidecar", position=Position(1.0, 2.0))
    embedded = Annotations(tags=(("dog",), ("Beach",)), rating=3, label="Red", title="Embedded", description="Words")
    assert merged([sidecar, embedded]) == Annotations(
        (("Dog",), ("Beach",)), 0, "Red", "From the sidecar", "Words", Position(1.0, 2.0)
    )
    assert merged([]) == Annotations()


def test_a_bare_keyword_means_its_place_in_a_hierarchy() -> None:
    assert joined_paths([("Marie Curie",), ("People", "Marie Curie"), ("people",)]) == (
        ("People", "Marie Curie"),
        ("people",),
    )
    # Something in the middle of a longer hierarchy stands where that says.
    assert joined_paths([("Mammals",), ("Animals", "Mammals", "Dog")]) == (
        ("Animals", "Mammals"),
        ("Animals", "Mammals", "Dog"),
    )


@given(PATHS)
def test_joining_loses_no_keyword_and_is_stable(paths: list[tuple[str, ...]]) -> None:
    joined = joined_paths(paths)
    assert {path[-1].casefold() for path in joined} == {path[-1].casefold() for path in paths}
    folded = [tuple(name.casefold() for name in path) for path in joined]
    assert len(set(folded)) == len(folded)
    assert joined_paths(joined) == joined


def test_cleaning() -> None:
    assert clean_keyword("  two\n words\x00rubbish") == "two words"
    assert clean_keyword("e\u0301te\u0301") == "été"
    assert clean_keyword("\u200b \x07") == ""
    assert clean_path(["Places", " ", "Paris "]) == ("Places", "Paris")
    assert clean_path(["", ""]) == ()
    assert clean_text(" one\r\ntwo \rthree\x00four") == "one\ntwo\nthree"
    assert clean_text(" \n\x01 ") is None
    assert clean_text(None) is None
