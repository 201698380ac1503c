"""keepsight exclude list|add|remove|defaults|hidden"""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.domain.exclusion import DEFAULT_PATTERNS, Exclusion


def list_patterns(context: Context) -> None:
    """What the library leaves out of its folders."""
    _change(context, lambda now: now)


def add(context: Context) -> None:
    """Leave out more."""
    wanted = tuple(context.options.patterns)
    _change(context, lambda now: Exclusion((*now.patterns, *wanted), hidden=now.hidden))


def remove(context: Context) -> None:
    """Take in again what patterns left out."""

    def without(now: Exclusion) -> Exclusion:
        unknown = [pattern for pattern in context.options.patterns if pattern not in now.patterns]
        if unknown:
            raise UserFacingError(f"{unknown[0]} is not one of the patterns.", "`keepsight exclude list` shows them.")
        kept = (pattern for pattern in now.patterns if pattern not in context.options.patterns)
        return Exclusion(tuple(kept), hidden=now.hidden)

    _change(context, without)


def defaults(context: Context) -> None:
    """Back to the patterns of a new library."""
    _change(context, lambda now: Exclusion(DEFAULT_PATTERNS, hidden=now.hidden))


def hidden(context: Context) -> None:
    """Take in hidden files and folders, or leave them out."""
    _change(context, lambda now: Exclusion(now.patterns, hidden=context.options.state == "on"))


def _change(context: Context, changed: Callable[[Exclusion], Exclusion]) -> None:
    with context.open() as library:
        organising = library.services.organising
        before = organising.exclusion()
        after = changed(before)
        if after != before:
            organising.leave_out(after.patterns, hidden=after.hidden)
        now = organising.exclusion()
    value = {"patterns": list(now.patterns), "hidden_files": now.hidden}
    note = [] if now == before else ["The next look through your folders applies it: keepsight index"]
    hidden_line = f"Hidden files and folders are {'taken in' if now.hidden else 'left out'}."
    context.output.result(value, [*now.patterns, hidden_line, *note])
