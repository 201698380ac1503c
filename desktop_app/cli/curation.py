"""keepsight rate|favourite|title|describe"""

from __future__ import annotations

from desktop_app.cli.context import Context
from desktop_app.cli.edits import report_edit
from desktop_app.cli.metadata import photos_at


def rate(context: Context) -> None:
    """Give photos stars."""
    with context.open() as library:
        photos = photos_at(library.services, context.options.paths)
        edited = library.services.curating.rate(photos, context.options.stars)
    report_edit(context, edited)


def favourite(context: Context) -> None:
    """Make photos favourites, or with --off no longer."""
    with context.open() as library:
        photos = photos_at(library.services, context.options.paths)
        edited = library.services.curating.mark_favourite(photos, favourite=not context.options.off)
    report_edit(context, edited)


def title(context: Context) -> None:
    """Give photos a title."""
    with context.open() as library:
        photos = photos_at(library.services, context.options.paths)
        edited = library.services.curating.entitle(photos, context.options.text)
    report_edit(context, edited)


def describe(context: Context) -> None:
    """Give photos a description."""
    with context.open() as library:
        photos = photos_at(library.services, context.options.paths)
        edited = library.services.curating.describe(photos, context.options.text)
    report_edit(context, edited)
