"""What all headless commands have in common: options, failures, help, and how they end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop_app import __version__
from desktop_app.ml.catalogue import built_in_entry
from tests.fixtures.command_runs import Keepsight


def test_models_are_listed_added_and_used(keepsight: Keepsight, library: Path, tmp_path: Path) -> None:
    listed = keepsight("models", "list", "--library", library, "--json").json
    assert listed[0]["name"] == "keepsight-mini"
    assert listed[0]["active"]
    assert listed[0]["embedded"] == 12
    assert {"licence", "size_mb", "languages", "installed"} <= set(listed[0])
    assert sum(row["installed"] for row in listed) == 1
    assert "keepsight-mini" in keepsight("models", "list", "--library", library).out
    folder = shutil.copytree(Path(built_in_entry().architecture.removeprefix("local-dir:")), tmp_path / "another")
    added = keepsight("models", "add", folder, "--name", "another", "--library", library, "--json").json
    assert added["name"] == "another"
    assert keepsight("models", "use", "another", "--library", library, "--json").code == 0
    assert "another" in {row["name"] for row in keepsight("models", "list", "--library", library, "--json").json}
    assert keepsight("models", "use", "nonsense", "--library", library).code == 1
    assert keepsight("models", "add", tmp_path / "nowhere", "--library", library).code == 1


def test_options_stand_before_or_after_the_command(keepsight: Keepsight, library: Path) -> None:
    for words in (
        ("--library", library, "--json", "tags", "list"),
        ("tags", "--library", library, "--json", "list"),
        ("tags", "list", "--library", library, "--json"),
        ("--json", "tags", "list", f"--library={library}"),
    ):
        assert isinstance(keepsight(*words).json, list)
    for before in (("--json", "status", "--library", library), ("--library", library, "status", "--json")):
        assert keepsight(*before).json["library"] == str(library)


def test_failures_are_one_line_on_stderr_and_exit_code_1(keepsight: Keepsight, library: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.jpg"
    stranger.touch()
    (tmp_path / "file").touch()
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00bad")
    for words in (
        ("index", tmp_path / "nowhere", "--library", library),
        ("index", stranger, "--library", library),
        ("search", "--library", library),
        ("search", "x", "--tag", "unheard of", "--library", library),
        ("search", "--image", stranger, "--library", library),
        ("tags", "photo", stranger, "--library", library),
        ("tags", "add", "  ", stranger, "--library", library),
        ("tags", "remove", "unheard of", library / "x.jpg", "--library", library),
        ("classify", stranger, "--labels", " , "),
        ("classify", stranger, "--labels", "a", "--labels-file", tmp_path / "bad.txt"),
        ("classify", stranger, "--labels", "a", "--template", "no place for a label"),
        ("classify", stranger, "--labels", "a", "--model", "nonsense"),
        ("status", "--library", tmp_path / "file" / "library"),
    ):
        run = keepsight(*words)
        assert (run.code, run.out) == (1, ""), words
        assert run.err.startswith("keepsight: "), words
        assert run.err.count("\n") == 1, run.err


def test_usage_errors_are_exit_code_2(keepsight: Keepsight) -> None:
    for words in (
        ("index",),
        ("tags",),
        ("models", "use"),
        ("search", "x", "--limit", "0"),
        ("search", "x", "--limit", "many"),
        ("classify", "a.jpg", "--threshold", "2"),
        ("classify", "a.jpg", "--threshold", "0.5", "--top", "3"),
        ("index", "x", "--device", "abacus"),
        ("--nonsense",),
    ):
        run = keepsight(*words)
        assert (run.code, run.out) == (2, ""), words
        assert "usage: keepsight" in run.err


def test_help_and_version(keepsight: Keepsight) -> None:
    assert __version__ in keepsight("--version").out
    assert "index FOLDER" in keepsight("--help").out
    run = keepsight("index", "--help")
    assert (run.code, run.err) == (0, "")
    assert "--watch" in run.out


def test_a_traceback_reaches_a_person_only_with_debug(
    keepsight: Keepsight, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = keepsight("index", tmp_path / "nowhere", "--library", library, "--debug")
    assert expected.code == 1
    assert "Traceback" in expected.err

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("desktop_app.services.browsing.Browsing.status", fail)
    run = keepsight("status", "--library", library, "--json")
    assert (run.code, run.out) == (1, "")
    assert "internal error (ZeroDivisionError)" in run.err
    assert "Traceback" not in run.err
    assert "ZeroDivisionError: a bug" in (library / "keepsight.log").read_text()
    assert "Traceback" in keepsight("--debug", "status", "--library", library).err


def test_interrupted_is_a_failure_without_a_traceback(
    keepsight: Keepsight, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop_app.services.browsing.Browsing.status", interrupt)
    run = keepsight("status", "--library", library)
    assert (run.code, run.out, run.err) == (1, "", "keepsight: stopped.\n")


def test_without_a_command_the_window_opens(
    keepsight: Keepsight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def window(_: object, folder: Path, *, folders: list[Path], device: str) -> int:
        opened.append((folder, folders, device))
        return 0

    monkeypatch.setattr("desktop_app.compose.Composition.window", window)
    assert keepsight("--library", tmp_path / "library", tmp_path, "--device", "cpu").code == 0
    assert opened == [(tmp_path / "library", [tmp_path], "cpu")]


def test_the_library_folder_is_for_its_owner_alone(keepsight: Keepsight, tmp_path: Path) -> None:
    assert keepsight("status", "--library", tmp_path / "new" / "library").code == 0
    assert (tmp_path / "new" / "library").stat().st_mode & 0o077 == 0
