"""Signals from outside close the window."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.quit_signals import closing_on_signals


@pytest.mark.skipif(os.name == "nt", reason="os.kill ends the process there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window(qtbot: QtBot, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    with closing_on_signals(window):
        os.kill(os.getpid(), number)
        qtbot.waitUntil(lambda: not window.isVisible())
    assert signal.getsignal(number) == before
