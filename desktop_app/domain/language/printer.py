"""A tree as the text a person would type. `parse(to_text(parse(text)))` is `parse(text)`."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np

from desktop_app.domain.language.lexer import as_value, is_plain, quote
from desktop_app.domain.query import And, Expression, HasTag, InFolder, InStack, Not, Or
from desktop_app.domain.query_terms import (
    FilterLeaf,
    IsState,
    Meaning,
    Named,
    NearPlace,
    NearPoint,
    NumberKind,
    NumberWithin,
    RankedLeaf,
    SimilarTo,
    TakenWithin,
    Words,
)

_ROUND = {NumberKind.SIZE: 1000, NumberKind.WIDTH: 10, NumberKind.HEIGHT: 10, NumberKind.ISO: 10}
"""What people say numbers of a kind in multiples of. Stars are few enough to be said one by one."""


def to_text(tree: Expression) -> str:
    """The canonical text of a tree. Raises ValueError for what only the window can ask (filters by row id)."""
    match tree:
        case And(parts):
            return _all_of(parts)
        case Or(parts):
            if not parts:
                raise ValueError("no text asks for no photo at all")
            return " OR ".join(_bracketed(part) if isinstance(part, Or) else to_text(part) for part in parts)
        case Not(part):
            return f"-{_tight(part)}"
        case HasTag() | InFolder() | InStack():
            raise ValueError(f"{tree} has no text")
    return leaf_text(tree)


def leaf_text(leaf: FilterLeaf | RankedLeaf) -> str:
    """The text of one term: what a chip shows."""
    match leaf:
        case Meaning(text):
            return text if is_plain(text) else f"meaning:{quote(text)}"
        case Words(text):
            return quote(text)
        case SimilarTo(reference):
            return f"similar:{as_value(reference)}"
        case Named(kind, name):
            return f"{kind}:{as_value(name)}"
        case IsState(state):
            return f"is:{state}"
        case NumberWithin(kind, low, high):
            return f"{kind}:{_bounds(kind, low, high=high)}"
        case TakenWithin(first, last):
            return f"date:{_days(first, last)}"
        case NearPoint(latitude, longitude, radius):
            return f"near:{_decimal(latitude)},{_decimal(longitude)} {_decimal(radius)}km"
        case NearPlace(place, radius):
            return f"near:{quote(place)} {_decimal(radius)}km"


def _all_of(parts: tuple[Expression, ...]) -> str:
    text, after_words = "", False
    for part in parts:
        if part == And(()):
            continue
        piece = _bracketed(part) if isinstance(part, And | Or) else to_text(part)
        # Neighbouring words would run into one term, and into one that is taken away: "-people AND beach".
        text += f"{' AND ' if after_words and _is_words(part) else ' ' if text else ''}{piece}"
        while isinstance(part, Not):
            part = part.part
        after_words = _is_words(part)
    return text


def _is_words(tree: Expression) -> bool:
    return isinstance(tree, Meaning) and is_plain(tree.text)


def _bracketed(tree: Expression) -> str:
    return f"({to_text(tree)})"


def _tight(tree: Expression) -> str:
    """A tree as one piece that a minus can stand before."""
    several = isinstance(tree, And | Or) or (isinstance(tree, Meaning) and " " in tree.text and is_plain(tree.text))
    return _bracketed(tree) if several else to_text(tree)


def _bounds(kind: NumberKind, low: int | None, *, high: int | None) -> str:
    if low is not None and low == high and kind is not NumberKind.SIZE:
        return str(low)
    if high is None:
        assert low is not None  # one bound at least, by the parser
        if _is_round(kind, low - 1):
            return f">{_amount(kind, low - 1)}"
        return f">={_amount(kind, low)}"
    if low is None:
        if _is_round(kind, high + 1):
            return f"<{_amount(kind, high + 1)}"
        return f"<={_amount(kind, high)}"
    return f"{_amount(kind, low)}..{_amount(kind, high)}"


def _is_round(kind: NumberKind, number: int) -> bool:
    """Whether a bound was probably said with this number: `>300` rather than `>=301`."""
    step = _ROUND.get(kind)
    return step is not None and number > 0 and number % step == 0


def _amount(kind: NumberKind, number: int) -> str:
    if kind is not NumberKind.SIZE:
        return str(number)
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number and number % factor == 0:
            return f"{number // factor}{unit}"
    return f"{number}B"


def _days(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return f"{_start(first)}..{_end(last)}"
    if first == date(first.year, 1, 1) and last == date(first.year, 12, 31):
        return f"{first.year:04}"
    if first == last:
        return first.isoformat()
    if first.day == 1 and last == _month_end(first):
        return first.isoformat()[:7]
    return f"{_start(first)}..{_end(last)}"


def _start(day: date | None) -> str:
    if day is None:
        return ""
    if day.day != 1:
        return day.isoformat()
    return day.isoformat()[:4] if day.month == 1 else day.isoformat()[:7]


def _end(day: date | None) -> str:
    if day is None:
        return ""
    if day != _month_end(day):
        return day.isoformat()
    return day.isoformat()[:4] if day.month == 12 else day.isoformat()[:7]


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _decimal(number: float) -> str:
    return np.format_float_positional(number, trim="-")
