"""A tree's truth by degrees: terms combine as independent probabilities, and a filter is a probability of 0 or 1."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
import numpy.typing as npt

from desktop_app.domain.query import And, Expression, Not, Or, is_filter

Degrees = npt.NDArray[np.float32]


def degrees(tree: Expression, leaf: Callable[[Expression], Degrees]) -> Degrees:
    """The probability of a tree for each photo, float32 [N].

    `leaf` answers for terms of degree and for whole subtrees of filters (as 0 and 1).
    AND is the product, OR is 1 - prod(1 - p), NOT is 1 - p.
    """
    if is_filter(tree):
        return leaf(tree)
    match tree:
        case And(parts):
            filters = tuple(part for part in parts if is_filter(part))
            rest = [part for part in parts if not is_filter(part)]
            factors = [degrees(part, leaf) for part in rest] + ([leaf(And(filters))] if filters else [])
            return reduce(np.multiply, factors)
        case Or(parts):
            misses = [1.0 - degrees(part, leaf) for part in parts]
            return np.asarray(1.0 - reduce(np.multiply, misses))
        case Not(part):
            return 1.0 - degrees(part, leaf)
    return leaf(tree)


def sure_part(tree: Expression) -> tuple[Expression, Expression]:
    """Split a tree into (filters that every result must pass, what is left to judge by degrees)."""
    if is_filter(tree):
        return tree, And(())
    if isinstance(tree, And):
        return (
            And(tuple(part for part in tree.parts if is_filter(part))),
            And(tuple(part for part in tree.parts if not is_filter(part))),
        )
    return And(()), tree


def uncertain_terms(tree: Expression) -> int:
    """How many terms of degree must be true at once for the tree to be true (the least, where there is a choice)."""
    if is_filter(tree):
        return 0
    match tree:
        case And(parts):
            return sum(uncertain_terms(part) for part in parts)
        case Or(parts):
            return min(uncertain_terms(part) for part in parts)
        case Not():
            return 0  # the absence of a thing is likely by itself: it lowers no bar
    return 1


def leaves(tree: Expression) -> tuple[Expression, ...]:
    """Every leaf of the tree, in the order of the text."""
    match tree:
        case And(parts) | Or(parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Not(part):
            return leaves(part)
    return (tree,)


def positive_terms(tree: Expression) -> tuple[Expression, ...]:
    """The leaves that speak for a photo: those under an even number of NOTs."""

    def walk(node: Expression, *, wanted: bool) -> tuple[Expression, ...]:
        match node:
            case And(parts) | Or(parts):
                return tuple(leaf for part in parts for leaf in walk(part, wanted=wanted))
            case Not(part):
                return walk(part, wanted=not wanted)
        return (node,) if wanted else ()

    return walk(tree, wanted=True)
