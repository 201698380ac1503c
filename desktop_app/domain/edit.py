"""What a person did to tags, albums and photos, as one thing that can be undone and done again, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from desktop_app.domain.changes import LibraryChanges

EditId = NewType("EditId", int)


class EditKind(StrEnum):
    """Kinds of edits. The values are stored."""

    ADD = "add"
    REMOVE = "remove"
    ACCEPT = "accept"
    REJECT = "reject"
    FORGET = "forget"
    """Decisions taken back: the machine's word counts again."""
    DEFINE = "define"
    DELETE = "delete"
    RENAME = "rename"
    MERGE = "merge"
    REPARENT = "reparent"
    RETHRESHOLD = "rethreshold"
    REDEFINE = "redefine"
    """Aliases, templates, colour, group and the like."""
    IMPORT = "import"
    RATE = "rate"
    FAVOURITE = "favourite"
    ENTITLE = "entitle"
    DESCRIBE = "describe"
    ALBUM_ADD = "album-add"
    ALBUM_REMOVE = "album-remove"
    ALBUM_MAKE = "album-make"
    ALBUM_RENAME = "album-rename"
    ALBUM_DELETE = "album-delete"


_WORDS = {
    EditKind.ADD: "adding “{tag}” to {photos}",
    EditKind.REMOVE: "removing “{tag}” from {photos}",
    EditKind.ACCEPT: "accepting “{tag}” on {photos}",
    EditKind.REJECT: "rejecting “{tag}” on {photos}",
    EditKind.FORGET: "forgetting decisions on “{tag}” for {photos}",
    EditKind.DEFINE: "defining “{tag}”",
    EditKind.DELETE: "deleting “{tag}” from {photos}",
    EditKind.RENAME: "renaming “{tag}” to “{other}”",
    EditKind.MERGE: "merging “{tag}” into “{other}”",
    EditKind.REPARENT: "moving “{tag}” under “{other}”",
    EditKind.RETHRESHOLD: "changing the threshold of “{tag}”",
    EditKind.REDEFINE: "changing “{tag}”",
    EditKind.IMPORT: "importing {tag}",
    EditKind.RATE: "giving {photos} {tag}",
    EditKind.FAVOURITE: "{tag} {photos} as favourite",
    EditKind.ENTITLE: "changing the title of {photos}",
    EditKind.DESCRIBE: "changing the description of {photos}",
    EditKind.ALBUM_ADD: "adding {photos} to the album “{tag}”",
    EditKind.ALBUM_REMOVE: "removing {photos} from the album “{tag}”",
    EditKind.ALBUM_MAKE: "making the album “{tag}”",
    EditKind.ALBUM_RENAME: "renaming the album “{tag}” to “{other}”",
    EditKind.ALBUM_DELETE: "deleting the album “{tag}”",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry of the undo log."""

    id: EditId
    kind: EditKind
    tag: str
    """Name of the tag or album when it was edited; of ratings and favourites what was given: "3 stars", "marking"."""
    other: str
    """The new name, the tag merged into, the new parent ("" at the top): whatever the kind needs besides."""
    photos: int
    """How many photos it touches."""

    @property
    def words(self) -> str:
        """What was done, to stand behind "Undo" or "Redo": adding “beach” to 12 photos."""
        if self.kind is EditKind.REPARENT and not self.other:
            return f"moving “{self.tag}” to the top"
        return _WORDS[self.kind].format(tag=self.tag, other=self.other, photos=self._counted)

    @property
    def words_with_count(self) -> str:
        """The same with how many photos it touches, if any: renaming “sea” to “ocean” (34 photos)."""
        return self.words if not self.photos or self._counted in self.words else f"{self.words} ({self._counted})"

    @property
    def _counted(self) -> str:
        return f"{self.photos:,} photo{'' if self.photos == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Edited:
    """The outcome of an edit, an undo or a redo."""

    edit: Edit | None
    """None when everything was so already."""
    changes: LibraryChanges = field(default_factory=LibraryChanges)

    @property
    def photos(self) -> int:
        """How many photos it touched."""
        return self.edit.photos if self.edit else 0
