"""keepsight rate|favourite|title|describe"""

from __future__ import annotations

from collections.abc import Callable, Collection

from desktop_app.cli.context import Context
from desktop_app.cli.edits import report_edit
from desktop_app.cli.metadata import photos_at
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.services.curating import Curating


def rate(context: Context) -> None:
    """Give photos stars."""
    _curate(context, lambda curating, photos: curating.rate(photos, context.options.stars))


def favourite(context: Context) -> None:
    """Make photos favourites, or with --off no longer."""
    _curate(context, lambda curating, photos: curating.mark_favourite(photos, favourite=not context.options.off))


def title(context: Context) -> None:
    """Give photos a title."""
    _curate(context, lambda curating, photos: curating.entitle(photos, context.options.text))


def describe(context: Context) -> None:
    """Give photos a description."""
    _curate(context, lambda curating, photos: curating.describe(photos, context.options.text))


def _curate(context: Context, edit: Callable[[Curating, Collection[PhotoId]], Edited]) -> None:
    """Make one edit of the photos that are named, and say what it was."""
    with context.open() as library:
        edited = edit(library.services.curating, photos_at(library.services, context.options.paths))
    report_edit(context, edited)
