"""In the window: checking the library, reading all photos again, and putting a backup in the library's place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.base.errors import LibraryDamagedError
from desktop_app.compose import open_library, run_window
from desktop_app.domain.photo import ContentHash
from desktop_app.services import verifying
from desktop_app.ui.dialogs.backups import BackupsDialog
from desktop_app.ui.dialogs.check import CORRUPTED, CheckDialog
from desktop_app.ui.main_window import MainWindow
from tests.fixtures.libraries import id_of, index_now
from tests.fixtures.photos import copy_some
from tests.fixtures.windows import Windows, action, click_button, has_button, wait_for


@pytest.fixture
def folder(tmp_path: Path, small_photos: Path) -> Path:
    return copy_some(small_photos, tmp_path / "photos", 3)


@pytest.fixture
def library(tiny_library: Path, tmp_path: Path, folder: Path) -> Path:
    """A library with three photos, and a tag that its only backup does not know."""
    made = Path(shutil.copytree(tiny_library, tmp_path / "library"))
    with open_library(made) as opened:
        index_now(opened.services, folder)
        opened.services.backing_up.back_up()
        opened.services.tagging.add("later", [id_of(opened.services, folder / "0.jpg")])
    return made


def findings(dialog: CheckDialog) -> dict[str, str]:
    """What was checked, and the result."""
    rows = dialog.table.model()
    return {rows.index(row, 0).data(): rows.index(row, 1).data() for row in range(rows.rowCount())}


def test_damage_is_named_and_mended_and_photos_are_read_again(
    windows: Windows, library: Path, folder: Path, qtbot: QtBot
) -> None:
    window = windows.open(library)
    action(window, "Check the library").trigger()
    [dialog] = window.findChildren(CheckDialog)
    wait_for(qtbot, lambda: dialog.summary.text() == "The library is sound.")
    assert findings(dialog)["What photos show"] == "3 vectors checked, none damaged"
    sql = sqlite3.connect(library / "thumbnails.db", timeout=30)
    sql.execute("DELETE FROM thumbnails WHERE rowid = (SELECT MAX(rowid) FROM thumbnails)")
    sql.commit()
    sql.close()
    click_button(qtbot, dialog, "Check again")
    wait_for(qtbot, lambda: has_button(dialog, "Mend"))
    assert findings(dialog)["Thumbnails"] == "1 photo without one"
    click_button(qtbot, dialog, "Mend")
    wait_for(qtbot, lambda: "made anew" in dialog.advice.text())
    wait_for(qtbot, lambda: window.services.verifying.database().sound and not window.services.indexing.running)

    rotten = folder / "1.jpg"
    before = rotten.stat()
    rotten.write_bytes(rotten.read_bytes()[:-3] + b"rot")
    os.utime(rotten, ns=(before.st_atime_ns, before.st_mtime_ns))
    click_button(qtbot, dialog, "Read all photos again")
    wait_for(qtbot, lambda: "Photos on the drive" in findings(dialog))
    assert findings(dialog)["1.jpg"] == CORRUPTED
    assert findings(dialog)["Photos on the drive"] == "3 files read again, 1 damaged"
    assert "some photos" in dialog.summary.text()
    dialog.accept()


def test_reading_all_photos_can_be_stopped(
    windows: Windows, library: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows.open(library)
    dialog = window.health.show_check()
    wait_for(qtbot, lambda: dialog.summary.text() == "The library is sound.")
    begun, real = threading.Event(), verifying.hash_file

    def slow(path: Path) -> ContentHash:
        """As if the file were large: it is not done before the person has had enough."""
        reading = window.health._reading
        assert reading is not None
        begun.set()
        assert reading.stopped.wait(60)
        return real(path)

    monkeypatch.setattr(verifying, "hash_file", slow)
    click_button(qtbot, dialog, "Read all photos again")
    wait_for(qtbot, begun.is_set)
    click_button(qtbot, dialog, "Stop")
    wait_for(qtbot, lambda: "Photos on the drive" in findings(dialog))
    assert findings(dialog)["Photos on the drive"] == "1 file read before it was stopped, none damaged"
    dialog.accept()


@pytest.fixture
def steps() -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Has steps taken one after another while a window has the event loop: each is tried until it says that it is taken."""
    waiting: list[Callable[[], bool]] = []
    timer = QTimer()
    timer.timeout.connect(lambda: waiting.pop(0) if waiting and waiting[0]() else None)
    timer.start(50)
    yield waiting.append
    timer.stop()
    assert not waiting


def shown(kind: type) -> list:  # type: ignore[type-arg]
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]


def take_newest() -> bool:
    """Take the first of the backups in the list that is open, once it is filled."""
    dialogs = shown(BackupsDialog)
    if not dialogs or not dialogs[0].restore.isVisible():
        return False
    dialogs[0].restore.click()
    return True


def close_restored() -> bool:
    """Close the window once it says what was restored, and knows the photos but not the later tag."""
    windows = [each for each in shown(MainWindow) if each.page.banner.current and each.page.grid.photo_count() == 3]
    if not windows:
        return False
    [window] = windows
    assert window.page.banner.current.sentence.startswith("The library is as it was on ")
    assert window.services.browsing.tag_named("later") is None
    window.close()
    return True


def test_a_backup_is_restored_from_the_menu_and_the_window_comes_back(
    qtbot: QtBot, library: Path, steps: Callable[[Callable[[], bool]], None]
) -> None:
    def ask() -> bool:
        windows = [each for each in shown(MainWindow) if each.library.roots is not None and not each.tasks.busy]
        if windows:
            assert windows[0].services.browsing.tag_named("later") is not None
            action(windows[0], "Restore a backup").trigger()
        return bool(windows)

    for step in (ask, take_newest, close_restored):
        steps(step)
    assert run_window(library, device="cpu") == 0
    with open_library(library) as opened:
        # What was there before is a backup, too.
        assert len(opened.services.backing_up.backups()) == 2


def test_a_file_that_is_no_backup_leaves_the_library_as_it_is(
    qtbot: QtBot, library: Path, steps: Callable[[Callable[[], bool]], None]
) -> None:
    (library / "other.db").write_bytes(b"not a library")

    def take_it() -> bool:
        windows = [each for each in shown(MainWindow) if each.library.roots is not None and not each.tasks.busy]
        if windows:
            windows[0].health.restore_wanted.emit(library / "other.db")
        return bool(windows)

    def close_told() -> bool:
        windows = [each for each in shown(MainWindow) if each.page.banner.current is not None]
        if windows:
            assert "not a sound copy" in windows[0].page.banner.current.sentence
            assert windows[0].services.browsing.tag_named("later") is not None
            windows[0].close()
        return bool(windows)

    for step in (take_it, close_told):
        steps(step)
    assert run_window(library, device="cpu") == 0


def test_in_the_place_of_a_damaged_library_its_backups_are_offered(
    qtbot: QtBot, library: Path, steps: Callable[[Callable[[], bool]], None]
) -> None:
    (library / "library.db").write_bytes(b"this is no database" * 100)
    for suffix in ("-wal", "-shm"):
        (library / f"library.db{suffix}").unlink(missing_ok=True)

    def quit_instead() -> bool:
        dialogs = shown(BackupsDialog)
        if dialogs:
            dialogs[0].reject()
        return bool(dialogs)

    steps(quit_instead)
    with pytest.raises(LibraryDamagedError):
        run_window(library, device="cpu")
    for step in (take_newest, close_restored):
        steps(step)
    assert run_window(library, device="cpu") == 0
    assert list(library.glob("library-damaged-*.db"))
