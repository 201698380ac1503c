from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.language.chips import ChipKind, chips
from desktop_app.domain.language.completion import KnownNames, complete
from desktop_app.domain.language.parser import parse
from desktop_app.domain.query_terms import Named, NameKind

KNOWN = KnownNames(tags=("dog", "hot dog", "beach"), albums=("Dog shows 2023",), folders=("Trips/2023",))


def texts(text: str) -> list[str]:
    return [candidate.text for candidate in complete(text, len(text), KNOWN).candidates]


def test_a_word_offers_filters_and_names():
    assert texts("do") == ["tag:dog", 'tag:"hot dog"', 'album:"Dog shows 2023"']
    assert "tag:" in texts("ta")
    assert texts("dog A")[0] == "AND "


def test_a_filter_offers_its_values():
    assert texts("beach tag:d") == ["dog", '"hot dog"']
    assert texts('-tag:"hot') == ['"hot dog"']
    assert "favourite" in texts("is:")
    assert texts("folder:20") == ["Trips/2023"]


def test_tags_in_use_come_first_and_spare_ones_only_behind_the_filter():
    known = KnownNames(
        tags=("zoo",), spare_tags=("zebra",), aliases=(("zoological garden", "zoo"), ("zonkey", "hybrid"))
    )
    found = complete("tag:z", 5, known).candidates
    assert [(each.text, each.detail) for each in found] == [("zoo", "tag"), ("zebra", "tag"), ("zonkey", "= hybrid")]
    assert [each.text for each in complete("z", 1, known).candidates] == ["tag:zoo"]


def test_exact_words_are_left_alone():
    assert texts('"do') == []


@given(st.text(alphabet='ad:t"-( g', max_size=12), st.integers(0, 12))
@settings(deadline=None)
def test_a_candidate_replaces_what_stands_before_the_cursor(text, cursor):
    cursor = min(cursor, len(text))
    found = complete(text, cursor, KNOWN)
    assert 0 <= found.start <= found.end == cursor


def test_a_tag_taken_from_the_list_is_understood():
    text = "sunset hot"
    found = complete(text, len(text), KNOWN)
    typed = text[: found.start] + found.candidates[0].text + text[found.end :]
    assert chips(parse(typed))[1].term == Named(NameKind.TAG, "hot dog")


def test_chips_say_what_was_understood():
    shown = chips(parse('two dogs -tag:beach ("old town" OR similar:a.jpg)'))
    assert [(chip.text, chip.kind, chip.negated) for chip in shown] == [
        ("two dogs", ChipKind.MEANING, False),
        ("tag:beach", ChipKind.FILTER, True),
        ('"old town"', ChipKind.WORDS, False),
        ("similar:a.jpg", ChipKind.SIMILAR, False),
    ]
