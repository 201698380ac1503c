"""keepsight tags define|rename|move|merge|delete|threshold|undo|redo"""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.cli.edits import photos_counted, report_edit
from desktop_app.domain.edit import Edited
from desktop_app.domain.tag import TagDraft, TagId
from desktop_app.services.services import Services
from desktop_app.services.tag_editing import ThresholdPreview


def define(context: Context) -> None:
    """Make a tag in the person's own words and score the whole library for it."""
    options = context.options
    draft = TagDraft(
        options.name,
        parent=options.parent,
        aliases=tuple(options.alias),
        templates=tuple(options.prompt) or None,
        colour=options.colour,
        threshold=options.threshold,
        looked_for=not options.mine,
        sensitive=options.sensitive,
    )
    with context.open() as library:
        edited = library.services.tag_editing.define(draft)
        definition = library.services.tag_editing.definition(options.name)
    value = {
        "tag": definition.tag.name,
        "group": definition.tag.group,
        "aliases": list(definition.aliases),
        "prompts": None if definition.templates is None else list(definition.templates),
        "photos": edited.photos,
    }
    context.output.result(value, [f"Defined “{definition.tag.name}”: {photos_counted(edited.photos)}."])


def rename(context: Context) -> None:
    """Give a tag another name."""
    _edit(context, lambda services, tag: services.tag_editing.rename(tag, context.options.new_name))


def move(context: Context) -> None:
    """Put a tag under another, or to the top."""
    parent = context.options.parent

    def edit(services: Services, tag: TagId) -> Edited:
        above = None if parent is None else services.tag_editing.definition(parent).tag.id
        return services.tag_editing.move(tag, above)

    _edit(context, edit)


def merge(context: Context) -> None:
    """Make one tag of two."""
    _edit(
        context,
        lambda services, tag: services.tag_editing.merge(
            tag, services.tag_editing.definition(context.options.into).tag.id
        ),
    )


def delete(context: Context) -> None:
    """Delete a tag."""
    _edit(context, lambda services, tag: services.tag_editing.delete(tag))


def threshold(context: Context) -> None:
    """Set a tag's own threshold, or show what one would change."""
    options = context.options
    if not options.preview:
        _edit(context, lambda services, tag: services.tag_editing.set_threshold(tag, options.probability))
        return
    if options.probability is None:
        raise UserFacingError("A preview needs a probability.", "Write it behind the tag: tags threshold beach 0.7.")
    with context.open() as library:
        services = library.services
        preview = services.tag_editing.preview_threshold(
            services.tag_editing.definition(options.name).tag.id, options.probability
        )
        value = {
            "tag": options.name,
            "threshold": options.probability,
            "accepted": preview.accepted,
            "added": [str(services.browsing.path_of(photo)) for photo in preview.added],
            "removed": [str(services.browsing.path_of(photo)) for photo in preview.removed],
        }
    context.output.result(value, _preview_lines(preview, value["added"], value["removed"]))


def undo(context: Context) -> None:
    """Take the latest edit back."""
    _replay(context, "Undone", lambda services: services.tag_editing.undo())


def redo(context: Context) -> None:
    """Do again what was undone last."""
    _replay(context, "Redone", lambda services: services.tag_editing.redo())


def _preview_lines(preview: ThresholdPreview, added: list[str], removed: list[str]) -> list[str]:
    lines = [f"{photos_counted(preview.accepted)} would have the tag: {len(added):,} more, {len(removed):,} fewer."]
    return [*lines, *(f"+ {path}" for path in added), *(f"- {path}" for path in removed)]


def _edit(context: Context, edit: Callable[[Services, TagId], Edited]) -> None:
    """Run an edit of the tag that the options name, and say what it did."""
    with context.open() as library:
        edited = edit(library.services, library.services.tag_editing.definition(context.options.name).tag.id)
    report_edit(context, edited, "Done")


def _replay(context: Context, word: str, replay: Callable[[Services], Edited]) -> None:
    with context.open() as library:
        edited = replay(library.services)
    report_edit(context, edited, word)
