"""keepsight search QUERY"""

from __future__ import annotations

import math
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.domain.clock import clock
from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Filter, tags_filter
from desktop_app.domain.question import Answer, EndedBy, Question, Reason
from desktop_app.domain.tag import TagId
from desktop_app.services.services import Services

_READ_DOWN = 0.8
"""How generous a list is that was not told how sensitive to be: it is read from the top down, and has no slider beside it to
ask for more. Whether anything matches at all is judged as in the window."""

_AROUND = 60
"""Characters."""


def search(context: Context) -> None:
    """Find photos by plain language, by picture, by tags, or all of them together."""
    options = context.options
    with context.open() as library:
        services = library.services
        if (
            not options.query.strip()
            and options.image is None
            and not (options.tag or options.any_tag or options.not_tag)
        ):
            raise UserFacingError(
                "There is nothing to search for.", 'Say what the photo shows: keepsight search "a dog".'
            )
        question = Question(
            text=options.query,
            image=options.image,
            where=_where(context, services),
            sensitivity=DEFAULT_SENSITIVITY if options.sensitivity is None else options.sensitivity,
            generosity=_READ_DOWN if options.sensitivity is None else None,
            words_weight=options.words_weight,
            picture_weight=options.picture_weight,
            everything=options.all,
        )
        show_answer(context, services, question)


def show_answer(context: Context, services: Services, question: Question) -> None:
    """Ask a question and print its answer."""
    try:
        answer = services.asking.ask(question, limit=context.options.limit)
    except QueryProblem as problem:
        raise pointed_out(question.text, problem) from problem
    rows = _rows(services, question, answer)
    value = {
        "query": question.text,
        "total": answer.result.total,
        "matches": answer.matches,
        "seconds": round(answer.result.seconds, 4),
        "ended_by": answer.ended_by.value,
        "results": rows,
    }
    context.output.result(value, [_line(row) for row in rows] or [_nothing(answer)])
    if answer.result.partial:
        searched, total = answer.result.searched, answer.result.total
        context.output.note(f"Searched {searched:,} of {total:,} photos: the others are not indexed yet.")
    if answer.result.note:
        context.output.note(answer.result.note)


def pointed_out(text: str, problem: QueryProblem) -> UserFacingError:
    """The problem with the place it is at, for a terminal: characters count from 1."""
    start = problem.span.start
    # Of a long question only what stands around the place.
    first, last = max(0, start - _AROUND), start + _AROUND
    shown = f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
    return UserFacingError(f"At character {start + 1} of {shown!r}: {problem.sentence}", problem.next_step)


def _nothing(answer: Answer) -> str:
    if answer.ended_by is EndedBy.NOTHING_MATCHES and len(answer.nearest):
        return "Nothing here matches. --all shows what comes nearest."
    return "No photos found."


def _where(context: Context, services: Services) -> Filter:
    options = context.options
    return tags_filter(
        every=_ids(services, options.tag), some=_ids(services, options.any_tag), none=_ids(services, options.not_tag)
    )


def _ids(services: Services, names: list[str]) -> tuple[TagId, ...]:
    ids = []
    for name in names:
        tag = services.browsing.tag_named(name)
        if tag is None:
            raise UserFacingError(f"There is no tag {name!r}.", "`keepsight tags list` shows the tags there are.")
        ids.append(tag.id)
    return tuple(ids)


def _rows(services: Services, question: Question, answer: Answer) -> list[dict[str, Any]]:
    result = answer.result
    ids = [PhotoId(photo_id) for photo_id in result.photo_ids.tolist()]
    reasons = services.asking.why(question, ids) if ids else {}
    moments = services.asking.moments(question, ids) if ids else {}
    ranked = bool(len(result.scores))
    return [
        {
            "path": str(services.browsing.path_of(photo_id)),
            "score": _number(float(result.scores[position])) if ranked else None,
            "probability": _number(float(result.probabilities[position])) if ranked else None,
            "second": round(moments[photo_id], 1) if photo_id in moments else None,
            "why": [_why(reason) for reason in reasons[photo_id]],
        }
        for position, photo_id in enumerate(ids)
    ]


def _why(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind.value,
        "term": f"-{reason.term}" if reason.negated else reason.term,
        "probability": reason.probability,
        "found": list(reason.found),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _line(row: dict[str, Any]) -> str:
    probability = "" if row["probability"] is None else f"{row['probability']:5.0%}  "
    score = "" if row["score"] is None else f"{row['score']:.3f}  "
    moment = "" if row["second"] is None else f"  at {clock(row['second'])}"
    return f"{score}{probability}{row['path']}{moment}"
