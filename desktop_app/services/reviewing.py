"""Going through what the machine says of a tag: the most uncertain photos first, since a word about those tells most."""

from __future__ import annotations

from desktop_app.domain.review import ReviewItem
from desktop_app.domain.tag import TagId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.tags import to_review


class Reviewing:
    """What waits for the person's word. The word itself goes to `Tagging.accept` and `Tagging.reject`."""

    def __init__(self, store: LibraryStore) -> None:
        self._reader = store.reader

    def queue(self, tag_id: TagId, *, limit: int | None = None) -> list[ReviewItem]:
        """Photos that a machine gave a tag and nobody has decided about, the most uncertain first."""
        return to_review(self._reader, tag_id, limit=limit)
