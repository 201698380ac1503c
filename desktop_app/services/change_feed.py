"""Tells whoever listens what each write changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from desktop_app.domain.changes import LibraryChanges

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Feed(Generic[T]):
    """A list of listeners. They are called on the publisher's thread and must be quick; a failing one is logged."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[T], None], ...] = ()
        self._lock = threading.Lock()

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Add a listener; the answer removes it again."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def publish(self, value: T) -> None:
        """Call every listener."""
        for listener in self._listeners:
            try:
                listener(value)
            except Exception:  # noqa: BLE001 - one broken listener must not stop a write or the others
                _log.exception("A listener failed")


class ChangeFeed(Feed[LibraryChanges]):
    """Change sets of the library, as they are committed. Empty ones are not sent."""

    def publish(self, value: LibraryChanges) -> None:
        """Call every listener, unless nothing changed."""
        if value:
            super().publish(value)
