"""What the commands that edit say of it: the same words that undo and redo use."""

from __future__ import annotations

from desktop_app.cli.context import Context
from desktop_app.domain.edit import Edited


def report_edit(context: Context, edited: Edited, word: str = "Done") -> None:
    """Say what was done, and to how many photos. Lines begin with `word`: "Done", "Undone", "Redone"."""
    edit = edited.edit
    value = {"edit": None if edit is None else edit.words, "photos": edited.photos}
    line = "Nothing to do."
    if edit is not None:
        # That an edit touches no photo is worth saying, too.
        line = f"{word}: {edit.words_with_count if edit.photos else f'{edit.words} (0 photos)'}."
    context.output.result(value, [line])


def photos_counted(count: int) -> str:
    """Such as "1 photo", "1,200 photos"."""
    return f"{count:,} photo{'' if count == 1 else 's'}"
