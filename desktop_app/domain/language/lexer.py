"""Text to tokens. Only an unclosed quotation mark can go wrong here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

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


_OPERATORS = {"AND": TokenKind.AND, "OR": TokenKind.OR, "NOT": TokenKind.NOT}
_BRACKETS = {"(": TokenKind.OPEN, ")": TokenKind.CLOSE}
_SPACE = re.compile(r"\s+")
_RUN = re.compile(r'[^\s()"]+')
_FILTER = re.compile(r"([A-Za-z][A-Za-z_]*):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_DISTANCE = re.compile(r"\s*(\d+(?:\.\d+)?)\s?(km|mi|m)(?=[\s()\"]|$)", re.IGNORECASE)


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
    name = _FILTER.match(text, start)
    if name and name.end() < len(text) and _RUN.match(text, name.end()):
        return _filter(text, start, name)
    if name and name.end() < len(text) and text[name.end()] == '"':
        return _filter(text, start, name)
    run = _RUN.match(text, start)
    assert run is not None  # neither white space, bracket nor quotation mark
    return Token(_OPERATORS.get(run.group(), TokenKind.WORD), Span(start, run.end()), run.group())


def _filter(text: str, start: int, name: re.Match[str]) -> Token:
    begin = name.end()
    if text[begin] == '"':
        value, end = _quoted(text, begin)
    else:
        run = _RUN.match(text, begin)
        assert run is not None  # looked for by the caller
        value, end = run.group(), run.end()
    if name.group(1).lower() == "near" and (distance := _DISTANCE.match(text, end)):
        value, end = f"{value}\n{distance.group(1)}{distance.group(2).lower()}", distance.end()
    return Token(TokenKind.FILTER, Span(start, end), value, name.group(1).lower(), Span(begin, end))


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
    return bool(found) and all(token.kind is TokenKind.WORD for token in found)
