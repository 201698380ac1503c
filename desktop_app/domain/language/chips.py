"""What was understood, term by term: the chips under the search bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from desktop_app.domain.language.printer import leaf_text
from desktop_app.domain.query import And, Expression, HasTag, InFolder, InStack, Not, Or
from desktop_app.domain.query_terms import FilterLeaf, Meaning, RankedLeaf, SimilarTo, Span, Words

Term = FilterLeaf | RankedLeaf


class ChipKind(StrEnum):
    """How a term is looked for."""

    MEANING = "meaning"
    WORDS = "words"
    FILTER = "filter"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Chip:
    """One term of the question as it was understood."""

    term: Term
    text: str
    """Canonical: `tag:beach`, `two dogs`."""
    kind: ChipKind
    negated: bool
    span: Span
    """Where it stands in the typed text, without its minus."""
    alternative: bool = False
    """It begins what is offered instead of the chips before it."""


def chips(tree: Expression, *, negated: bool = False) -> tuple[Chip, ...]:
    """The terms of a tree in the order they were typed; a double negation is none."""
    match tree:
        case And(parts) | Or(parts):
            # What is not "a or b" is neither: under a NOT the two change places.
            either = isinstance(tree, Or) is not negated
            found = [chips(part, negated=negated) for part in parts]
            return tuple(
                chip for place, each in enumerate(found) for chip in _joined(each, either=either and place > 0)
            )
        case Not(part):
            return chips(part, negated=not negated)
        case HasTag() | InFolder() | InStack():
            return ()  # the window's own filters, which it shows itself
    return (Chip(tree, leaf_text(tree), _kind(tree), negated, tree.span),)


def _joined(found: tuple[Chip, ...], *, either: bool) -> tuple[Chip, ...]:
    return (replace(found[0], alternative=True), *found[1:]) if either and found else found


def _kind(term: Term) -> ChipKind:
    if isinstance(term, Meaning):
        return ChipKind.MEANING
    if isinstance(term, SimilarTo):
        return ChipKind.SIMILAR
    return ChipKind.WORDS if isinstance(term, Words) else ChipKind.FILTER
