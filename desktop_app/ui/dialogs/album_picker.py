"""Which album to put photos into: those that there are, or a new one by its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop_app.domain.album import Album
from desktop_app.domain.fuzzy import best_matches
from desktop_app.domain.tag_choices import TagChoice
from desktop_app.ui.tagging.tag_picker import TagPicker
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted


class AlbumPicker(TagPicker):
    """Used as the field for tags is: a few letters, up and down, Enter. The choice's name is the album's."""

    def __init__(self, photos: int, albums: Sequence[Album], theme: Theme, parent: QWidget | None = None) -> None:
        self._albums = {album.name: album for album in albums}
        super().__init__(f"Add {counted(photos, 'photo')} to an album", theme, parent)
        self.field.setAccessibleName("Album")
        self.field.setPlaceholderText("Type the name of an album")
        self.list.setAccessibleName("Albums")

    def offered(self, typed: str) -> list[TagChoice]:
        """All albums, or those that answer to what is typed and the one that could be made."""
        name = " ".join(typed.split())
        if not name:
            return [_choice(album) for album in self._albums.values()]
        found = best_matches(name, [(each, each) for each in self._albums], limit=len(self._albums))
        rows = [_choice(self._albums[each]) for each in found]
        known = any(each.casefold() == name.casefold() for each in self._albums)
        return rows if known else [*rows, TagChoice(name, "New album", is_new=True)]

    def words_below(self) -> str:
        """What the Enter key would do."""
        marked = self.list.marked
        if marked is not None:
            return f"Enter makes the album “{marked.name}”" if marked.is_new else f"Enter adds to “{marked.name}”"
        return "Type a name, or ↓ to choose" if self._albums else "Type a name for your first album"


def _choice(album: Album) -> TagChoice:
    return TagChoice(album.name, counted(album.photos, "photo"))
