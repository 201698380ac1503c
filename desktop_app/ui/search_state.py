"""What the person is looking for at this moment: one value that every part of the window shows or changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, InFolder, Query, tags_filter
from desktop_app.domain.tag import Tag


class Match(StrEnum):
    """How several ticked tags combine."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """Words or a picture to rank by, within a folder and tags to filter by. Empty: every photo, newest first."""

    text: str = ""
    like: PhotoId | None = None
    like_name: str = ""
    image: Path | None = None
    image_name: str = ""
    folder: InFolder | None = None
    folder_name: str = ""
    ticked: tuple[Tag, ...] = ()
    match: Match = Match.ALL
    excluded: tuple[Tag, ...] = ()

    def query(self) -> Query:
        """The same for the search service."""
        like = () if self.like is None else (self.like,)
        return Query(text=self.text.strip(), like=like, image=self.image, where=self.where())

    def where(self) -> Filter:
        """The filtering part."""
        ids = tuple(tag.id for tag in self.ticked)
        every, some = (ids, ()) if self.match is Match.ALL else ((), ids)
        return self._within_folder(tags_filter(every=every, some=some, none=tuple(tag.id for tag in self.excluded)))

    def counting_filter(self) -> Filter:
        """The filter for the counts beside tags: what one more tick would leave.

        With "any", ticked tags add photos instead of taking them away, so they do not narrow the counts.
        """
        if self.match is Match.ALL:
            return self.where()
        return self._within_folder(tags_filter(none=tuple(tag.id for tag in self.excluded)))

    @property
    def is_ranked(self) -> bool:
        """True when there is something to rank by."""
        return self.query().has_meaning

    @property
    def is_filtered(self) -> bool:
        """True when some photos are left out."""
        return bool(self.folder or self.ticked or self.excluded)

    def _within_folder(self, where: Filter) -> Filter:
        return And((self.folder, where)) if self.folder else where


class SearchState(QObject):
    """Holds the SearchTerms of the window and says when they change. Lives on the GUI thread."""

    changed = Signal(object)
    """The new SearchTerms."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._terms = SearchTerms()

    @property
    def terms(self) -> SearchTerms:
        """What is looked for now."""
        return self._terms

    def set_text(self, text: str) -> None:
        """Rank by words; a picture that was ranked by gives way."""
        if text.strip():
            self._set(replace(self._terms, text=text, like=None, like_name="", image=None))
        else:
            self._set(replace(self._terms, text=""))

    def set_similar(self, photo_id: PhotoId, name: str) -> None:
        """Rank by likeness to a photo of the library."""
        self._set(replace(self._terms, text="", like=photo_id, like_name=name, image=None))

    def set_image(self, image: Path, name: str) -> None:
        """Rank by likeness to a picture file from anywhere."""
        self._set(replace(self._terms, text="", like=None, like_name="", image=image, image_name=name))

    def clear_picture(self) -> None:
        """No longer rank by a picture."""
        self._set(replace(self._terms, like=None, like_name="", image=None))

    def set_folder(self, folder: InFolder | None, name: str = "") -> None:
        """Look in one folder only, or everywhere with None."""
        self._set(replace(self._terms, folder=folder, folder_name=name))

    def toggle_tag(self, tag: Tag) -> None:
        """Tick a tag, or take its tick or exclusion away."""
        if tag in self._terms.ticked or tag in self._terms.excluded:
            self.clear_tag(tag)
        else:
            self._set(replace(self._terms, ticked=(*self._terms.ticked, tag)))

    def exclude_tag(self, tag: Tag) -> None:
        """Leave out photos with this tag."""
        ticked = tuple(other for other in self._terms.ticked if other != tag)
        excluded = (*(other for other in self._terms.excluded if other != tag), tag)
        self._set(replace(self._terms, ticked=ticked, excluded=excluded))

    def clear_tag(self, tag: Tag) -> None:
        """Neither tick nor exclude this tag."""
        ticked = tuple(other for other in self._terms.ticked if other != tag)
        excluded = tuple(other for other in self._terms.excluded if other != tag)
        self._set(replace(self._terms, ticked=ticked, excluded=excluded))

    def set_match(self, match: Match) -> None:
        """All of the ticked tags, or any."""
        self._set(replace(self._terms, match=match))

    def clear_filters(self) -> None:
        """Keep what to rank by; leave nothing out."""
        self._set(replace(self._terms, folder=None, folder_name="", ticked=(), excluded=()))

    def clear(self) -> None:
        """Back to every photo, newest first."""
        self._set(SearchTerms(match=self._terms.match))

    def _set(self, terms: SearchTerms) -> None:
        if terms != self._terms:
            self._terms = terms
            self.changed.emit(terms)
