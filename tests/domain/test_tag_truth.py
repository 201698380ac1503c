"""Tables of true tags, as spreadsheets and other programs write them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.tag_truth import parse_tag_truth


def read(text: str) -> dict[str, tuple[str, ...]]:
    return {row.file: row.texts for row in parse_tag_truth(text).rows}


def test_labels_stand_in_one_quoted_cell_or_one_a_line() -> None:
    assert read('a.jpg,"dog, cat"\nb.jpg,dog;cat;dog\nc.jpg,\n') == {
        "a.jpg": ("dog", "cat"),
        "b.jpg": ("dog", "cat"),
        "c.jpg": (),
    }
    assert read("a.jpg,dog\na.jpg,cat\n") == {"a.jpg": ("dog", "cat")}
    assert read("a.jpg,dog,cat\n") == {"a.jpg": ("dog", "cat")}


def test_a_tab_separated_table_is_read_too() -> None:
    assert read("a b.jpg\tdog, hot dog\nempty.jpg\t\n") == {"a b.jpg": ("dog", "hot dog"), "empty.jpg": ()}
    assert read("a.jpg\ttrain\tdog\n") == {"a.jpg": ("dog",)}


def test_a_header_says_where_things_are_and_rejected_tags_are_not_true() -> None:
    text = "tag,state,path,source\ndog,accepted,a.jpg,person\ncat,rejected,a.jpg,person\ncat,rejected,b.jpg,person\n"
    assert read(text) == {"a.jpg": ("dog",), "b.jpg": ()}
    assert read("\ufefffile,labels\na.jpg,dog\n") == {"a.jpg": ("dog",)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no rows"),
        ("file,labels\n", "no rows"),
        ("a.jpg,dog\nb.jpg\n", "line 2 has no labels"),
        ('a.jpg,"dog\n', "line 1"),
        ("tag,path\ndog,\n", "line 2 names no file"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_tag_truth(text)


WORD = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)


@given(st.dictionaries(WORD.map(lambda word: f"{word}.jpg"), st.lists(WORD, unique=True, max_size=4), min_size=1))
def test_what_is_written_is_read(table: dict[str, list[str]]) -> None:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["file", "labels"])
    writer.writerows([file, ", ".join(labels)] for file, labels in table.items())
    assert read(written.getvalue()) == {file: tuple(labels) for file, labels in table.items()}
