"""Going through what the machine says of a tag: the most uncertain photos first, since a word about those tells most."""

from __future__ import annotations

from collections.abc import Collection

from desktop_app.domain.review import ReviewItem, ReviewOutcome
from desktop_app.domain.tag import TagId
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.tag_quality import TagQualities
from desktop_app.store.tags import most_suggested, to_review


class Reviewing:
    """What waits for the person's word. The word itself goes to `Tagging.accept` and `Tagging.reject`."""

    def __init__(self, store: LibraryStore, qualities: TagQualities) -> None:
        self._reader = store.reader
        self._qualities = qualities

    def queue(self, tag_id: TagId, *, limit: int | None = None) -> list[ReviewItem]:
        """Photos that a machine gave a tag and nobody has decided about, the most uncertain first."""
        return to_review(self._reader, tag_id, limit=limit)

    def outcome(self, tag_id: TagId, *, reviewed: Collection[TagId] = ()) -> ReviewOutcome:
        """How a tag stands now, and which to go through next: the one with most suggestions that is not `reviewed`.

        Raises UserFacingError when the tag is gone.
        """
        return ReviewOutcome(
            self._qualities.of_tag(tag_id),
            len(self.queue(tag_id)),
            most_suggested(self._reader, besides={tag_id, *reviewed}),
        )
