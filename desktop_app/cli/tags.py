"""keepsight tags photo|list|add|remove"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import AssignedTag
from desktop_app.services.services import Services


def of_photo(context: Context) -> None:
    """One photo's tags, the person's own first, then by falling probability."""
    with context.open() as library:
        details = library.services.browsing.details(photo_at(library.services, context.options.path))
    assigned = details.tags if details else ()
    context.output.result([_as_json(tag) for tag in assigned], [_line(tag) for tag in assigned] or ["No tags."])


def list_tags(context: Context) -> None:
    """All tags with their counts."""
    with context.open() as library:
        counts = library.services.browsing.tag_counts()
    value = [{"tag": item.tag.name, "group": item.tag.group, "photos": item.count} for item in counts]
    context.output.result(value, [f"{item.count:>7,}  {item.tag.name}" for item in counts] or ["No tags yet."])


def add(context: Context) -> None:
    """Give photos a tag."""
    with context.open() as library:
        photos = _photos(library.services, context.options.paths)
        edited = library.services.tagging.add(context.options.tag, photos)
    _report(context, edited, "tagged")


def remove(context: Context) -> None:
    """Take a tag off photos."""
    with context.open() as library:
        photos = _photos(library.services, context.options.paths)
        if library.services.browsing.tag_named(context.options.tag) is None:
            raise UserFacingError(f"There is no tag {context.options.tag!r}.")
        edited = library.services.tagging.remove(context.options.tag, photos)
    _report(context, edited, "untagged")


def _report(context: Context, edited: Edited, verb: str) -> None:
    value = {"tag": context.options.tag, "photos": edited.photos}
    context.output.result(value, [f"{edited.photos} photo{'s' if edited.photos != 1 else ''} {verb}."])


def _photos(services: Services, paths: list[Path]) -> list[PhotoId]:
    return [photo_at(services, path) for path in paths]


def photo_at(services: Services, path: Path) -> PhotoId:
    """The photo of the library at a path. Raises UserFacingError when there is none."""
    found = services.browsing.photo_at(path)
    if found is None:
        raise UserFacingError(f"{path} is not in the library.", "Index its folder first: keepsight index FOLDER.")
    return found


def _as_json(assigned: AssignedTag) -> dict[str, Any]:
    return {
        "tag": assigned.tag.name,
        "source": assigned.source.value,
        "state": assigned.state.value,
        "probability": assigned.probability,
    }


def _line(assigned: AssignedTag) -> str:
    probability = "" if assigned.probability is None else f" {assigned.probability:.0%}"
    return f"{assigned.tag.name} ({assigned.source.value}, {assigned.state.value}{probability})"
