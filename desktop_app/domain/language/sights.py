"""What a question wants to see: the terms that can be pointed at in a picture."""

from __future__ import annotations

from desktop_app.domain.language.degrees import positive_terms
from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query_terms import Meaning


def sights(text: str) -> tuple[str, ...]:
    """The terms of meaning that speak for a photo, in the order they were typed, each once. None of what is not understood.

    `(beach OR lake) -people tag:2019` wants to see beach and lake.
    """
    try:
        tree = parse(text)
    except QueryProblem:
        return ()
    return tuple(dict.fromkeys(term.text for term in positive_terms(tree) if isinstance(term, Meaning)))
