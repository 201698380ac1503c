"""Searches that a person keeps: live albums in the sidebar."""

from __future__ import annotations

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.question import Answer, Question
from desktop_app.domain.saved_search import SavedSearch
from desktop_app.services.asking import Asking
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.understanding import Understanding
from desktop_app.store.curation import drop_search, rename_search, save_search, saved_searches


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

    def save(self, name: str, query: str) -> LibraryChanges:
        """Keep a question; one of that name is changed. Raises QueryProblem for a question that is not understood."""
        cleaned = _clean(name)
        self._understanding.tree(query)
        return self._store.change(lambda session: save_search(session, cleaned, query))

    def rename(self, name: str, new_name: str) -> LibraryChanges:
        """Give a search another name. Raises UserFacingError when there is none, or the new name is taken."""
        saved, cleaned = self.named(name), _clean(new_name)
        if any(other.name.casefold() == cleaned.casefold() and other.id != saved.id for other in self.all()):
            raise UserFacingError(f"There is a saved search {cleaned!r} already.", "Choose another name.")
        return self._store.change(lambda session: rename_search(session, saved.id, cleaned))

    def remove(self, name: str) -> LibraryChanges:
        """Keep a search no longer; no photo is touched. Raises UserFacingError when there is none of that name."""
        saved = self.named(name)
        return self._store.change(lambda session: drop_search(session, saved.name))

    def run(self, name: str, *, limit: int | None = None) -> Answer:
        """The photos of a saved search as they are now."""
        return self._asking.ask(Question(text=self.named(name).query), limit=limit)


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise UserFacingError("A saved search needs a name.")
    return cleaned
