"""Tokens to a tree. Any text gives a tree or a QueryProblem that says where and why.

    query  := either ;  either := all ("OR" all)* ;  all := one (["AND"] one)* ;  one := ("NOT" | "-")* primary
    primary := "(" either ")" | filter | "exact words" | word+

Neighbouring words are one term of meaning; operators are upper case, so that "cats and dogs" are words.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.domain.language.lexer import Token, TokenKind, as_value, tokens
from desktop_app.domain.language.names import FILTERS, closest, meant_filter
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.language.values import near, number_within, taken_within
from desktop_app.domain.query import And, Expression, Not, Or
from desktop_app.domain.query_terms import (
    TYPE_ALIASES,
    FilterLeaf,
    IsState,
    Meaning,
    Named,
    NameKind,
    NumberKind,
    RankedLeaf,
    SimilarTo,
    Span,
    State,
    Words,
)

# Deeper nesting than a person types would only exhaust Python's stack.
_DEEPEST = 40
# SQLite allows expressions 1,000 deep; a chain of ORs is as deep as it is long.
_MOST_TERMS = 200

_SPELLINGS = {"favorite": "favourite", "fav": "favourite"}


def parse(text: str) -> Expression:
    """The tree of a question; an empty text asks for every photo. Raises QueryProblem."""
    parser = _Parser(text)
    if not parser.left():
        return And(())
    tree = parser.either(depth=0)
    if parser.left():
        stray = parser.take()
        raise QueryProblem("This closing bracket has no opening one.", stray.span, "Remove it.")
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._end = Span(len(text), len(text))
        terms = [token for token in self._tokens if token.kind in _TERM_STARTS]
        if len(terms) > _MOST_TERMS:
            raise QueryProblem(
                "This question is too long.", Span(terms[_MOST_TERMS].span.start, len(text)), "Ask for less at once."
            )

    def left(self) -> bool:
        return self._next < len(self._tokens)

    def take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _sees(self, kind: TokenKind) -> bool:
        return self.left() and self._tokens[self._next].kind is kind

    def either(self, *, depth: int) -> Expression:
        parts = [self._all(depth)]
        while self._sees(TokenKind.OR):
            operator = self.take()
            self._need_term(operator)
            parts.append(self._all(depth))
        return _joined(parts, Or)

    def _all(self, depth: int) -> Expression:
        parts = [self._one(depth)]
        while self.left() and not self._sees(TokenKind.OR) and not self._sees(TokenKind.CLOSE):
            if self._sees(TokenKind.AND):
                self._need_term(self.take())
            parts.append(self._one(depth))
        return _joined(parts, And)

    def _one(self, depth: int) -> Expression:
        token = self.take()
        match token.kind:
            case TokenKind.NOT:
                self._need_term(token)
                _check_depth(depth, token)
                return Not(self._one(depth + 1))
            case TokenKind.OPEN:
                return self._bracketed(token, depth)
            case TokenKind.WORD:
                return self._meaning(token)
            case TokenKind.QUOTED:
                return _words(token)
            case TokenKind.FILTER:
                return (
                    _filter(token)
                    if token.value or token.value_span.end > token.value_span.start
                    else self._apart(token)
                )
        raise QueryProblem(f"Something is missing before {_shown(token)}.", token.span, "Say what to look for.")

    def _bracketed(self, opening: Token, depth: int) -> Expression:
        _check_depth(depth, opening)
        if self._sees(TokenKind.CLOSE):
            raise QueryProblem(
                "There is nothing between these brackets.",
                Span(opening.span.start, self.take().span.end),
                "Remove them.",
            )
        self._need_term(opening)
        inner = self.either(depth=depth + 1)
        if not self._sees(TokenKind.CLOSE):
            raise QueryProblem("This bracket is never closed.", opening.span, 'Add a ")" or remove it.')
        self.take()
        return inner

    def _meaning(self, first: Token) -> Meaning:
        words, end = [first.value], first.span.end
        while self._sees(TokenKind.WORD):
            token = self.take()
            words.append(token.value)
            end = token.span.end
        return Meaning(" ".join(words), Span(first.span.start, end))

    def _apart(self, name: Token) -> FilterLeaf:
        """A filter with nothing behind its colon: refused, with what follows the space as what was probably meant."""
        said = f"{name.name}: needs something after the colon."
        if not self._sees(TokenKind.WORD) and not self._sees(TokenKind.QUOTED):
            raise QueryProblem(said, name.span)
        value = self.take()
        meant = f"{name.name}:{as_value(value.value)}"
        place = Span(name.span.start, value.span.end)
        raise QueryProblem(said, place, f"Write {meant} without a space.", replacement=meant)

    def _need_term(self, operator: Token) -> None:
        if not self.left():
            raise QueryProblem(
                f"Something is missing after {_shown(operator)}.", operator.span, "Say what to look for."
            )


_TERM_STARTS = {TokenKind.WORD, TokenKind.QUOTED, TokenKind.FILTER}


def _shown(token: Token) -> str:
    return "the bracket" if token.kind in {TokenKind.OPEN, TokenKind.CLOSE} else token.kind.value


def _check_depth(depth: int, token: Token) -> None:
    if depth >= _DEEPEST:
        raise QueryProblem("This question is nested too deeply.", token.span, "Use fewer brackets.")


def _joined(parts: list[Expression], kind: type[And] | type[Or]) -> Expression:
    """One tree of the parts; trees of the same kind within it are made one with it."""
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _words(token: Token) -> Words:
    text = " ".join(token.value.split())
    if not text:
        raise QueryProblem("There is nothing between these quotation marks.", token.span, "Write the words to find.")
    return Words(text, token.span)


def _filter(token: Token) -> FilterLeaf | RankedLeaf:
    name, span = token.name, token.value_span
    if name not in FILTERS:
        meant = meant_filter(name)
        hint = f"Did you mean {meant!r}?" if meant else "For the words as they are, put them in quotation marks."
        raise QueryProblem(f"There is no filter {name}:.", Span(token.span.start, span.start), hint, replacement=meant)
    if name == "near":
        return replace(near(token.value, span), span=token.span)
    value = " ".join(token.value.split())
    if not value:
        raise QueryProblem(f"{name}: needs something after the colon.", token.span)
    return replace(_leaf(name, value, span), span=token.span)


def _leaf(name: str, value: str, span: Span) -> FilterLeaf | RankedLeaf:
    match name:
        case "meaning":
            return Meaning(value)
        case "similar":
            return SimilarTo(value)
        case "date":
            return taken_within(value, span)
        case "is":
            return IsState(_state(value, span))
        case "type":
            return Named(NameKind.TYPE, _type(value, span))
        case "folder":
            return Named(NameKind.FOLDER, _folder(value, span))
        case "tag" | "album" | "camera" | "lens":
            return Named(NameKind(name), value)
    return number_within(NumberKind(name), value, span)


def _state(value: str, span: Span) -> State:
    wanted = value.lower()
    try:
        return State(_SPELLINGS.get(wanted, wanted))
    except ValueError:
        known = [state.value for state in State]
        raise _unlike(f"is: does not know {value!r}.", value, known, span) from None


def _type(value: str, span: Span) -> str:
    wanted = value.lower().removeprefix(".")
    if wanted not in TYPE_ALIASES:
        raise _unlike(f"{value!r} is no type of photo we read.", wanted, list(TYPE_ALIASES), span)
    return wanted


def _unlike(sentence: str, value: str, known: list[str], span: Span) -> QueryProblem:
    """The problem of a value that is none of those known."""
    close = closest(value, known)
    meant = f"Did you mean {close}? " if close else ""
    return QueryProblem(sentence, span, f"{meant}It can be {', '.join(known)}.", replacement=close)


def _folder(value: str, span: Span) -> str:
    folder = "/".join(part for part in value.replace("\\", "/").split("/") if part)
    if not folder:
        raise QueryProblem("folder: needs the name of a folder.", span)
    return folder
