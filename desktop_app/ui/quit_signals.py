"""Ctrl-C in the terminal and the system's wish to end the program close the window as its person would."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QWidget

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def closing_on_signals(window: QWidget) -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM close the window; afterwards they mean what they meant before. Main thread only.

    Python handles a signal between two bytecodes, which never come while Qt's event loop waits in C++. So Python is told to
    write a byte to a socket (`signal.set_wakeup_fd`), and Qt wakes up for that.
    """
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)

    def arrived() -> None:
        reader.recv(64)
        window.close()

    notifier.activated.connect(arrived)
    former_wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    former = {each: signal.signal(each, lambda *_: None) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(former_wakeup)
        notifier.setEnabled(False)
        reader.close()
        writer.close()
