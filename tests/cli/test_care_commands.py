"""The commands that look after a library: where folders are, what is missing, what is left out, backups, checks, the trash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.cli.main import DONE, FAILED, USAGE, run
from desktop_app.compose import Composition


class _Quiet(Composition):
    """Leaves the test run's own logging as it is."""

    def log(self, folder: Path | None, *, debug: bool) -> None:
        """Nothing."""


Keepsight = Callable[..., Any]


@pytest.fixture
def keepsight(tmp_path: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> Keepsight:
    library = shutil.copytree(tiny_library, tmp_path / "library")

    def command(*words: object, expect: int = DONE) -> Any:
        capsys.readouterr()
        code = run(["--library", str(library), "--json", *map(str, words)], _Quiet())
        printed = capsys.readouterr()
        assert code == expect, printed.err
        return json.loads(printed.out) if printed.out else printed.err

    return command


@pytest.fixture
def indexed(keepsight: Keepsight, tmp_path: Path, small_photos: Path) -> Path:
    """A folder of three photos, in the library."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        shutil.copy(small_photos / f"photo_{number:02d}.jpg", folder / f"{number}.jpg")
    assert keepsight("index", folder)["embedded"] == 3
    return folder


def test_a_folder_that_moved_is_relinked(keepsight: Keepsight, indexed: Path) -> None:
    keepsight("tags", "add", "mine", indexed / "1.jpg")
    new = indexed.rename(indexed.with_name("elsewhere"))
    [root] = keepsight("status")["roots"]
    assert (root["path"], root["watching"]) == (str(indexed), "offline")
    assert keepsight("relink", indexed, new) == {"root": str(new), "photos": 3, "embedded": 0, "missing": 0}
    [root] = keepsight("status")["roots"]
    assert (root["path"], root["watching"]) == (str(new), "events")
    assert "mine" in {tag["tag"] for tag in keepsight("tags", "photo", new / "1.jpg")}
    assert "None of the photos" in keepsight("relink", new, new.parent, expect=FAILED)


def test_missing_photos_are_listed_until_they_are_forgotten(keepsight: Keepsight, indexed: Path) -> None:
    (indexed / "0.jpg").unlink()
    keepsight("index")
    [gone] = keepsight("missing", "list")
    assert gone["path"] == str(indexed / "0.jpg")
    assert keepsight("missing", "same") == []
    assert keepsight("missing", "forget", indexed / "0.jpg") == {"forgotten": 1}
    assert keepsight("missing", "list") == []
    assert keepsight("status")["photos"] == 2


def test_patterns_leave_files_out(keepsight: Keepsight, indexed: Path) -> None:
    assert "1.*" in keepsight("exclude", "add", "1.*")["patterns"]
    keepsight("index")
    assert keepsight("status")["photos"] == 2
    assert "1.*" not in keepsight("exclude", "remove", "1.*")["patterns"]
    assert keepsight("index")["embedded"] == 0
    assert keepsight("status")["photos"] == 3
    assert "not one of the patterns" in keepsight("exclude", "remove", "never said", expect=FAILED)


def test_a_library_is_backed_up_checked_and_restored(keepsight: Keepsight, indexed: Path, tmp_path: Path) -> None:
    made = keepsight("backup", tmp_path / "mine.db")
    assert Path(made["path"]) == tmp_path / "mine.db"
    [daily] = keepsight("backup", "--list")
    health = keepsight("verify", "--hashes")
    assert (health["ok"], health["hashes"]["checked"]) == (True, 3)
    (tmp_path / "library" / "library.db").write_bytes(b"no library at all" * 99)
    assert "keepsight restore" in keepsight("status", expect=FAILED)
    restored = keepsight("restore", tmp_path / "mine.db")
    assert Path(restored["damaged_put_aside"]).exists()
    assert keepsight("status")["photos"] == 3
    assert daily["bytes"] > 0


def test_photos_are_indexed_also_where_no_backup_can_be_made(keepsight: Keepsight, indexed: Path) -> None:
    backups = indexed.parent / "library" / "backups"
    shutil.rmtree(backups)
    backups.touch()
    assert keepsight("index")["reused"] == 3
    assert "cannot be made" in keepsight("backup", expect=FAILED)


def test_deleting_asks_and_moves_to_the_trash(keepsight: Keepsight, indexed: Path) -> None:
    assert "--yes" in keepsight("delete", indexed / "2.jpg", expect=USAGE)
    assert (indexed / "2.jpg").exists()
    assert keepsight("delete", "--yes", indexed / "2.jpg") == {"trashed": [str(indexed / "2.jpg")], "refused": []}
    assert not (indexed / "2.jpg").exists()
    assert keepsight("status")["photos"] == 2
    assert "not in the library" in keepsight("delete", "--yes", indexed / "2.jpg", expect=FAILED)
