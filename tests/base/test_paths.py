"""Paths of the program's own files, and names as they are stored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import (
    LibraryPaths,
    absolute_path,
    default_library_folder,
    default_models_folder,
    from_stored_name,
    posix_relative,
    resource_path,
    to_stored_name,
)


@given(st.binary(max_size=40))
def test_any_file_name_is_stored_as_valid_text_and_comes_back(raw: bytes) -> None:
    name = os.fsdecode(raw)
    stored = to_stored_name(name)
    stored.encode("utf-8")
    assert from_stored_name(stored) == name


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_different_names_are_stored_differently(one: bytes, other: bytes) -> None:
    assert (to_stored_name(os.fsdecode(one)) == to_stored_name(os.fsdecode(other))) == (one == other)


def test_ordinary_names_are_stored_as_they_are() -> None:
    for name in ("IMG_0001.JPG", "été/日本.jpg", "a/b c.png"):
        assert to_stored_name(name) == name == from_stored_name(name)


def test_library_files_are_inside_its_folder(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path)
    assert {paths.database.parent, paths.thumbnails.parent, paths.log.parent} == {tmp_path}
    assert len({paths.database, paths.thumbnails, paths.log}) == 3


def test_default_folders_follow_the_platform() -> None:
    home = Path(os.environ["XDG_DATA_HOME"])
    assert default_library_folder() == home / "Keepsight"
    assert default_models_folder().is_relative_to(home)


def test_resources_are_found() -> None:
    assert resource_path("vocabularies", "background_captions.txt").is_file()
    assert resource_path("models").is_dir()


def test_relative_names_have_forward_slashes() -> None:
    assert posix_relative(str(Path("root", "a", "b.jpg")), "root") == "a/b.jpg"
    assert posix_relative("root", "root") == "."


def test_full_paths_keep_links_and_follow_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "inner")
    monkeypatch.chdir(tmp_path)
    assert absolute_path(Path("link")) == tmp_path / "link"
    assert absolute_path(Path("link/../inner")) == tmp_path / "real" / "inner"
    assert absolute_path(Path("real/../real")) == tmp_path / "real"


def test_an_error_for_a_person_reads_as_one_line() -> None:
    error = UserFacingError("The disk is full.", "Free some space.")
    assert str(error) == "The disk is full. Free some space."
    assert str(UserFacingError("Gone.")) == "Gone."
