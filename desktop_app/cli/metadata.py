"""keepsight metadata write|read|naming"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_folder
from desktop_app.cli.context import Context
from desktop_app.cli.edits import photos_counted
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.sidecar import SidecarNaming
from desktop_app.services.metadata_sync import SidecarChange
from desktop_app.services.services import Services


def write(context: Context) -> None:
    """Write tags, stars, titles and places into sidecars, or show with --dry-run what that would change."""
    options = context.options
    naming = None if options.naming is None else SidecarNaming(options.naming)
    with context.open() as library:
        services = library.services
        photos = photos_named(context, services)
        sync = services.metadata
        dry_run = sync.preview(photos, naming=naming, differences=True)
        run = dry_run if options.dry_run else sync.write(photos, naming=naming)
        rows: list[dict[str, Any]] = []
        unchanged = 0
        for change in run:
            if not change.fields and not change.problem:
                unchanged += 1
                continue
            rows.append(_as_json(change) | ({"difference": change.difference} if change.difference else {}))
    failed = sum("problem" in row for row in rows)
    value = {"dry_run": options.dry_run, "changed": len(rows) - failed, "unchanged": unchanged, "failed": failed}
    summary = _summary(len(rows) - failed, unchanged, dry_run=options.dry_run)
    context.output.result(value | {"sidecars": rows}, [*(line for row in rows for line in _lines(row)), summary])
    if failed:
        raise UserFacingError(
            f"{failed} sidecar{'s' if failed != 1 else ''} could not be written.", "The list says why."
        )


def read(context: Context) -> None:
    """Read again what other programs wrote, embedded and in sidecars."""
    with context.open() as library:
        photos = photos_named(context, library.services)
        library.services.metadata.read_again(photos)
    context.output.result({"photos": len(photos)}, [f"{photos_counted(len(photos))} read."])


def naming(context: Context) -> None:
    """Show or choose what new sidecars are called."""
    with context.open() as library:
        sync = library.services.metadata
        if context.options.name is not None:
            sync.choose_naming(SidecarNaming(context.options.name))
        chosen = sync.naming
    context.output.result({"naming": chosen.value}, [chosen.value])


def photos_named(context: Context, services: Services) -> list[PhotoId]:
    """The photos that the options mean: all of them, or those at the paths, folders with all in them."""
    options = context.options
    if options.all == bool(options.paths):
        options.usage_error("name photos or folders, or say --all")
    if options.all:
        return [PhotoId(photo_id) for photo_id in services.browsing.photo_ids().tolist()]
    return photos_at(services, options.paths)


def photos_at(services: Services, paths: Sequence[Path]) -> list[PhotoId]:
    """The photos at these paths, each once. Raises UserFacingError for one that is not in the library."""
    found: dict[PhotoId, None] = {}
    for path in paths:
        ids = services.browsing.photos_below(path) if is_folder(path) else [services.browsing.photo_at(path)]
        if not ids or ids[0] is None:
            raise UserFacingError(f"{path} is not in the library.", "Index its folder first: keepsight index FOLDER.")
        found |= dict.fromkeys(photo_id for photo_id in ids if photo_id is not None)
    return list(found)


def _as_json(change: SidecarChange) -> dict[str, Any]:
    value: dict[str, Any] = {"photo": str(change.photo), "sidecar": str(change.sidecar), "new": change.is_new}
    if change.problem:
        return value | {"problem": change.problem}
    fields = [{"field": each.field, "before": each.before, "after": each.after} for each in change.fields]
    return value | {"changes": fields}


def _lines(row: dict[str, Any]) -> list[str]:
    if "problem" in row:
        return [f"{row['sidecar']}: not written: {row['problem']}"]
    if "difference" in row:
        return [row["difference"]]
    return [f"{row['sidecar']}: {', '.join(each['field'] for each in row['changes'])}"]


def _summary(changed: int, unchanged: int, *, dry_run: bool) -> str:
    verb = "would be written" if dry_run else "written"
    rest = f", {unchanged:,} up to date already" if unchanged else ""
    return f"{changed:,} sidecar{'s' if changed != 1 else ''} {verb}{rest}."
