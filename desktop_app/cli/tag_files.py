"""keepsight tags import|export"""

from __future__ import annotations

from desktop_app.cli.context import Context
from desktop_app.cli.edits import photos_counted


def export(context: Context) -> None:
    """Write all tags to a file."""
    path = context.options.file
    with context.open() as library:
        exchange = library.services.tag_files.export(path)
    value = {"file": str(path), "tags": len(exchange.tags), "assignments": len(exchange.photos)}
    context.output.result(value, [f"{len(exchange.tags):,} tags on photos {len(exchange.photos):,} times: {path}"])


def take_in(context: Context) -> None:
    """Take in the tags of a file."""
    path = context.options.file
    with context.open() as library:
        imported = library.services.tag_files.take_in(path)
    value = {
        "file": str(path),
        "tags_made": imported.tags_made,
        "photos": imported.edited.photos,
        "unknown": list(imported.unknown),
    }
    lines = [
        f"{imported.tags_made:,} tag{'' if imported.tags_made == 1 else 's'} made, {photos_counted(imported.edited.photos)} tagged."
    ]
    lines += [f"not in the library: {name}" for name in imported.unknown]
    context.output.result(value, lines)
