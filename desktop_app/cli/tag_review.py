"""keepsight tags suggest|accept|reject|review"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.cli.tags import photo_at
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.review import ReviewItem
from desktop_app.domain.tag import TagState
from desktop_app.services.services import Services

_ASK = "accept (a), reject (r), skip (s), undo (u), quit (q)? "


def suggest(context: Context) -> None:
    """Photos that wait for the person's word on a tag, the most probable first."""
    with context.open() as library:
        services = library.services
        tag = services.tag_editing.definition(context.options.name).tag
        waiting = [item for item in services.reviewing.queue(tag.id) if item.state is TagState.SUGGESTED]
        waiting.sort(key=lambda item: -item.probability)
        _show(context, services, waiting[: context.options.limit])


def accept(context: Context) -> None:
    """The tag is true of these photos, or of all that are suggested from a probability on."""
    _decide(context, "accepted", lambda services: services.tagging.accept)


def reject(context: Context) -> None:
    """The tag is not true of these photos, or of all that are suggested below a probability."""
    _decide(context, "rejected", lambda services: services.tagging.reject)


def review(context: Context) -> None:
    """Go through a tag's photos, the most uncertain first: asked one by one on a terminal, listed otherwise."""
    with context.open() as library:
        services = library.services
        tag = services.tag_editing.definition(context.options.name).tag
        waiting = services.reviewing.queue(tag.id, limit=context.options.limit)
        if context.output.as_json or not sys.stdin.isatty():
            _show(context, services, waiting)
            return
        done = _ask_all(context, services, tag.name, waiting)
    context.output.result({"tag": tag.name, "decided": done}, [f"{done} of {len(waiting)} decided."])


def _ask_all(context: Context, services: Services, name: str, waiting: Sequence[ReviewItem]) -> int:
    done = at = 0
    while at < len(waiting):
        item = waiting[at]
        context.output.note(
            f"{at + 1}/{len(waiting)}  {item.probability:.0%}  {services.browsing.path_of(item.photo_id)}"
        )
        sys.stderr.write(_ASK)
        sys.stderr.flush()
        answer = sys.stdin.readline().strip().lower()[:1] or "q"
        if answer == "q":
            break
        if answer == "u" and at:
            at -= 1
            done -= int(services.tagging.forget(name, [waiting[at].photo_id]).edit is not None)
        elif answer in {"a", "r"}:
            decide = services.tagging.accept if answer == "a" else services.tagging.reject
            decide(name, [item.photo_id])
            done, at = done + 1, at + 1
        elif answer == "s":
            at += 1
    return done


def _decide(
    context: Context, verb: str, action: Callable[[Services], Callable[[str, Sequence[PhotoId]], Edited]]
) -> None:
    options = context.options
    with context.open() as library:
        services = library.services
        tag = services.tag_editing.definition(options.name).tag
        photos = [photo_at(services, path) for path in options.paths]
        if options.from_probability is not None:
            photos += _suggested(services.reviewing.queue(tag.id), verb, bound=options.from_probability)
        if not photos and options.from_probability is None:
            raise UserFacingError(
                "No photos were named.", "Name files, or choose suggestions with --from P or --below P."
            )
        edited = action(services)(tag.name, photos)
    value = {"tag": tag.name, "photos": edited.photos}
    context.output.result(value, [f"{edited.photos} photo{'' if edited.photos == 1 else 's'} {verb}."])


def _suggested(waiting: Sequence[ReviewItem], verb: str, *, bound: float) -> list[PhotoId]:
    """Accepting takes what is at least so probable, rejecting what is less."""
    if verb == "accepted":
        return [item.photo_id for item in waiting if item.probability >= bound]
    return [item.photo_id for item in waiting if item.probability < bound]


def _show(context: Context, services: Services, items: Sequence[ReviewItem]) -> None:
    listed: list[tuple[Path | None, ReviewItem]] = [(services.browsing.path_of(item.photo_id), item) for item in items]
    value: list[dict[str, Any]] = [
        {"path": str(path), "probability": item.probability, "state": item.state.value} for path, item in listed
    ]
    lines = [f"{item.probability:>5.0%}  {path}" for path, item in listed]
    context.output.result(value, lines or ["Nothing waits for your word."])
