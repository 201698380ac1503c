"""The one kind of error a person is meant to read."""

from __future__ import annotations


class UserFacingError(Exception):
    """Something in the person's world is wrong (a folder is gone, a disk is full): not a bug.

    `sentence` says what happened in plain words; `next_step` says what the person can do, or is empty.
    Everything else that escapes is a bug: it is logged with its traceback and reported once.
    """

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(f"{sentence} {next_step}".strip())
        self.sentence = sentence
        self.next_step = next_step


class LibraryDamagedError(UserFacingError):
    """The library file cannot be used as it is: a backup is the way out, and whoever can should offer it."""


class Cancelled(Exception):
    """Raised inside a long task when the person cancelled it. It carries no message: nothing went wrong."""
