"""Hiding what sensitive photos show until the person asks for it. Off until it is switched on; told to nobody."""

from __future__ import annotations

import threading
from collections.abc import Collection

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.sensitive import sensitive_among, sensitive_photos
from desktop_app.store.settings import read_setting, write_setting
from desktop_app.store.writer import WriteSession

_BLUR = "blur_sensitive"


class Sensitivity:
    """Says which photos are to be blurred. Thumbnails and pictures come blurred from the services that hand them out."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store
        self._blurs = read_setting(store.reader, _BLUR) == "yes"
        self._revealed: set[PhotoId] = set()
        self._lock = threading.Lock()

    @property
    def blurs(self) -> bool:
        """Whether sensitive photos are blurred at all."""
        return self._blurs

    def set_blurs(self, *, blurs: bool) -> LibraryChanges:
        """Blur sensitive photos, or show them like any other. What was revealed before is hidden again."""
        with self._lock:
            self._revealed.clear()
        self._blurs = blurs
        shown = LibraryChanges(updated=sensitive_photos(self._store.reader))

        def task(session: WriteSession) -> LibraryChanges:
            write_setting(session, _BLUR, "yes" if blurs else "no")
            return shown

        return self._store.change(task)

    def reveal(self, photo_ids: Collection[PhotoId]) -> LibraryChanges:
        """Show these photos as they are until the library is closed."""
        hidden = self.hidden(photo_ids)
        with self._lock:
            self._revealed |= hidden
        changes = LibraryChanges(updated=hidden)
        self._store.changes.publish(changes)
        return changes

    def hidden(self, photo_ids: Collection[int]) -> frozenset[PhotoId]:
        """Those among some photos that are to be blurred now."""
        if not self._blurs:
            return frozenset()
        with self._lock:
            revealed = frozenset(self._revealed)
        return sensitive_among(self._store.reader, photo_ids) - revealed

    def all_hidden(self) -> frozenset[PhotoId]:
        """Every photo that is to be blurred now."""
        if not self._blurs:
            return frozenset()
        with self._lock:
            revealed = frozenset(self._revealed)
        return sensitive_photos(self._store.reader) - revealed
