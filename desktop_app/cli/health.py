"""keepsight verify, keepsight backup, keepsight restore"""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import LibraryPaths, absolute_path
from desktop_app.cli.context import Context
from desktop_app.domain.health import Backup, DatabaseHealth, FilesHealth
from desktop_app.services.backing_up import restore_library
from desktop_app.services.services import Services


def verify(context: Context) -> None:
    """Check the library, and the photos themselves when asked. Exit code 1 when something is wrong."""
    options = context.options
    with context.open() as library:
        if options.repair:
            library.services.verifying.repair()
        database = library.services.verifying.database()
        files = _check_files(library.services, context) if options.hashes else None
    sound = database.sound and (files is None or files.sound)
    context.output.result(_as_json(sound, database, files), _lines(database, files))
    if not sound:
        raise UserFacingError("Something is wrong with the library or its photos.", _advice(database, files))


def _check_files(services: Services, context: Context) -> FilesHealth:
    shown = sys.stderr.isatty() and not context.output.as_json
    with tqdm(unit="photo", disable=not shown, dynamic_ncols=True, leave=False) as bar:

        def show(checked: int) -> None:
            bar.update(checked - bar.n)

        return services.verifying.files(progress=show)


def _as_json(sound: bool, database: DatabaseHealth, files: FilesHealth | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "ok": sound,
        "database": {"ok": not database.faults and not database.dangling_rows, "faults": list(database.faults)},
        "orphans": {
            "dangling_rows": database.dangling_rows,
            "photos_without_texts": database.photos_without_texts,
            "unused_thumbnails": database.unused_thumbnails,
        },
        "thumbnails": {"missing": database.photos_without_thumbnail, "damaged": database.damaged_thumbnails},
        "vectors": {"checked": database.vectors, "damaged": database.damaged_vectors},
    }
    if files is not None:
        value["hashes"] = {
            "checked": files.checked,
            "corrupted": [str(path) for path in files.corrupted],
            "changed": [str(path) for path in files.changed],
            "unreadable": [str(path) for path in files.unreadable],
        }
    return value


def _lines(database: DatabaseHealth, files: FilesHealth | None) -> list[str]:
    lines = [f"Library file: {fault}" for fault in database.faults] or ["The library file is sound."]
    counts = {
        "rows that point nowhere": database.dangling_rows,
        "photos that word search cannot find": database.photos_without_texts,
        "photos without a thumbnail": database.photos_without_thumbnail,
        "damaged thumbnails": database.damaged_thumbnails,
        "damaged vectors": database.damaged_vectors,
        "unused thumbnails (harmless)": database.unused_thumbnails,
    }
    lines += [f"{count:,} {name}" for name, count in counts.items() if count]
    if files is not None:
        lines += [f"{path}: other bytes than before, though nobody wrote to it" for path in files.corrupted]
        lines += [f"{path}: cannot be read" for path in files.unreadable]
        lines.append(f"{files.checked:,} photos read again, {len(files.changed):,} changed since the last look.")
    return lines


def _advice(database: DatabaseHealth, files: FilesHealth | None) -> str:
    if database.beyond_mending:
        return "Put the newest backup in its place: keepsight restore."
    if not database.sound:
        return "Mend it: keepsight verify --repair, then keepsight index."
    assert files is not None  # nothing else can be wrong
    return "Take the damaged photos from a backup of your own; the drive may be failing."


def backup(context: Context) -> None:
    """Back the library file up, or list the backups."""
    with context.open() as library:
        backing_up = library.services.backing_up
        made = [] if context.options.list else [backing_up.back_up(context.options.target)]
        listed = backing_up.backups_with_photos() if context.options.list else made
    lines = [_backup_line(each) for each in listed]
    value = [_backup_as_json(each) for each in listed]
    context.output.result(value if context.options.list else value[0], lines or ["There is no backup yet."])


def restore(context: Context) -> None:
    """Put a backup in the library's place."""
    used, aside = restore_library(LibraryPaths(absolute_path(context.options.library)), context.options.backup)
    value = _backup_as_json(used) | {"damaged_put_aside": None if aside is None else str(aside)}
    lines = [f"The library is as it was on {used.made_at.astimezone():%Y-%m-%d at %H:%M}."]
    if aside is not None:
        lines.append(f"The damaged file was put aside: {aside}")
    context.output.result(value, [*lines, "Bring it up to date: keepsight index"])


def _backup_line(made: Backup) -> str:
    photos = "" if made.photos is None else f"  {made.photos:,} photo{'s' if made.photos != 1 else ''}"
    return f"{made.made_at.astimezone():%Y-%m-%d %H:%M}  {made.size / 1e6:,.1f} MB{photos}  {made.path}"


def _backup_as_json(made: Backup) -> dict[str, Any]:
    value: dict[str, Any] = {"path": str(made.path), "made_at": made.made_at.isoformat(), "bytes": made.size}
    return value if made.photos is None else value | {"photos": made.photos}
