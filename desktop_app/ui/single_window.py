"""One window for each library: a second start hands its folders to the first one and brings it to the front."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Qt, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.base.private_files import make_private

# The first window answers at once unless it is starting or closing at this very moment.
_PATIENCE_MS = 5000

_LOCK_NAME = "window.lock"
_THANKS = b"thanks"


class SingleWindow(QObject):
    """A process' claim to show a library in its window; made on the GUI thread, held until `close`."""

    asked_for = Signal(object)
    """Another start wants this window in front: a tuple of the folders (Paths) that it was given."""

    def __init__(self, library: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder = os.path.realpath(library)
        self._name = f"keepsight-{hashlib.blake2b(os.fsencode(folder), digest_size=10).hexdigest()}"
        self._lock_file = Path(folder, _LOCK_NAME)
        self._lock = QLockFile(str(self._lock_file))
        # Never by age: a window may be open for weeks. A lock whose process is gone is taken over all the same.
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def claim(self) -> bool:
        """Whether this process is the first. Where no lock can be kept (a read-only folder), every start is."""
        if not self._lock.tryLock(0) and self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        with contextlib.suppress(OSError):
            make_private(self._lock_file)
        # Whoever held the name before is gone, or the lock would be held: what a crash left is in the way.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def hand_over(self, folders: Sequence[Path]) -> None:
        """Ask the first window to come to the front and take these folders. Raises UserFacingError when it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        message = json.dumps([os.path.abspath(folder) for folder in folders]).encode("ascii") + b"\n"  # noqa: PTH100
        answered = socket.waitForConnected(_PATIENCE_MS) and socket.write(message) == len(message)
        answered = answered and socket.waitForBytesWritten(_PATIENCE_MS) and socket.waitForReadyRead(_PATIENCE_MS)
        socket.abort()
        if not answered:
            raise UserFacingError(
                "Keepsight is open already, and does not answer.", "Wait a moment, or end it and start again."
            )

    def close(self) -> None:
        """Give the claim up."""
        self._server.close()
        self._lock.unlock()

    def _greet(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(lambda: self._hear(socket))
        socket.disconnected.connect(socket.deleteLater)

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        folders = _folders_in(bytes(socket.readLine().data()))
        socket.write(_THANKS)
        socket.flush()
        self.asked_for.emit(folders)


def bring_to_front(window: QWidget) -> None:
    """Show a window above all others, as large as it was."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def _folders_in(message: bytes) -> tuple[Path, ...]:
    """The folders of a message; none when it is not one of ours."""
    try:
        names = json.loads(message)
    except ValueError:
        return ()
    return tuple(Path(name) for name in names if isinstance(name, str)) if isinstance(names, list) else ()
