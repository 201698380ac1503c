"""The names of filters, what other programs call them, and what a misspelt name was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FILTERS = ("tag", "album", "folder", "camera", "lens", "type", "rating", "size", "width", "height", "iso", "date",
           "is", "near", "similar", "meaning")  # fmt: skip
"""Names that may stand before a colon."""

NUMBERED = frozenset({"rating", "size", "width", "height", "iso", "date"})
"""Filters whose value is a number or a day, with bounds."""

# How people know them from mail programs, search engines and other organizers, and how they are written here.
_ELSEWHERE = {
    "before": "date:<", "until": "date:<=", "after": "date:>", "since": "date:>=", "year": "date:", "taken": "date:",
    "stars": "rating:", "rated": "rating:", "place": "near:", "location": "near:", "city": "near:", "gps": "near:",
    "label": "tag:", "labels": "tag:", "keyword": "tag:", "keywords": "tag:", "path": "folder:", "dir": "folder:",
    "directory": "folder:", "in": "folder:", "ext": "type:", "format": "type:", "filetype": "type:", "make": "camera:",
    "model": "camera:", "like": "similar:", "has": "is:",
}  # fmt: skip


def meant_filter(name: str) -> str:
    """What stands for a filter that there is none of, up to where its value begins ("date:<"); empty if nobody can tell."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    close = closest(name, FILTERS)
    return f"{close}:" if close else ""


def closest(name: str, known: Iterable[str]) -> str:
    """The known name, as it is spelt, that a misspelt one is nearest to; empty if none is near."""
    spelled = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), spelled, n=1)
    return spelled[close[0]] if close else ""
