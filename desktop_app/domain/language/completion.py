"""What could be typed next at the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.domain.language.lexer import as_value
from desktop_app.domain.language.names import FILTERS
from desktop_app.domain.query_terms import TYPE_ALIASES, State

MOST_CANDIDATES = 12
"""As many as fit under a search field."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names in the library that filters can name, each list in the order of preference (most used first)."""

    tags: tuple[str, ...] = ()
    """Those that photos have."""
    spare_tags: tuple[str, ...] = ()
    """Those that no photo has. Offered only where a tag must stand: they would be in the way of plain words."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Other names of tags, each with its tag; offered as spare tags are."""
    albums: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    lenses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    types: tuple[str, ...] = tuple(TYPE_ALIASES)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to put in at the cursor."""

    text: str
    """What replaces characters `start` to `end` of the typed text."""
    label: str
    """What to show in the list."""
    detail: str = ""
    """"tag", "filter", "operator"."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Candidates, best first, for a part of the typed text."""

    start: int
    end: int
    candidates: tuple[Candidate, ...]


_OPERATORS = ("AND", "OR", "NOT")
_EXAMPLE_VALUES = {
    "rating": (">=3", ">=4", "5"),
    "size": (">10MB", "<1MB"),
    "width": (">=1920", ">=4000"),
    "height": (">=1080", ">=3000"),
    "iso": (">=1600", "<=400"),
}
# The piece under the cursor: an optional minus, an optional filter name, then a quoted or bare beginning.
_PIECE = re.compile(r'-?(?:([A-Za-z_]+):)?("(?:[^"\\]|\\.)*|[^\s()"]*)$', re.DOTALL)


def complete(text: str, cursor: int, known: KnownNames) -> Completion:
    """Candidates for the piece of text that ends at the cursor; none inside plain "exact words"."""
    before = text[:cursor]
    piece = _PIECE.search(before)
    if piece is None or (piece.group(1) is None and piece.group(2).startswith('"')):
        return Completion(cursor, cursor, ())
    name, typed = piece.group(1), piece.group(2)
    start = cursor - len(typed)
    if name is not None:
        wanted = typed.removeprefix('"')
        if name.lower() == "tag":
            return Completion(start, cursor, tuple(_tags(wanted, known)))
        values = _best(_values(name.lower(), known), wanted)
        return Completion(start, cursor, tuple(Candidate(as_value(value), value, name.lower()) for value in values))
    if not typed:
        return Completion(cursor, cursor, ())
    filters = [Candidate(f"{name}:", f"{name}:", "filter") for name in FILTERS if name.startswith(typed.lower())]
    operators = [
        Candidate(f"{word} ", word, "operator") for word in _OPERATORS if typed.isupper() and word.startswith(typed)
    ]
    tags = [Candidate(f"tag:{as_value(tag)}", tag, "tag") for tag in _best(known.tags, typed)]
    albums = [Candidate(f"album:{as_value(album)}", album, "album") for album in _best(known.albums, typed)]
    return Completion(start, cursor, tuple([*operators, *filters, *tags, *albums][:MOST_CANDIDATES]))


def _tags(typed: str, known: KnownNames) -> list[Candidate]:
    """Tags that photos have, then the others, then other names of tags that are not among them."""
    tags = list(dict.fromkeys([*_best(known.tags, typed), *_best(known.spare_tags, typed)]))
    others = {alias: tag for alias, tag in known.aliases if tag not in tags}
    candidates = [Candidate(as_value(tag), tag, "tag") for tag in tags]
    candidates += [Candidate(as_value(alias), alias, f"= {others[alias]}") for alias in _best(others, typed)]
    return candidates[:MOST_CANDIDATES]


def place_begun(text: str, cursor: int) -> str:
    """What is typed of a place's name at the cursor, behind `near:`; empty elsewhere."""
    piece = _PIECE.search(text[:cursor])
    if piece is None or (piece.group(1) or "").lower() != "near":
        return ""
    return piece.group(2).removeprefix('"')


def _values(name: str, known: KnownNames) -> tuple[str, ...]:
    names = {
        "album": known.albums,
        "folder": known.folders,
        "camera": known.cameras,
        "lens": known.lenses,
        "near": known.places,
        "type": known.types,
        "is": tuple(state.value for state in State),
    }
    return names.get(name) or _EXAMPLE_VALUES.get(name, ())


def _best(names: Iterable[str], typed: str) -> list[str]:
    """Names that begin with what is typed, then names with a later word that does, in their own order."""
    wanted = typed.casefold()
    first, later = [], []
    for name in names:
        folded = name.casefold()
        if folded.startswith(wanted):
            first.append(name)
        elif any(word.startswith(wanted) for word in re.split(r"[\s/_-]+", folded)):
            later.append(name)
    return [*first, *later][:MOST_CANDIDATES]
