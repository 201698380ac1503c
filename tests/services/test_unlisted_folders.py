"""Folders that the system will not let be looked into are listed with the reason, and nothing in them is lost."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.services.models import Models
from desktop_app.services.polling import differences
from tests.fixtures.libraries import index_now
from tests.fixtures.photos import copy_some


@pytest.fixture
def library(tmp_path: Path, tiny_library: Path) -> Iterator[Library]:
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path, small_photos: Path) -> Path:
    """Four photos, two of them in a folder of their own."""
    made = copy_some(small_photos, tmp_path / "photos", 4)
    (made / "shut").mkdir()
    for name in ("2.jpg", "3.jpg"):
        (made / name).rename(made / "shut" / name)
    return made


def skipped(library: Library) -> dict[str, str]:
    return {file.path.name: file.reason for file in library.services.browsing.skipped()}


def test_a_folder_that_may_not_be_entered_is_listed_until_it_may(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, real = library.services, os.scandir
    assert index_now(services, folder).added == 4

    def refuse(path: str):  # type: ignore[no-untyped-def]
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for _ in range(2):
        report = index_now(services)
        assert (report.missing, report.skipped) == (0, 1)
        assert skipped(library) == {"shut": "Keepsight is not allowed to look into this folder"}
    [root] = services.browsing.roots()
    # Whoever compares sees nothing to do, and so does not begin again and again.
    assert differences(services.organising._store, root.root_id, root.path) == {}
    monkeypatch.undo()
    assert list(differences(services.organising._store, root.root_id, root.path)) == ["shut"]
    assert index_now(services).embedded == 0
    assert skipped(library) == {}
    assert services.browsing.status().photos == 4


def test_a_folder_whose_files_do_not_answer_is_listed_too(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems do not say in a list what is a folder, and fail when each entry is asked."""
    services, real = library.services, os.scandir
    index_now(services, folder)

    class Silent:
        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name, self.path = entry.name, entry.path

        def is_dir(self, *, follow_symlinks: bool) -> bool:
            raise OSError(errno.EIO, "Input/output error")

    def listed(path: str):  # type: ignore[no-untyped-def]
        return map(Silent, real(path)) if str(path).endswith("shut") else real(path)

    monkeypatch.setattr(os, "scandir", listed)
    report = index_now(services)
    assert (report.missing, report.skipped) == (0, 1)
    assert skipped(library) == {"shut": "This folder could not be looked at: Input/output error"}


@pytest.mark.skipif(os.name != "posix", reason="Windows asks its own way")
def test_a_share_that_does_not_answer_is_away(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services, real = library.services, os.stat
    index_now(services, folder)

    def silent(path, **options):  # type: ignore[no-untyped-def]
        if str(path).startswith(str(folder)):
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return real(path, **options)

    monkeypatch.setattr(os, "stat", silent)
    report = index_now(services)
    assert "not there at present" in report.notes[0]
    status = services.browsing.status()
    assert (status.photos, status.offline, status.missing) == (4, 4, 0)
    monkeypatch.undo()
    assert index_now(services).notes == ()


def test_a_disk_that_fails_between_runs_does_not_end_indexing(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Models) -> None:
        raise UserFacingError("The disk failed to read or write the library.")

    monkeypatch.setattr(Models, "pending_name", fail)
    assert index_now(library.services, folder).added == 4
    assert index_now(library.services).reused == 4


@pytest.mark.skipif(os.name != "posix", reason="folders of any depth can be made step by step on Unix")
def test_a_path_that_is_too_long_for_the_system_is_said(library: Library, folder: Path) -> None:
    here, names = Path.cwd(), 0
    os.chdir(folder)
    try:
        while names < 20:
            os.mkdir("d" * 240)  # noqa: PTH102 - a path from the top would be too long
            os.chdir("d" * 240)
            names += 1
        shutil.copy(folder / "0.jpg", "deep.jpg")
    finally:
        os.chdir(here)
    report = index_now(library.services, folder)
    assert (report.added, report.skipped) == (4, 1)
    assert skipped(library) == {"d" * 240: "The path of this folder is longer than the system can open"}
