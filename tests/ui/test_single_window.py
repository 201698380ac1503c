"""One window for each library: the second start speaks to the first."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import UserFacingError
from desktop_app.ui import single_window
from desktop_app.ui.single_window import SingleWindow
from tests.fixtures.commands import CHECKOUT, environment

OTHER_START = """
import sys
from pathlib import Path
from desktop_app.ui.single_window import SingleWindow
from PySide6.QtCore import QCoreApplication
application = QCoreApplication([])
other = SingleWindow(Path(sys.argv[1]))
if other.claim():
    print("first")
else:
    other.hand_over([Path(name) for name in sys.argv[2:]])
    print("handed over")
"""


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[SingleWindow]:
    made = SingleWindow(tmp_path)
    assert made.claim()
    yield made
    made.close()


def start_another(library: Path, *folders: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", OTHER_START, str(library), *map(str, folders)],
        cwd=CHECKOUT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def test_a_second_start_hands_its_folders_over(qtbot: QtBot, first: SingleWindow, tmp_path: Path) -> None:
    answers: list[str] = []
    wanted = [tmp_path / "a folder", tmp_path / "ünï"]
    other = threading.Thread(target=lambda: answers.append(start_another(tmp_path, *wanted)))
    with qtbot.waitSignal(first.asked_for, timeout=120_000) as asked:
        other.start()
    assert asked.args == [tuple(wanted)]
    qtbot.waitUntil(lambda: not other.is_alive())
    other.join()
    assert answers == ["handed over"]


def test_another_library_has_a_window_of_its_own_and_a_closed_one_is_free(tmp_path: Path, first: SingleWindow) -> None:
    (tmp_path / "other").mkdir()
    assert start_another(tmp_path / "other") == "first"
    first.close()
    assert start_another(tmp_path) == "first"


def test_a_first_window_that_does_not_answer_is_said(
    first: SingleWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_window, "_PATIENCE_MS", 200)
    second = SingleWindow(tmp_path)
    assert not second.claim()
    with pytest.raises(UserFacingError, match="open already"):
        second.hand_over([])  # the first cannot answer: its event loop is this thread's


@pytest.mark.parametrize("message", [b"", b"not json\n", b'{"a": 1}\n', b"[1, 2]\n"])
def test_strange_messages_name_no_folders(message: bytes) -> None:
    assert single_window._folders_in(message) == ()
