"""Searches that a person keeps: live albums in the sidebar."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY
from desktop_app.domain.question import DEFAULT_WEIGHT, Answer
from desktop_app.domain.saved_search import SavedSearch
from desktop_app.services.asking import Asking
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.understanding import Understanding
from desktop_app.store.saved_searches import change_search, drop_search, save_search, saved_searches


class SavedSearches:
    """Keeps questions by name. Every answer is worked out anew, so that it follows the library."""

    def __init__(self, store: LibraryStore, asking: Asking, understanding: Understanding) -> None:
        self._store = store
        self._asking = asking
        self._understanding = understanding

    def all(self) -> list[SavedSearch]:
        """The kept searches, by name."""
        return saved_searches(self._store.reader)

    def named(self, name: str) -> SavedSearch:
        """The search of that name, in any case. Raises UserFacingError when there is none."""
        for saved in self.all():
            if saved.name.casefold() == name.casefold():
                return saved
        raise UserFacingError(f"There is no saved search {name!r}.", "`keepsight saved list` shows those there are.")

    def save(
        self,
        name: str,
        query: str,
        *,
        sensitivity: float = DEFAULT_SENSITIVITY,
        words_weight: float = DEFAULT_WEIGHT,
    ) -> LibraryChanges:
        """Keep a question; one of that name is changed. Raises QueryProblem for a question that is not understood."""
        cleaned = _clean(name)
        self._understanding.tree(query)
        return self._store.change(
            lambda session: save_search(session, cleaned, query, sensitivity=sensitivity, words_weight=words_weight)
        )

    def change(self, saved: SavedSearch) -> LibraryChanges:
        """Give the search with this id another name, question or settings.

        Raises UserFacingError when the name is taken, QueryProblem for a question that is not understood.
        """
        cleaned = replace(saved, name=_clean(saved.name))
        self._understanding.tree(saved.query)
        if any(other.name.casefold() == cleaned.name.casefold() and other.id != saved.id for other in self.all()):
            raise UserFacingError(f"There is a saved search {cleaned.name!r} already.", "Choose another name.")
        return self._store.change(lambda session: change_search(session, cleaned))

    def rename(self, name: str, new_name: str) -> LibraryChanges:
        """Give a search another name. Raises UserFacingError when there is none, or the new name is taken."""
        return self.change(replace(self.named(name), name=new_name))

    def remove(self, name: str) -> LibraryChanges:
        """Keep a search no longer; no photo is touched. Raises UserFacingError when there is none of that name."""
        saved = self.named(name)
        return self._store.change(lambda session: drop_search(session, saved.name))

    def run(self, name: str, *, limit: int | None = None) -> Answer:
        """The photos of a saved search as they are now."""
        return self._asking.ask(self.named(name).question(), limit=limit)

    def count(self, saved: SavedSearch) -> int:
        """How many photos a saved search has now. Raises QueryProblem when it names what is no longer there."""
        return self._asking.ask(saved.question(), limit=0).matches


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise UserFacingError("A saved search needs a name.")
    return cleaned
