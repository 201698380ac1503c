"""keepsight search QUERY"""

from __future__ import annotations

import math
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Filter, Query, SearchResult, tags_filter
from desktop_app.domain.tag import TagId
from desktop_app.services.services import Services


def search(context: Context) -> None:
    """Find photos by plain language, by picture, by tags, or all of them together."""
    options = context.options
    with context.open() as library:
        services = library.services
        query = Query(text=options.query, image=options.image, where=_where(context, services))
        if not query.has_meaning and not (options.tag or options.any_tag or options.not_tag):
            raise UserFacingError(
                "There is nothing to search for.", 'Say what the photo shows: keepsight search "a dog".'
            )
        result = services.searching.search(query, limit=options.limit)
        rows = _rows(services, result)
        value = {
            "query": options.query,
            "total": result.total,
            "seconds": round(result.seconds, 4),
            "results": rows,
        }
        context.output.result(value, [_line(row) for row in rows] or ["No photos found."])
        if result.note:
            context.output.note(result.note)
        if result.partial:
            context.output.note(
                f"Searched {result.searched:,} of {result.total:,} photos: the others are not indexed yet."
            )


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


def _rows(services: Services, result: SearchResult) -> list[dict[str, Any]]:
    rows = []
    for position, photo_id in enumerate(result.photo_ids):
        path = services.browsing.path_of(PhotoId(int(photo_id)))
        ranked = bool(len(result.scores))
        rows.append(
            {
                "path": str(path),
                "score": round(float(result.scores[position]), 4) if ranked else None,
                "probability": _probability(float(result.probabilities[position])) if ranked else None,
            }
        )
    return rows


def _probability(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _line(row: dict[str, Any]) -> str:
    probability = "" if row["probability"] is None else f"{row['probability']:5.0%}  "
    score = "" if row["score"] is None else f"{row['score']:.3f}  "
    return f"{score}{probability}{row['path']}"
