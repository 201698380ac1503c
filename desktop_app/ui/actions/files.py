"""Hand a photo to the rest of the desktop. These block: run them off the GUI thread, the clipboard excepted."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_folder, is_there

# Openers hand over to another program and end at once; one that is still there after this long is on its own.
_PATIENCE_SECONDS = 10


def open_with_default_program(path: Path) -> None:
    """Open the photo in the program that the desktop uses for its kind. Raises UserFacingError."""
    _require(path)
    _first_that_works(open_commands(path, sys.platform), "The photo could not be opened in another program.")


def play_video(path: Path, second: float = 0.0) -> None:
    """Play a video in the desktop's program for videos; from a second on where a player that can is there. Raises UserFacingError."""
    _require(path)
    commands = play_commands(path, second, which=shutil.which)
    for command in commands:
        # A player runs as long as the person looks on: it is not waited for.
        with contextlib.suppress(OSError):
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            return
    open_with_default_program(path)


def show_in_file_manager(path: Path) -> None:
    """Open the folder, with the file marked where the file manager can. Raises UserFacingError."""
    _require(path)
    _first_that_works(reveal_commands(path, sys.platform), "The file manager could not be opened.")


def copy_paths(paths: Sequence[Path]) -> None:
    """Put the paths on the clipboard, one a line. GUI thread only."""
    QGuiApplication.clipboard().setText("\n".join(str(path) for path in paths))


def open_commands(path: Path, platform: str) -> list[list[str]]:
    """Commands that open a file, best first."""
    if platform == "win32":
        return [["explorer", str(path)]]
    return [["open", str(path)]] if platform == "darwin" else [["xdg-open", str(path)]]


# How players are told where to begin.
_STARTING_AT = {"mpv": "--start={}", "vlc": "--start-time={}"}


def play_commands(path: Path, second: float, *, which: Callable[[str], str | None]) -> list[list[str]]:
    """Commands that play a video from a second on, best first; none for a video that is to start at its beginning."""
    if second < 1:
        return []
    found = {player: which(player) for player in _STARTING_AT}
    return [
        [program, _STARTING_AT[player].format(int(second)), str(path)] for player, program in found.items() if program
    ]


def reveal_commands(path: Path, platform: str) -> list[list[str]]:
    """Commands that show a file or a folder in the file manager, best first."""
    if is_folder(path):
        return open_commands(path, platform)
    if platform == "win32":
        return [["explorer", f"/select,{path}"]]
    if platform == "darwin":
        return [["open", "-R", str(path)]]
    # https://www.freedesktop.org/wiki/Specifications/file-manager-interface/ (dbus-send splits an array at commas; a URI
    # has none, they are escaped in it)
    show_items = [
        "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.FileManager1",
        "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems",
        f"array:string:{path.as_uri()}", "string:",
    ]  # fmt: skip
    return [show_items, ["xdg-open", str(path.parent)]]


def _require(path: Path) -> None:
    if not is_there(path):
        raise UserFacingError(f"{path.name} is not there at present.", "Connect the drive it is on, then try again.")


def _first_that_works(commands: Sequence[Sequence[str]], complaint: str) -> None:
    for command in commands:
        try:
            done = subprocess.run(command, timeout=_PATIENCE_SECONDS, check=False, capture_output=True)
        except FileNotFoundError:
            continue
        except subprocess.TimeoutExpired:
            return
        # Windows' explorer says 1 when all went well.
        if done.returncode == 0 or command[0] == "explorer":
            return
    raise UserFacingError(complaint, f"You can open it yourself: {commands[-1][-1]}")
