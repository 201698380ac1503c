"""What a person says of photos beside tags: stars, favourites, titles, descriptions. Every call can be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.annotations import MOST_STARS, clean_text
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import Curation, PhotoId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.curation import curation_of, describe, entitle, mark_favourite, rate
from desktop_app.store.stacks import with_pairs


class Curating:
    """The person's word on photos, which outranks what files say; on both halves of a pair that is shown as one photo."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def said_of(self, photo_ids: Sequence[PhotoId]) -> Curation:
        """What is said of a photo, or as far as it is the same of several."""
        return curation_of(self._store.reader, photo_ids)

    def rate(self, photo_ids: Collection[PhotoId], stars: int) -> Edited:
        """Give 1 to 5 stars, or none (0). Raises UserFacingError for other numbers."""
        if not 0 <= stars <= MOST_STARS:
            raise UserFacingError(f"A photo has 0 to {MOST_STARS} stars, not {stars}.")
        return self._store.edit(lambda session: rate(session, with_pairs(session, photo_ids), stars=stars))

    def mark_favourite(self, photo_ids: Collection[PhotoId], *, favourite: bool) -> Edited:
        """Make photos favourites, or no longer."""
        return self._store.edit(
            lambda session: mark_favourite(session, with_pairs(session, photo_ids), favourite=favourite)
        )

    def toggle_favourite(self, photo_ids: Sequence[PhotoId]) -> Edited:
        """Make photos favourites; when all of them are, no longer."""
        return self.mark_favourite(photo_ids, favourite=not self.said_of(photo_ids).favourite)

    def entitle(self, photo_ids: Collection[PhotoId], title: str) -> Edited:
        """Give photos a title of one line; empty: none."""
        cleaned = clean_text(" ".join(title.split()))
        return self._store.edit(
            lambda session: entitle(session, dict.fromkeys(with_pairs(session, photo_ids), cleaned))
        )

    def describe(self, photo_ids: Collection[PhotoId], description: str) -> Edited:
        """Give photos a description; empty: none."""
        cleaned = clean_text(description)
        return self._store.edit(
            lambda session: describe(session, dict.fromkeys(with_pairs(session, photo_ids), cleaned))
        )
