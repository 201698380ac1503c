"""keepsight albums list|make|rename|delete|add|remove"""

from __future__ import annotations

from desktop_app.cli.context import Context
from desktop_app.cli.edits import report_edit
from desktop_app.cli.metadata import photos_at


def list_albums(context: Context) -> None:
    """The albums with how many photos each holds."""
    with context.open() as library:
        found = library.services.albums.all()
    value = [{"album": album.name, "photos": album.photos} for album in found]
    context.output.result(value, [f"{album.photos:>7,}  {album.name}" for album in found] or ["No albums yet."])


def make(context: Context) -> None:
    """Make an empty album."""
    with context.open() as library:
        edited = library.services.albums.make(context.options.album)
    report_edit(context, edited)


def rename(context: Context) -> None:
    """Another name for an album."""
    with context.open() as library:
        edited = library.services.albums.rename(context.options.album, context.options.name)
    report_edit(context, edited)


def delete(context: Context) -> None:
    """Delete an album; its photos stay."""
    with context.open() as library:
        edited = library.services.albums.delete(context.options.album)
    report_edit(context, edited)


def add(context: Context) -> None:
    """Put photos into an album, which is made when it is new."""
    with context.open() as library:
        photos = photos_at(library.services, context.options.paths)
        edited = library.services.albums.add(context.options.album, photos)
    report_edit(context, edited)


def remove(context: Context) -> None:
    """Take photos out of an album."""
    with context.open() as library:
        photos = photos_at(library.services, context.options.paths)
        edited = library.services.albums.remove(context.options.album, photos)
    report_edit(context, edited)
