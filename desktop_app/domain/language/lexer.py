"""Text to tokens. What can go wrong here is a quotation mark without its partner, and a filter without its colon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.language.names import FILTERS, NUMBERED
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query_terms import NOWHERE, Span


class TokenKind(StrEnum):
    """What a piece of the text is."""

    WORD = "word"
    QUOTED = "quoted"
    FILTER = "filter"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. `value` is the word, what the quotation marks hold, or a filter's value."""

    kind: TokenKind
    span: Span
    value: str = ""
    name: str = ""
    """A filter's name, lower case."""
    value_span: Span = NOWHERE
    """Where a filter's value stands."""


_OPERATORS = {
    "AND": TokenKind.AND, "OR": TokenKind.OR, "NOT": TokenKind.NOT, "&&": TokenKind.AND, "||": TokenKind.OR, "|": TokenKind.OR,
}  # fmt: skip
_BRACKETS = {"(": TokenKind.OPEN, ")": TokenKind.CLOSE}
_SPACE = re.compile(r"\s+")
_RUN = re.compile(r'[^\s()"]+')
_FILTER = re.compile(r"([A-Za-z][A-Za-z_]*):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# What a keyboard makes of quotation marks when it means well.
_CURLY = re.compile(r"[“„”«]([^“„”«»]*)[“”»]")
_MARKS = frozenset("“„”«»")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_DISTANCE = re.compile(
    r"\s*(\d+(?:\.\d+)?)\s?(km|kilomet(?:er|re)s?|mi|miles?|m|met(?:er|re)s?)(?=[\s()\"]|$)", re.IGNORECASE
)
# Values that go on behind a space: "rating:>= 4", "date:2023 .. 2024", "size:>10 MB", "near:48.85, 2.35".
_BOUND_APART = re.compile(r'(?<=[<>=≤≥])\s+\d[^\s()"]*|\s+\.\.\s*\d[^\s()"]*')
_UNIT_APART = re.compile(r"(?<=\d)\s+[kmg]i?b(?=[\s()\"]|$)", re.IGNORECASE)
_LONGITUDE_APART = re.compile(r'(?<=\d,)\s+[-+]?\d[^\s()"]*')
_NO_COLON = re.compile(rf"({'|'.join(sorted(NUMBERED))})(?=[<>=≤≥]+\d)", re.IGNORECASE)


def tokens(text: str) -> list[Token]:
    """The tokens of a text. Raises QueryProblem at a quotation mark without its partner."""
    found: list[Token] = []
    place = 0
    while place < len(text):
        space = _SPACE.match(text, place)
        if space:
            place = space.end()
            continue
        token = _token(text, place)
        found.append(token)
        place = token.span.end
    return found


def _token(text: str, start: int) -> Token:
    char = text[start]
    if char in _BRACKETS:
        return Token(_BRACKETS[char], Span(start, start + 1))
    if char == '"':
        value, end = _quoted(text, start)
        return Token(TokenKind.QUOTED, Span(start, end), value)
    # A minus negates what it touches; on its own, or inside a word, it is a hyphen.
    if char == "-" and start + 1 < len(text) and not text[start + 1].isspace() and text[start + 1] != ")":
        return Token(TokenKind.NOT, Span(start, start + 1))
    if char in _MARKS and (curly := _CURLY.match(text, start)):
        return Token(TokenKind.QUOTED, Span(start, curly.end()), curly.group(1))
    name = _FILTER.match(text, start)
    if name and (name.group(1).lower() in FILTERS or _value_end(text, name.end()) > name.end()):
        return _filter(text, start, name)
    run = _RUN.match(text, start)
    assert run is not None  # neither white space, bracket nor quotation mark
    _check_colon(run)
    return Token(_OPERATORS.get(run.group(), TokenKind.WORD), Span(start, run.end()), run.group())


def _value_end(text: str, begin: int) -> int:
    """Where the value of a filter ends at the earliest; its beginning when there is none."""
    if text[begin : begin + 1] == '"':
        return begin + 1
    run = _RUN.match(text, begin)
    return run.end() if run else begin


def _filter(text: str, start: int, match: re.Match[str]) -> Token:
    name, begin = match.group(1).lower(), match.end()
    value, end = _value(text, begin, name)
    if name == "near" and value and (distance := _DISTANCE.match(text, end)):
        value, end = f"{value}\n{distance.group(1)}{_unit(distance.group(2))}", distance.end()
    return Token(TokenKind.FILTER, Span(start, end), value, name, Span(begin, end))


def _value(text: str, begin: int, name: str) -> tuple[str, int]:
    """A filter's value and where it ends; an empty one when there is none."""
    if text[begin : begin + 1] == '"':
        return _quoted(text, begin)
    if curly := _CURLY.match(text, begin):
        return curly.group(1), curly.end()
    end = _value_end(text, begin)
    for goes_on in _goes_on(name) if end > begin else ():
        if more := goes_on.match(text, end):
            end = more.end()
    return text[begin:end], end


def _goes_on(name: str) -> tuple[re.Pattern[str], ...]:
    if name == "near":
        return (_LONGITUDE_APART,)
    if name == "size":
        return _BOUND_APART, _UNIT_APART, _BOUND_APART, _UNIT_APART
    return (_BOUND_APART,) if name in NUMBERED else ()


def _unit(written: str) -> str:
    """The short form of a unit of length."""
    unit = written.lower()
    return "km" if unit.startswith("k") else "mi" if unit.startswith("mi") else "m"


def _check_colon(run: re.Match[str]) -> None:
    """Raise QueryProblem for "rating>=4": nobody looks for photos that show this."""
    if name := _NO_COLON.match(run.group()):
        meant = f"{name.group().lower()}:{run.group()[name.end() :]}"
        raise QueryProblem(
            f"{name.group().lower()} needs a colon.", Span(*run.span()), f"Write {meant}.", replacement=meant
        )


def _quoted(text: str, start: int) -> tuple[str, int]:
    match = _QUOTED.match(text, start)
    if match is None:
        raise QueryProblem('A quotation mark (") has no partner.', Span(start, len(text)), "Close it, or leave it out.")
    return _ESCAPE.sub(r"\1", match.group(1)), match.end()


def quote(text: str) -> str:
    """A text in quotation marks, as `tokens` reads it back."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_plain(text: str) -> bool:
    """Whether a text reads back as bare words and nothing else."""
    try:
        found = tokens(text)
    except QueryProblem:
        return False
    # With others before or behind it, a curly quotation mark could find a partner, and two dots a first number.
    alone = _MARKS.isdisjoint(text) and not text.startswith("..")
    return alone and bool(found) and all(token.kind is TokenKind.WORD for token in found)


def as_value(text: str) -> str:
    """A filter's value: bare when it reads back as it is."""
    bare = text and _MARKS.isdisjoint(text) and not any(char.isspace() or char in '()"\\' for char in text)
    return text if bare else quote(text)
