"""What the person is looking for at this moment: one value that every part of the window shows or changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Filter, InFolder, InStack, tags_filter
from desktop_app.domain.question import DEFAULT_WEIGHT, Question
from desktop_app.domain.saved_search import SavedSearch
from desktop_app.domain.tag import Tag


class Match(StrEnum):
    """How several ticked tags combine."""

    ALL = "all"
    ANY = "any"


class Showing(StrEnum):
    """How much of the answer is listed."""

    MATCHES = "matches"
    """What matches, and no more."""
    NEAREST = "nearest"
    """When nothing matches: the few that come nearest."""
    EVERYTHING = "everything"
    """Every photo that passes the filters, best first."""


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """A question of the query language and pictures to rank by, within a folder and tags. Empty: every photo, newest first."""

    text: str = ""
    like: tuple[PhotoId, ...] = ()
    like_name: str = ""
    image: Path | None = None
    image_name: str = ""
    folder: InFolder | None = None
    folder_name: str = ""
    stack: PhotoId | None = None
    """The leader of a stack whose photos are shown, and nothing else, until something else is asked for."""
    stack_name: str = ""
    ticked: tuple[Tag, ...] = ()
    match: Match = Match.ALL
    excluded: tuple[Tag, ...] = ()
    sensitivity: float = DEFAULT_SENSITIVITY
    words_weight: float = DEFAULT_WEIGHT
    picture_weight: float = DEFAULT_WEIGHT
    showing: Showing = Showing.MATCHES

    def question(self) -> Question:
        """The same for the search service."""
        if self.stack is not None:
            return Question(where=InStack(self.stack))
        return Question(
            self.text.strip(),
            like=self.like,
            image=self.image,
            where=self.where(),
            picture_weight=self.picture_weight,
            words_weight=self.words_weight,
            sensitivity=self.sensitivity,
            stacks=True,
            everything=self.showing is Showing.EVERYTHING,
        )

    def weighing(self) -> Question:
        """The question without what only decides where its list ends: photos weighed for it answer for any end."""
        return replace(self.question(), sensitivity=DEFAULT_SENSITIVITY, everything=False)

    def sought(self) -> SearchTerms:
        """What is looked for, without the sliders: the terms that a person would call the same search."""
        return SearchTerms(
            text=self.text.strip(),
            like=self.like,
            image=self.image,
            folder=self.folder,
            stack=self.stack,
            ticked=self.ticked,
            match=self.match,
            excluded=self.excluded,
        )

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
    def has_picture(self) -> bool:
        """True when there is a picture to rank by."""
        return bool(self.like or self.image)

    @property
    def asks(self) -> bool:
        """True when something is asked for, in words or by a picture."""
        return bool(self.text.strip()) or self.has_picture

    @property
    def is_filtered(self) -> bool:
        """True when some photos are left out."""
        return bool(self.folder or self.ticked or self.excluded) or self.stack is not None

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
        """Ask this. A picture that is ranked by stays, and both count."""
        self._set(replace(self._terms, text=text, showing=Showing.MATCHES))

    def set_similar(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        """Rank by likeness to photos of the library, and by nothing else."""
        alike = replace(self._terms, text="", like=tuple(photo_ids), like_name=name, image=None)
        self._set(replace(alike, showing=Showing.MATCHES))

    def set_image(self, image: Path, name: str, *, keep_words: bool = False) -> None:
        """Rank by likeness to a picture file from anywhere; with `keep_words`, by the words too."""
        text = self._terms.text if keep_words else ""
        alike = replace(self._terms, text=text, like=(), like_name="", image=image, image_name=name)
        self._set(replace(alike, showing=Showing.MATCHES))

    def clear_picture(self) -> None:
        """No longer rank by a picture."""
        self._set(replace(self._terms, like=(), like_name="", image=None, showing=Showing.MATCHES))

    def set_sensitivity(self, sensitivity: float) -> None:
        """Where the list ends: 0 only the surest, 1 whatever might match. It ends again if everything was shown."""
        self._set(replace(self._terms, sensitivity=sensitivity, showing=Showing.MATCHES))

    def set_words_weight(self, weight: float) -> None:
        """0: only what photos show counts, 1: only what is written about them."""
        self._set(replace(self._terms, words_weight=weight))

    def set_picture_weight(self, weight: float) -> None:
        """With words and a picture. 0: the words decide, 1: the picture."""
        self._set(replace(self._terms, picture_weight=weight))

    def set_showing(self, showing: Showing) -> None:
        """How much of the answer to list."""
        self._set(replace(self._terms, showing=showing))

    def open_saved(self, saved: SavedSearch) -> None:
        """Ask a saved question, and nothing beside it."""
        self._set(
            SearchTerms(
                text=saved.query,
                match=self._terms.match,
                sensitivity=saved.sensitivity,
                words_weight=saved.words_weight,
                picture_weight=self._terms.picture_weight,
            )
        )

    def set_folder(self, folder: InFolder | None, name: str = "") -> None:
        """Look in one folder only, or everywhere with None."""
        self._set(replace(self._terms, folder=folder, folder_name=name))

    def set_stack(self, leader: PhotoId | None, name: str = "") -> None:
        """Show the photos of a stack; with None, what was shown before."""
        self._set(replace(self._terms, stack=leader, stack_name=name))

    def toggle_tag(self, tag: Tag) -> None:
        """Tick a tag, or take its tick or exclusion away."""
        if any(each.id == tag.id for each in (*self._terms.ticked, *self._terms.excluded)):
            self.clear_tag(tag)
        else:
            self._set(replace(self._terms, ticked=(*self._terms.ticked, tag)))

    def exclude_tag(self, tag: Tag) -> None:
        """Leave out photos with this tag."""
        ticked = tuple(other for other in self._terms.ticked if other.id != tag.id)
        excluded = (*(other for other in self._terms.excluded if other.id != tag.id), tag)
        self._set(replace(self._terms, ticked=ticked, excluded=excluded))

    def clear_tag(self, tag: Tag) -> None:
        """Neither tick nor exclude this tag."""
        ticked = tuple(other for other in self._terms.ticked if other.id != tag.id)
        excluded = tuple(other for other in self._terms.excluded if other.id != tag.id)
        self._set(replace(self._terms, ticked=ticked, excluded=excluded))

    def follow_tags(self, tags: Iterable[Tag]) -> None:
        """These are the library's tags now: filters by deleted ones go, those by renamed ones get the new name."""
        there = {tag.id: tag for tag in tags}
        ticked = tuple(there[tag.id] for tag in self._terms.ticked if tag.id in there)
        excluded = tuple(there[tag.id] for tag in self._terms.excluded if tag.id in there)
        self._set(replace(self._terms, ticked=ticked, excluded=excluded))

    def set_match(self, match: Match) -> None:
        """All of the ticked tags, or any."""
        self._set(replace(self._terms, match=match))

    def clear_filters(self) -> None:
        """Keep what to rank by; leave nothing out."""
        self._set(replace(self._terms, folder=None, folder_name="", ticked=(), excluded=()))

    def clear(self) -> None:
        """Back to every photo, newest first. The sliders stay where the person put them."""
        terms = self._terms
        self._set(
            SearchTerms(
                match=terms.match,
                sensitivity=terms.sensitivity,
                words_weight=terms.words_weight,
                picture_weight=terms.picture_weight,
            )
        )

    def _set(self, terms: SearchTerms) -> None:
        if terms.stack is not None and terms.stack == self._terms.stack:
            terms = replace(terms, stack=None, stack_name="")  # whatever else is asked for closes the stack
        if terms != self._terms:
            self._terms = terms
            self.changed.emit(terms)
