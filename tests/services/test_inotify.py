"""What Linux tells of a folder, and that it is never silent about what it cannot tell."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.domain.exclusion import Exclusion
from desktop_app.services import inotify
from desktop_app.services.inotify import NO_WATCHES, OVERFLOW, InotifyEvents

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.paths: dict[str, tuple[bool, bool]] = {}
        self.roots = 0
        self.reasons: list[str] = []

    def changed(self, relative: str, *, still_open: bool, suspect: bool) -> None:
        self.paths[relative] = (still_open, suspect)

    def root_changed(self) -> None:
        self.roots += 1

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not true():
            assert time.monotonic() < deadline, self.paths
            time.sleep(0.01)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def events(tmp_path: Path, heard: Heard) -> Iterator[InotifyEvents]:
    (tmp_path / "root" / "old").mkdir(parents=True)
    (tmp_path / "root" / "@eaDir").mkdir()
    listening = InotifyEvents(tmp_path / "root", Exclusion(), heard)
    yield listening
    listening.close()


def test_files_are_told_apart_by_whether_their_writer_is_done(
    events: InotifyEvents, heard: Heard, tmp_path: Path
) -> None:
    with (tmp_path / "root/a.jpg").open("wb", buffering=0) as stream:
        stream.write(b"half")
        heard.until(lambda: heard.paths.get("a.jpg") == (True, False))
        stream.write(b"whole")
    heard.until(lambda: heard.paths["a.jpg"] == (False, True))


def test_folders_are_followed_wherever_they_go(events: InotifyEvents, heard: Heard, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "new/deep").mkdir(parents=True)
    heard.until(lambda: "new" in heard.paths)
    (root / "new/deep/a.jpg").touch()
    heard.until(lambda: "new/deep/a.jpg" in heard.paths or "new/deep" in heard.paths)
    (root / "new").rename(root / "old/moved")
    heard.until(lambda: "old/moved" in heard.paths)
    (root / "old/moved/deep/b.jpg").touch()
    heard.until(lambda: "old/moved/deep/b.jpg" in heard.paths)
    (root / "old/moved").rename(tmp_path / "outside")
    heard.paths.clear()
    (tmp_path / "outside/deep/c.jpg").touch()
    (root / "last.jpg").touch()
    heard.until(lambda: "last.jpg" in heard.paths)
    assert not any("c.jpg" in path for path in heard.paths)


def test_what_the_library_leaves_out_costs_no_watch(events: InotifyEvents, heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "root/@eaDir/a.jpg").touch()
    (tmp_path / "root/.hidden.jpg").touch()
    (tmp_path / "root/seen.jpg").touch()
    heard.until(lambda: "seen.jpg" in heard.paths)
    assert set(heard.paths) == {"seen.jpg"}
    assert set(events._watches) == {"", "old"}


def test_the_root_itself_going_away_is_told(events: InotifyEvents, heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "root").rename(tmp_path / "elsewhere")
    heard.until(lambda: heard.roots > 0)


def test_an_overflow_is_told(events: InotifyEvents, heard: Heard) -> None:
    events._take(inotify._Event(-1, inotify._OVERFLOW, ""))
    events._take(inotify._Event(-1, inotify._OVERFLOW, ""))
    assert heard.reasons == [OVERFLOW]


def test_a_new_folder_without_a_watch_is_told(
    events: InotifyEvents, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(events, "_watch", refuse)
    (tmp_path / "root/one_too_many").mkdir()
    heard.until(lambda: heard.reasons == [NO_WATCHES])
    assert "one_too_many" in heard.paths


def test_nothing_stays_open_where_the_root_cannot_be_watched(tmp_path: Path, heard: Heard) -> None:
    before = threading.active_count()
    with pytest.raises(OSError, match="No such file"):
        InotifyEvents(tmp_path / "nowhere", Exclusion(), heard)
    assert threading.active_count() == before
