"""The library's changes as a Qt signal: merged, a few times a second, on the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop_app.domain.changes import LibraryChanges
from desktop_app.services.change_feed import ChangeFeed

# Four refreshes a second look live and leave the GUI thread nearly all of its time.
INTERVAL_MS = 250


class LibraryFeed(QObject):
    """Collects change sets for INTERVAL_MS and sends them as one."""

    changed = Signal(object)
    """LibraryChanges since the last signal."""
    _arrived = Signal(object)

    def __init__(self, feed: ChangeFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gathered = LibraryChanges()
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._send)
        self._arrived.connect(self._gather, Qt.ConnectionType.QueuedConnection)
        # The listener is called on the writer's thread: emitting the queued signal is all it may do there.
        self._unsubscribe = feed.subscribe(self._arrived.emit)

    def close(self) -> None:
        """Stop listening; nothing is sent afterwards. A second call does nothing."""
        self._unsubscribe()
        self._timer.stop()
        self.blockSignals(True)

    @Slot(object)
    def _gather(self, changes: LibraryChanges) -> None:
        self._gathered |= changes
        if not self._timer.isActive():
            self._timer.start()

    def _send(self) -> None:
        gathered, self._gathered = self._gathered, LibraryChanges()
        if gathered:
            self.changed.emit(gathered)
