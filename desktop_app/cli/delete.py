"""keepsight delete PATH…"""

from __future__ import annotations

import sys
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import absolute_path
from desktop_app.cli.context import Context
from desktop_app.domain.photo import PhotoLocation
from desktop_app.services.services import Services


def delete(context: Context) -> None:
    """Move photos to the system's trash, after asking."""
    options = context.options
    with context.open() as library:
        places = [_place(library.services, absolute_path(path)) for path in options.paths]
        if not options.yes and not _agreed(len(places), context):
            raise UserFacingError("Nothing was deleted.")
        deleted = library.services.deleting.delete(places)
    value = {
        "trashed": [str(path) for path in deleted.trashed],
        "refused": [{"path": str(path), "reason": reason} for path, reason in deleted.refused],
    }
    lines = [f"{path} is in the trash." for path in deleted.trashed]
    context.output.result(value, lines + [f"{path} stays: {reason}" for path, reason in deleted.refused])


def _place(services: Services, path: Path) -> PhotoLocation:
    photo = services.browsing.photo_at(path)
    places = [] if photo is None else services.deleting.files_of([photo])
    found = next((place for place in places if place.path == path), None)
    if found is None:
        raise UserFacingError(f"{path} is not in the library, or not there at present.")
    return found


def _agreed(count: int, context: Context) -> bool:
    if not sys.stdin.isatty() or context.output.as_json:
        context.options.usage_error("say --yes to delete without being asked")
    context.output.note(f"Move {count} photo{'s' if count != 1 else ''} to the trash? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
