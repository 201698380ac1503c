"""keepsight relink, keepsight missing list|same|join|apart|forget"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import absolute_path
from desktop_app.cli.context import Context
from desktop_app.cli.waiting import result_of
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.recovery import MissingPhoto
from desktop_app.services.services import Services


def relink(context: Context) -> None:
    """Say where a folder is now, and bring it up to date there."""
    with context.open() as library:
        services = library.services
        root = services.recovering.relink(context.options.old, context.options.new)
        report = result_of(services.indexing.start([root.root_id]))
        photos = next((each.photos for each in services.browsing.roots() if each.root_id == root.root_id), 0)
    value = {"root": str(root.path), "photos": photos, "embedded": report.embedded, "missing": report.missing}
    context.output.result(value, [f"{root.path}: {photos:,} photos, {report.embedded:,} of them read anew."])


def list_missing(context: Context) -> None:
    """Photos whose files are gone from folders that are there."""
    with context.open() as library:
        photos = library.services.recovering.missing()
    value = [_as_json(photo) for photo in photos]
    lines = [f"{photo.since.astimezone():%Y-%m-%d %H:%M}  {photo.path}" for photo in photos]
    context.output.result(value, lines or ["No photo is missing."])


def same(context: Context) -> None:
    """Missing photos beside later ones that they probably became."""
    with context.open() as library:
        pairs = library.services.recovering.probably_same()
    value = [
        {"missing": str(pair.missing.path), "found": str(pair.found_path), "similarity": round(pair.similarity, 3)}
        for pair in pairs
    ]
    lines = [f"{pair.similarity:.0%}  {pair.missing.path} -> {pair.found_path}" for pair in pairs]
    context.output.result(value, lines or ["No missing photo seems to have turned up elsewhere."])


def join(context: Context) -> None:
    """A missing photo became another one: tags and stars go over to that."""
    with context.open() as library:
        missing, found = _pair(library.services, context)
        library.services.recovering.join(missing, found)
    context.output.result({"joined": True}, ["They are one photo now."])


def apart(context: Context) -> None:
    """Two photos are different ones."""
    with context.open() as library:
        missing, found = _pair(library.services, context)
        library.services.recovering.tell_apart(missing, found)
    context.output.result({"joined": False}, ["They will not be offered as the same again."])


def forget(context: Context) -> None:
    """Take missing photos off the list; their tags are kept for when they come back."""
    with context.open() as library:
        services = library.services
        photos = services.recovering.missing()
        if not context.options.all:
            photos = [_missing(photos, path) for path in context.options.paths]
        services.organising.forget_missing([photo.photo_id for photo in photos])
    count = len(photos)
    context.output.result({"forgotten": count}, [f"{count:,} photo{'s' if count != 1 else ''} forgotten."])


def _pair(services: Services, context: Context) -> tuple[PhotoId, PhotoId]:
    missing = _missing(services.recovering.missing(), context.options.old).photo_id
    found = services.browsing.photo_at(context.options.new)
    if found is None:
        raise UserFacingError(f"{context.options.new} is not in the library.", "Index its folder first.")
    return missing, found


def _missing(photos: list[MissingPhoto], path: Path) -> MissingPhoto:
    full = absolute_path(path)
    found = next((photo for photo in photos if photo.path == full), None)
    if found is None:
        raise UserFacingError(f"{path} is not among the missing photos.", "`keepsight missing list` shows them.")
    return found


def _as_json(photo: MissingPhoto) -> dict[str, Any]:
    return {"path": str(photo.path), "since": photo.since.isoformat()}
