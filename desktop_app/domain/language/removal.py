"""Taking one term out of a question, as the cross on its chip does."""

from __future__ import annotations

from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.printer import to_text
from desktop_app.domain.query import And, Expression, Not, Or
from desktop_app.domain.query_terms import Span


def without_term(text: str, span: Span) -> str:
    """The question without the term that stands at `span`, in canonical spelling; empty when nothing is left.

    Operators and brackets that the term leaves behind go with it. Raises QueryProblem for a text that is no question.
    """
    left = _without(parse(text), span)
    return "" if left is None else to_text(left)


def _without(tree: Expression, span: Span) -> Expression | None:
    match tree:
        case And(parts) | Or(parts):
            kept = tuple(left for part in parts if (left := _without(part, span)) is not None)
            if len(kept) < 2:
                return kept[0] if kept else None
            return And(kept) if isinstance(tree, And) else Or(kept)
        case Not(part):
            left = _without(part, span)
            return None if left is None else Not(left)
    return None if getattr(tree, "span", None) == span else tree
