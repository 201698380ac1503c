"""Tables of what is true of photos, as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.ground_truth import parse_ground_truth


def test_labels_are_joined_by_commas() -> None:
    truth = parse_ground_truth("a.jpg\tbowl, orange\nb c.jpg\tdog\nempty.jpg\t\n")
    assert [(row.file, row.texts) for row in truth.rows] == [
        ("a.jpg", ("bowl", "orange")),
        ("b c.jpg", ("dog",)),
        ("empty.jpg", ()),
    ]
    assert not truth.are_captions
    assert truth.labels == ("bowl", "dog", "orange")


def test_captions_are_known_by_their_separator_or_by_being_told() -> None:
    joined = parse_ground_truth("a.jpg\tA dog, running . ||| A brown dog\nb.jpg\tA cat, asleep\n")
    assert joined.are_captions
    assert [row.texts for row in joined.rows] == [("A dog, running .", "A brown dog"), ("A cat, asleep",)]
    assert parse_ground_truth("a.jpg\tA dog, running\n", captions=True).rows[0].texts == ("A dog, running",)
    assert parse_ground_truth("a.jpg\tA dog, running\n").rows[0].texts == ("A dog", "running")


@pytest.mark.parametrize("header", ["file\tlabels", "Filename\ttext", "photo\tsplit\ttext", "\ufefffile\tlabels"])
def test_a_header_and_columns_between_are_left_out(header: str) -> None:
    truth = parse_ground_truth(f"{header}\na.webp\ttrain\tdog\n")
    assert [(row.file, row.texts) for row in truth.rows] == [("a.webp", ("dog",))]


def test_what_is_no_table_is_refused_with_its_line() -> None:
    with pytest.raises(ValueError, match="line 2 has no tab"):
        parse_ground_truth("a.jpg\tdog\nb.jpg cat\n")
    with pytest.raises(ValueError, match="no rows"):
        parse_ground_truth("file\tlabels\n\n")


LABEL = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)


@given(st.dictionaries(LABEL, st.lists(LABEL, unique=True, max_size=4), min_size=1, max_size=5))
def test_what_is_written_is_read(table: dict[str, list[str]]) -> None:
    text = "\n".join(f"{file}.jpg\t{', '.join(labels)}" for file, labels in table.items())
    truth = parse_ground_truth(text, captions=False)
    assert {row.file: list(row.texts) for row in truth.rows} == {
        f"{file}.jpg": labels for file, labels in table.items()
    }
