"""What stands behind a filter's colon: numbers with bounds, dates, points on the map. Text to leaf."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query_terms import (
    DEFAULT_RADIUS_KM,
    NearPlace,
    NearPoint,
    NumberKind,
    NumberWithin,
    Span,
    TakenWithin,
)

_BOUND = re.compile(r"(>=|<=|=>|=<|≥|≤|>|<|=)?\s*(.*)", re.DOTALL)
_SIGNS = {"=>": ">=", "≥": ">=", "=<": "<=", "≤": "<="}
_NUMBER = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_POINT = re.compile(r"([-+]?\d{1,3}(?:\.\d{1,20})?)\s*,\s*([-+]?\d{1,3}(?:\.\d{1,20})?)")
_DISTANCE = re.compile(r"(\d{1,9}(?:\.\d{1,20})?)(km|mi|m)")

UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
"""Of `size:`, in bytes."""

KM_PER_UNIT = {"km": 1.0, "m": 0.001, "mi": 1.609344}

MOST_STARS = 5
# Half the Earth's circumference: everything is nearer than that.
_FARTHEST_KM = 20_040.0

_EXAMPLES = {
    NumberKind.RATING: "rating:>=4 or rating:3..5",
    NumberKind.SIZE: "size:>10MB or size:1MB..5MB",
    NumberKind.WIDTH: "width:>4000",
    NumberKind.HEIGHT: "height:>=1080",
    NumberKind.ISO: "iso:>=1600 or iso:100..400",
}


def number_within(kind: NumberKind, text: str, span: Span) -> NumberWithin:
    """`>=4`, `<10MB`, `100..400`, `4`: bounds of a whole number. Raises QueryProblem."""
    low_text, dots, high_text = text.partition("..")
    if dots:
        low = _number(kind, low_text, span) if low_text.strip() else None
        high = _number(kind, high_text, span) if high_text.strip() else None
    else:
        match = _BOUND.fullmatch(text.strip())
        assert match is not None  # matches any text
        sign, number = _sign(match), _number(kind, match.group(2), span)
        if not sign and kind is NumberKind.SIZE:
            raise _unclear(kind, text, span)
        low = {"": number, "=": number, ">=": number, ">": number + 1}.get(sign)
        high = {"": number, "=": number, "<=": number, "<": number - 1}.get(sign)
    _check_bounds(kind, low, high=high, span=span)
    return NumberWithin(kind, low, high)


def _sign(bound: re.Match[str]) -> str:
    """The comparison, in the one spelling that is printed."""
    written = bound.group(1) or ""
    return _SIGNS.get(written, written)


def _check_bounds(kind: NumberKind, low: int | None, *, high: int | None, span: Span) -> None:
    if low is None and high is None:
        raise QueryProblem(f"{kind}: needs a number.", span, f"For example {_EXAMPLES[kind]}.")
    if low is not None and high is not None and low > high:
        raise QueryProblem("This range runs backwards.", span, "Put the smaller number first.")
    if high is not None and high < 0:
        raise QueryProblem(f"No photo has a {kind} below 0.", span)
    if kind is NumberKind.RATING and max(low or 0, high or 0) > MOST_STARS:
        raise QueryProblem(f"Ratings go from 0 to {MOST_STARS}.", span, f"For example {_EXAMPLES[kind]}.")


def _number(kind: NumberKind, text: str, span: Span) -> int:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise _unclear(kind, text, span)
    digits, unit = match.group(1), match.group(2).lower()
    if kind is NumberKind.SIZE and unit in UNITS:
        return round(float(digits) * UNITS[unit]) if "." in digits else int(digits) * UNITS[unit]
    if unit or "." in digits:
        raise _unclear(kind, text, span)
    return int(digits)


def _unclear(kind: NumberKind, text: str, span: Span) -> QueryProblem:
    return QueryProblem(f"{kind}: does not understand {text.strip()!r}.", span, f"For example {_EXAMPLES[kind]}.")


def taken_within(text: str, span: Span) -> TakenWithin:
    """`2023`, `2023-06..2023-08`, `>=2023-06-15`: a span of days. Raises QueryProblem."""
    first_text, dots, last_text = text.partition("..")
    if dots:
        first = _days(first_text, span)[0] if first_text.strip() else None
        last = _days(last_text, span)[1] if last_text.strip() else None
    else:
        match = _BOUND.fullmatch(text.strip())
        assert match is not None  # matches any text
        first, last = _bounded(_sign(match), *_days(match.group(2), span), span=span)
    if first is None and last is None:
        raise QueryProblem("date: needs a date.", span, "For example date:2023 or date:2023-06..2023-08.")
    if first is not None and last is not None and first > last:
        raise QueryProblem("This range runs backwards.", span, "Put the earlier date first.")
    return TakenWithin(first, last)


def _bounded(sign: str, first: date, last: date, *, span: Span) -> tuple[date | None, date | None]:
    try:
        if sign == ">":
            return last + timedelta(days=1), None
        if sign == "<":
            return None, first - timedelta(days=1)
    except OverflowError:
        raise QueryProblem("The calendar has no such days.", span) from None
    return (None if sign == "<=" else first), (None if sign == ">=" else last)


def _days(text: str, span: Span) -> tuple[date, date]:
    """First and last day of a year, a month or a day."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise QueryProblem(
            f"{text.strip()!r} is no date.", span, "Write year, year-month or year-month-day: date:2023-06."
        )
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # the pattern asks for it
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:
        raise QueryProblem(f"There is no date {text.strip()!r}.", span) from None


def near(text: str, span: Span) -> NearPoint | NearPlace:
    """`48.85,2.35` or a place, and on a second line its radius. Raises QueryProblem."""
    where, _, distance = text.partition("\n")
    radius = _radius(distance, span) if distance else DEFAULT_RADIUS_KM
    point = _POINT.fullmatch(where.strip())
    if point is None:
        place = " ".join(where.split())
        if not place:
            raise QueryProblem("near: needs a place.", span, 'For example near:"Paris" 20km or near:48.85,2.35.')
        return NearPlace(place, radius)
    latitude, longitude = float(point.group(1)), float(point.group(2))
    if abs(latitude) > 90.0 or abs(longitude) > 180.0:
        raise QueryProblem(
            "This point is not on the Earth.", span, "Write latitude (-90 to 90), longitude (-180 to 180)."
        )
    # Adding 0.0 turns -0.0 into 0.0, so that a point has one spelling.
    return NearPoint(latitude + 0.0, longitude + 0.0, radius)


def _radius(text: str, span: Span) -> float:
    match = _DISTANCE.fullmatch(text)
    radius = float(match.group(1)) * KM_PER_UNIT[match.group(2)] if match else 0.0
    # Six decimals are a millimetre: what a radius is printed with.
    radius = round(radius, 6)
    if not 0.0 < radius <= _FARTHEST_KM:
        raise QueryProblem("This distance makes no sense.", span, "For example near:48.85,2.35 20km.")
    return radius
