"""What can be wrong with a question, and where."""

from __future__ import annotations

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.query_terms import Span


class QueryProblem(UserFacingError):
    """The text is no question we understand. `span` marks the part that is at fault, `next_step` says how to mend it.

    `replacement` is what that part was probably meant to be, where that can be told; else it is empty.
    """

    def __init__(self, sentence: str, span: Span, next_step: str = "", *, replacement: str = "") -> None:
        super().__init__(sentence, next_step)
        self.span = span
        self.replacement = replacement
