"""Laws of the query language: any text is understood or gently refused, and its canonical text is stable."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop_app.domain.language.names import FILTERS
from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.printer import to_text
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query import And, Not, Or
from desktop_app.domain.query_terms import (
    IsState,
    Meaning,
    Named,
    NameKind,
    NearPlace,
    NearPoint,
    NumberKind,
    NumberWithin,
    SimilarTo,
    Span,
    State,
    TakenWithin,
    Words,
)

PIECES = st.sampled_from([
    "dog", "two dogs", "AND", "OR", "NOT", "-", "(", ")", '"', '"old town"', "tag:", "tag:beach", 'album:"My trip"', "date:2023",
    "date:2023-06..2023-08", "date:>2020-02", "date:..1999", "rating:>=4", "rating:>5", "is:favorite", "is:nothing", "type:.HEIC",
    "size:>10MB", "size:<1.5kB", "size:1..2", "iso:100..400", "width:<0", "near:48.85,2.35", 'near:"Paris" 20km', "near:-0,0 5m",
    "similar:IMG_1.jpg", "folder:a/b", 'folder:"a (b)"', "colour:red", "10:30", "well-known", "--", "\\", "é", "meaning:x", "\n", "“", "”", "„a b“",
    "||", "&&", "|", "rating>=4", ">=", "≥", "tag: beach", "size:>1 MB", " .. ", "2023", "near:1, 2", "2 miles", "rating:>", " 4",
])  # fmt: skip
QUERIES = st.lists(PIECES, max_size=12).flatmap(
    lambda pieces: st.sampled_from(["", " "]).map(lambda gap: gap.join(pieces))
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", And(())),
        ("two dogs  on grass", Meaning("two dogs on grass")),
        ("cats and dogs", Meaning("cats and dogs")),
        ('"exact words" dog', And((Words("exact words"), Meaning("dog")))),
        ("(beach OR lake) -people", And((Or((Meaning("beach"), Meaning("lake"))), Not(Meaning("people"))))),
        ("beach AND NOT sunset", And((Meaning("beach"), Not(Meaning("sunset"))))),
        ("a OR b c AND d", Or((Meaning("a"), And((Meaning("b c"), Meaning("d")))))),
        ("tag:dog", Named(NameKind.TAG, "dog")),
        ('album:"Summer 2023"', Named(NameKind.ALBUM, "Summer 2023")),
        ("folder:Trips/2023/", Named(NameKind.FOLDER, "Trips/2023")),
        ("date:2023", TakenWithin(date(2023, 1, 1), date(2023, 12, 31))),
        ("date:2023-06..2023-08", TakenWithin(date(2023, 6, 1), date(2023, 8, 31))),
        ("date:>2023-02", TakenWithin(date(2023, 3, 1), None)),
        ("rating:>=4", NumberWithin(NumberKind.RATING, 4, None)),
        ("is:favorite", IsState(State.FAVOURITE)),
        ("type:HEIC", Named(NameKind.TYPE, "heic")),
        ("size:>10MB", NumberWithin(NumberKind.SIZE, 10_000_001, None)),
        ("width:>4000", NumberWithin(NumberKind.WIDTH, 4001, None)),
        ("iso:100..400", NumberWithin(NumberKind.ISO, 100, 400)),
        ('near:"Paris" 20km', NearPlace("Paris", 20.0)),
        ("near:48.85,2.35", NearPoint(48.85, 2.35)),
        ("near:48.85,2.35 500m snow", And((NearPoint(48.85, 2.35, 0.5), Meaning("snow")))),
        ("similar:IMG_1.jpg", SimilarTo("IMG_1.jpg")),
        ("at 10:30", Meaning("at 10:30")),
        ("-(two dogs)", Not(Meaning("two dogs"))),
        ("well-known - and rare", Meaning("well-known - and rare")),
        ("dog || cat && bird", Or((Meaning("dog"), And((Meaning("cat"), Meaning("bird")))))),
        ("“old town” tag:„Alter Hund“", And((Words("old town"), Named(NameKind.TAG, "Alter Hund")))),
        ("rating:≥ 4", NumberWithin(NumberKind.RATING, 4, None)),
        ("rating:=>4", NumberWithin(NumberKind.RATING, 4, None)),
        ("size:>10 MB dog", And((NumberWithin(NumberKind.SIZE, 10_000_001, None), Meaning("dog")))),
        ("size:1 MB .. 5 MB", NumberWithin(NumberKind.SIZE, 10**6, 5 * 10**6)),
        ("date:2023-06 .. 2023-08", TakenWithin(date(2023, 6, 1), date(2023, 8, 31))),
        ("near:48.85, 2.35 20 km", NearPoint(48.85, 2.35, 20.0)),
        ('near:"Paris" 2 kilometres', NearPlace("Paris", 2.0)),
        ("note: a dog", Meaning("note: a dog")),
    ],
)
def test_what_is_typed_is_understood(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "marked", "word"),
    [
        ('dog "old town', '"old town', "partner"),
        ("dog (cat", "(", "never closed"),
        ("dog cat)", ")", "opening"),
        ("dog OR", "OR", "after OR"),
        ("AND dog", "AND", "before AND"),
        ("dog ()", "()", "nothing"),
        ("colour:red", "colour:", "no filter"),
        ("tags:red", "tags:", "tag:"),
        ("rating:>=9", ">=9", "0 to 5"),
        ("date:2023-13", "2023-13", "no date"),
        ("date:2024..2023", "2024..2023", "backwards"),
        ("size:10MB", "10MB", "size:>10MB"),
        ("near:91,0", "91,0", "Earth"),
        ("is:lost", "lost", "favourite"),
        ("type:exe", "exe", "jpeg"),
        ('tag:""', 'tag:""', "needs"),
        ("dog tag:", "tag:", "needs"),
        ("dog tag: beach", "tag: beach", "tag:beach"),
        ("rating:(3)", "rating:", "needs"),
        ("dog rating>=4", "rating>=4", "rating:>=4"),
        ("after:2023", "after:", "date:>"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, marked, word):
    with pytest.raises(QueryProblem) as caught:
        parse(text)
    problem = caught.value
    assert text[problem.span.start : problem.span.end] == marked
    assert word in str(problem)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("is:untaged", "is:untagged"),
        ("type:jpge", "type:jpg"),
        ("tga:dog", "tag:dog"),
        ("before:2023", "date:<2023"),
        ("dog rating>=4 cat", "dog rating:>=4 cat"),
        ('tag: "old town"', 'tag:"old town"'),
    ],
)
def test_what_was_probably_meant_replaces_the_marked_part(text, meant):
    with pytest.raises(QueryProblem) as caught:
        parse(text)
    span = caught.value.span
    mended = text[: span.start] + caught.value.replacement + text[span.end :]
    assert mended == meant
    parse(mended)


@given(st.one_of(st.text(max_size=60), QUERIES))
@example("(" * 5000)
@example("-" * 5000 + "a")
@example("a OR " * 5000 + "a")
@example("iso:" + "9" * 5000)
@example("date:>9999")
@example("near:1,1 " + "9" * 400 + "km")
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_tree_or_a_problem_with_a_place(text):
    understood = understand(text)
    if isinstance(understood, QueryProblem):
        assert 0 <= understood.span.start <= understood.span.end <= len(text)
        assert understood.sentence
    else:
        printed = to_text(understood)
        assert parse(printed) == understood
        assert to_text(parse(printed)) == printed


def understand(text):
    try:
        return parse(text)
    except QueryProblem as problem:
        return problem


def test_spans_mark_each_term():
    tree = parse('dog -tag:"old town"')
    assert isinstance(tree, And)
    dog, negated = tree.parts
    assert isinstance(dog, Meaning)
    assert dog.span == Span(0, 3)
    assert isinstance(negated, Not)
    assert isinstance(negated.part, Named)
    assert negated.part.span == Span(5, 19)


def test_each_filter_of_the_list_is_known():
    examples = {"rating": "3", "size": ">1kB", "width": "1", "height": "1", "iso": "1", "date": "2020", "is": "rated"}
    for name in FILTERS:
        value = {"type": "png", "near": "1,1"}.get(name, examples.get(name, "x"))
        assert to_text(parse(f"{name}:{value}"))
