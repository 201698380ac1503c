"""Handing photos to the rest of the desktop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.ui.actions.files import (
    open_commands,
    open_with_default_program,
    play_commands,
    reveal_commands,
    show_in_file_manager,
)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a photo.jpg"
    path.write_bytes(b"")
    return path


def stand_in(folder: Path, name: str, *, code: int) -> Path:
    """A program that writes down what it was called with."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{folder / name}.calls"\nexit {code}\n')
    program.chmod(0o755)
    return folder / f"{name}.calls"


def test_each_platform_has_its_own_command(photo: Path) -> None:
    assert reveal_commands(photo, "win32") == [["explorer", f"/select,{photo}"]]
    assert reveal_commands(photo, "darwin") == [["open", "-R", str(photo)]]
    assert reveal_commands(photo, "linux")[-1] == ["xdg-open", str(photo.parent)]
    assert reveal_commands(photo.parent, "linux") == open_commands(photo.parent, "linux")


def test_a_comma_in_the_name_does_not_split_the_argument(tmp_path: Path) -> None:
    path = tmp_path / "Rome, 2024.jpg"
    path.write_bytes(b"")
    files = next(part for part in reveal_commands(path, "linux")[0] if part.startswith("array:string:"))
    assert files.count(",") == 0


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_the_next_command_is_tried_when_one_fails(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr("sys.platform", "linux")
    failed = stand_in(programs, "dbus-send", code=1)
    opened = stand_in(programs, "xdg-open", code=0)
    show_in_file_manager(photo)
    assert f"array:string:{photo.as_uri()}" in failed.read_text()
    assert opened.read_text().strip() == str(photo.parent)
    open_with_default_program(photo)
    assert opened.read_text().splitlines()[-1] == str(photo)


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_a_desktop_without_the_programs_is_told_plainly(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing here"))
    with pytest.raises(UserFacingError, match="could not be opened"):
        open_with_default_program(photo)


def test_a_file_that_is_away_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match=r"gone\.jpg is not there"):
        show_in_file_manager(tmp_path / "gone.jpg")


def test_a_video_is_played_from_where_it_matches_by_a_player_that_can(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    there = {"vlc": "/usr/bin/vlc"}
    assert play_commands(film, 42.7, which=there.get) == [["/usr/bin/vlc", "--start-time=42", str(film)]]
    assert play_commands(film, 0.0, which=there.get) == []
    assert play_commands(film, 42.0, which={}.get) == []
