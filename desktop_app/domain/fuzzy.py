"""Finding names by a few typed letters, as quick-open fields of editors do: "bst" finds "beach sunset"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

K = TypeVar("K")

# The classes of matches lie further apart than anything within a class: a whole name, its beginning, the beginning of
# one of its words, its initials, letters in a row anywhere, letters with gaps.
_WHOLE, _BEGINNING, _WORD, _INITIALS, _WITHIN, _SCATTERED = 6.0, 5.0, 4.0, 3.0, 2.0, 1.0


def fuzzy_score(typed: str, name: str) -> float | None:
    """How well a name answers to what is typed, higher is better; None when it does not. Both in the same case.

    Within one class of matches the shorter name is better.
    """
    if not typed:
        return 0.0
    brevity = 1.0 / (1.0 + len(name))
    if name == typed:
        return _WHOLE + brevity
    at = name.find(typed)
    if at == 0:
        return _BEGINNING + brevity
    if at > 0 and (_begins_word(name, at) or f" {typed}" in name):
        return _WORD + brevity
    if len(typed) > 1 and "".join(word[0] for word in name.split()).startswith(typed):
        return _INITIALS + brevity
    if at > 0:
        return _WITHIN + brevity
    gaps = _scattered(typed.replace(" ", ""), name)
    return None if gaps is None else _SCATTERED + 0.9 / (1.0 + gaps) + 0.1 * brevity


def best_matches(typed: str, names: Iterable[tuple[str, K]], *, limit: int) -> list[K]:
    """The keys of the names that answer best to what is typed, each once, best first; equals keep their order."""
    wanted = " ".join(typed.casefold().split())
    best: dict[K, float] = {}
    for name, key in names:
        score = fuzzy_score(wanted, name.casefold())
        if score is not None and score > best.get(key, -1.0):
            best[key] = score
    return sorted(best, key=lambda key: -best[key])[:limit]


def _begins_word(name: str, at: int) -> bool:
    return not name[at - 1].isalnum()


def _scattered(typed: str, name: str) -> int | None:
    """How many letters lie between those that are typed, which must come in their order and begin at a word; or None."""
    at = first = name.find(typed[:1])
    while first > 0 and not _begins_word(name, first):
        at = first = name.find(typed[0], first + 1)
    if first < 0:
        return None
    for letter in typed[1:]:
        at = name.find(letter, at + 1)
        if at < 0:
            return None
    return at - first + 1 - len(typed)
