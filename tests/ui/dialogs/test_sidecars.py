"""What the dialog about sidecars says of a preview."""

from __future__ import annotations

from pathlib import Path

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.sidecar import FieldChange
from desktop_app.services.metadata_sync import SidecarChange
from desktop_app.ui.dialogs.sidecars import change_words, preview_words

PHOTO, SIDECAR = Path("/photos/a.jpg"), Path("/photos/a.jpg.xmp")


def change(*fields: FieldChange, is_new: bool = False, problem: str = "") -> SidecarChange:
    return SidecarChange(PhotoId(1), PHOTO, SIDECAR, is_new=is_new, fields=fields, problem=problem)


RATED = FieldChange("rating", "", "4")
EMPTIED = FieldChange("title", "Old", "")
LONG = FieldChange("description", "", "many words " * 30)


def test_a_row_says_what_comes_and_what_goes() -> None:
    assert change_words(change(RATED, EMPTIED)) == "rating 4 · no title"
    assert change_words(change(RATED, is_new=True)) == "new: rating 4"
    assert change_words(change(problem="it is damaged")) == "cannot be written: it is damaged"
    assert change_words(change(LONG)).endswith("…")
    assert len(change_words(change(LONG))) < 100


def test_a_preview_is_summed_up() -> None:
    assert preview_words([change()]).startswith("Nothing to write")
    new, changed, damaged = change(RATED, is_new=True), change(RATED), change(problem="it is damaged")
    assert preview_words([new, changed, changed, change()]) == "1 new sidecar and 2 changed ones would be written."
    assert preview_words([new, new, damaged]) == "2 new sidecars would be written. 1 cannot be written."
    assert preview_words([damaged]) == "No sidecar would be written. 1 cannot be written."
