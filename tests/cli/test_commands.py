"""Every headless command, as `main([...])` in this process: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import logging
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop_app import __version__
from desktop_app.__main__ import main
from desktop_app.ml.catalogue import built_in_entry
from tests.fixtures.libraries import Indexed


class Run:
    """What one command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """The one value on stdout."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def keepsight(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Run]]:
    """Run a command here; afterwards logging and warnings are as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*words: object) -> Run:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    with warnings.catch_warnings():
        yield run
    logging.captureWarnings(capture=False)
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


Keepsight = Callable[..., Run]


@pytest.fixture
def library(copied_library: Indexed) -> Path:
    """A library of this test's own with the small photos in it."""
    return copied_library.library


def test_index_reports_and_accounts(keepsight: Keepsight, library_folder: Path, photos: Path) -> None:
    (photos / "notes.txt").write_text("no photo")
    shutil.copy(photos / "photo_00.jpg", photos / "copy.jpg")
    run = keepsight("index", photos, "--library", library_folder, "--json", "--device", "cpu")
    report = run.json
    assert set(report) == {
        "added", "modified", "moved", "reused", "missing", "embedded", "skipped", "seconds", "photos_per_second", "model",
        "device",
    }  # fmt: skip
    assert (report["added"], report["reused"], report["embedded"]) == (12, 1, 12)
    assert [item["path"] for item in report["skipped"]] == [str(photos / "notes.txt")]
    assert report["skipped"][0]["reason"]
    assert (report["model"], report["device"]) == ("keepsight-mini", "cpu")
    assert run.out.count("\n") == 1
    again = keepsight("--json", "index", photos, "--library", library_folder).json
    assert (again["added"], again["reused"], again["embedded"]) == (0, 13, 0)


def test_index_in_words(keepsight: Keepsight, library_folder: Path, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    first = keepsight("index", photos, "--library", library_folder)
    assert first.code == 0
    assert "12 new" in first.out
    assert "1 skipped" in first.out
    assert "keepsight-mini on cpu" in first.out
    assert "keepsight skipped" in first.out
    (photos / "broken.jpg").unlink()
    (photos / "photo_00.jpg").unlink()
    second = keepsight("index", photos, "--library", library_folder)
    assert "11 already known" in second.out
    assert "1 gone" in second.out
    for path in photos.iterdir():
        path.unlink()
    assert keepsight("index", photos, "--library", library_folder).out == "11 gone\n"
    assert keepsight("index", photos, "--library", library_folder).out == "No photos found.\n"


def test_retry_skipped_reads_them_again(keepsight: Keepsight, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    keepsight("index", folder, "--library", library)
    run = keepsight("index", folder, "--library", library, "--json", "--retry-skipped")
    assert len(run.json["skipped"]) == 1


def test_one_skipped_file_is_tried_again(
    keepsight: Keepsight, library: Path, tmp_path: Path, small_photos: Path
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"\xff\xd8\xff\xe0")
    keepsight("index", folder, "--library", library)
    tried = keepsight("skipped", "--retry", folder / "a.jpg", "--library", library, "--json").json
    assert [Path(file["path"]).name for file in tried] == ["a.jpg", "b.jpg"]
    refused = keepsight("skipped", "--retry", small_photos / "photo_00.jpg", "--library", library)
    assert refused.code == 1
    assert "is not among the files that were skipped" in refused.err


def test_search_is_best_first_and_limited(keepsight: Keepsight, library: Path, small_photos: Path) -> None:
    found = keepsight("search", "a cat", "--library", library, "--json", "--all", "--limit", 3).json
    assert set(found) >= {"query", "total", "matches", "seconds", "ended_by", "results"}
    assert found["ended_by"] == "limit"
    assert (found["query"], found["total"], len(found["results"])) == ("a cat", 12, 3)
    assert Path(found["results"][0]["path"]).name in {"photo_01.jpg", "photo_07.jpg"}
    probabilities = [row["probability"] for row in found["results"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= probability <= 1 for probability in probabilities)
    assert found["results"][0]["why"][0]["term"] == "a cat"
    plain = keepsight("search", "a cat", "--library", library, "--all", "--limit", 1)
    assert plain.out.count("\n") == 1
    assert found["results"][0]["path"] in plain.out
    similar = keepsight("search", "--image", small_photos / "photo_04.jpg", "--library", library, "--json").json
    assert Path(similar["results"][0]["path"]).name == "photo_04.jpg"
    assert similar["results"][0]["probability"] > 0.5


def test_a_list_ends_by_itself_and_sensitivity_moves_its_end(keepsight: Keepsight, library: Path) -> None:
    def ended(*words: str) -> tuple[str, int]:
        found = keepsight("search", "a cat", "--library", library, "--json", *words).json
        assert found["matches"] == len(found["results"])
        return found["ended_by"], found["matches"]

    by_itself = ended()
    assert by_itself[0] == "cut-off"
    assert 0 < by_itself[1] < 12
    assert ended("--sensitivity", "0")[1] <= by_itself[1] <= ended("--sensitivity", "1")[1]
    assert ended("--all") == ("limit", 12)


def test_search_within_tags(keepsight: Keepsight, library: Path, small_photos: Path) -> None:
    keepsight(
        "tags", "add", "first", small_photos / "photo_00.jpg", small_photos / "photo_01.jpg", "--library", library
    )
    keepsight("tags", "add", "second", small_photos / "photo_01.jpg", "--library", library)

    def search(*words: str) -> set[str]:
        run = keepsight("search", "a cat", "--library", library, "--json", "--all", *words)
        return {Path(row["path"]).name for row in run.json["results"]}

    assert search("--tag", "first", "--not-tag", "second") == {"photo_00.jpg"}
    assert search("--tag", "FIRST", "--tag", "second") == {"photo_01.jpg"}
    assert search("--any-tag", "first", "--any-tag", "second") == {"photo_00.jpg", "photo_01.jpg"}
    only_tags = keepsight("search", "--tag", "second", "--library", library, "--json").json
    assert [row["score"] for row in only_tags["results"]] == [None]
    assert "photo_01.jpg" in keepsight("search", "--tag", "second", "--library", library).out
    nothing = keepsight("search", "--tag", "first", "--not-tag", "first", "--library", library)
    assert nothing.out == "No photos found.\n"


def test_status_and_skipped(keepsight: Keepsight, library: Path, tmp_path: Path) -> None:
    status = keepsight("status", "--library", library, "--json").json
    assert set(status) == {
        "photos", "embedded", "pending", "missing", "offline", "skipped", "tags", "model", "library", "roots",
    }  # fmt: skip
    assert (status["photos"], status["embedded"], status["pending"], status["missing"]) == (12, 12, 0, 0)
    assert (status["model"], status["library"]) == ("keepsight-mini", str(library))
    assert "photos" in keepsight("status", "--library", library).out
    assert keepsight("skipped", "--library", library, "--json").json == []
    assert keepsight("skipped", "--library", library).out == "Nothing was skipped.\n"
    folder = tmp_path / "odd"
    folder.mkdir()
    odd = folder / os.fsdecode(b"caf\xe9.jpg")
    odd.write_bytes(b"")
    keepsight("index", folder, "--library", library)
    [row] = keepsight("skipped", "--library", library, "--json").json
    assert row["path"] == str(odd)
    assert row["reason"]


def test_tags_of_photos(keepsight: Keepsight, library: Path, small_photos: Path) -> None:
    photo = small_photos / "photo_02.jpg"
    added = keepsight("tags", "add", "breakfast club", photo, "--library", library, "--json").json
    assert added == {"tag": "breakfast club", "photos": 1}
    tags = keepsight("tags", "photo", photo, "--library", library, "--json").json
    assert tags[0] == {"tag": "breakfast club", "source": "person", "state": "accepted", "probability": None}
    assert "breakfast club (person, accepted)" in keepsight("tags", "photo", photo, "--library", library).out
    listed = keepsight("tags", "list", "--library", library, "--json").json
    assert {"tag": "breakfast club", "group": "My tags", "photos": 1} in listed
    assert "breakfast club" in keepsight("tags", "list", "--library", library).out
    removed = keepsight("tags", "remove", "breakfast club", photo, "--library", library)
    assert removed.out == "1 photo untagged.\n"
    assert "breakfast club" not in keepsight("tags", "photo", photo, "--library", library).out


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


def test_classify(keepsight: Keepsight, small_photos: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("motorcycle\n\ncat\n")
    run = keepsight(
        "classify", small_photos / "photo_01.jpg", tmp_path / "nowhere.jpg", "--labels", "cat, cup of coffee ,",
        "--labels-file", tmp_path / "labels.txt", "--template", "This is a photo of a {}.", "--top", 1, "--json",
    )  # fmt: skip
    cat, nowhere = run.json
    assert [row["label"] for row in cat["labels"] if row["present"]] == ["cat"]
    assert {row["label"] for row in cat["labels"]} == {"cat", "cup of coffee", "motorcycle"}
    assert set(cat["labels"][0]) == {"label", "similarity", "probability", "present"}
    assert nowhere == {"path": str(tmp_path / "nowhere.jpg"), "error": nowhere["error"]}
    words = keepsight("classify", small_photos / "photo_01.jpg", "--labels", "cat", "--threshold", "1")
    assert "none of these labels" in words.out
    words = keepsight(
        "classify", small_photos / "photo_01.jpg", tmp_path / "nowhere.jpg", "--labels", "cat", "--top", "1"
    )
    assert "cat" in words.out.splitlines()[0]
    assert "no longer there" in words.out.splitlines()[1]


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


def test_a_search_is_saved_listed_run_and_removed(keepsight: Keepsight, library: Path, small_photos: Path) -> None:
    keepsight("tags", "add", "mine", small_photos / "photo_01.jpg", "--library", library)
    keepsight("saved", "add", "Mine", "tag:mine", "--library", library)
    assert keepsight("saved", "list", "--library", library, "--json").json == [{"name": "Mine", "query": "tag:mine"}]
    found = keepsight("saved", "run", "mine", "--library", library, "--json").json
    assert [Path(row["path"]).name for row in found["results"]] == ["photo_01.jpg"]
    assert found["ended_by"] == "cut-off"
    assert found["results"][0]["why"] == [{"kind": "filter", "term": "tag:mine", "probability": 1.0, "found": []}]
    listed = library.parent / "mine.csv"
    told = keepsight("saved", "export", "mine", listed, "--library", library, "--json").json
    assert told == {"file": str(listed), "photos": len(found["results"])}
    assert listed.read_text(encoding="utf-8").startswith("path,probability")
    keepsight("saved", "remove", "Mine", "--library", library)
    assert keepsight("saved", "list", "--library", library).out == "No saved searches yet.\n"


def test_nothing_matches_is_said_and_a_limit_too(keepsight: Keepsight, library: Path) -> None:
    nothing = keepsight("search", "blorft snizzle", "--library", library, "--json").json
    assert (nothing["ended_by"], nothing["results"], nothing["matches"]) == ("nothing matches", [], 0)
    said = keepsight("search", "blorft snizzle", "--library", library)
    assert (said.code, said.out) == (0, "Nothing here matches. --all shows what comes nearest.\n")
    nearest = keepsight("search", "blorft snizzle", "--all", "--library", library, "--json").json
    assert (nearest["ended_by"], len(nearest["results"])) == ("limit", 12)
    limited = keepsight("search", "type:jpg", "--library", library, "--json", "--limit", 2).json
    assert (limited["ended_by"], len(limited["results"]), limited["matches"]) == ("limit", 2, 12)


def test_a_question_that_is_not_understood_is_pointed_at(keepsight: Keepsight, library: Path) -> None:
    for words in (("search", "dog (cat"), ("saved", "add", "broken", "dog (cat")):
        run = keepsight(*words, "--library", library)
        assert (run.code, run.out) == (1, "")
        assert "At character 5" in run.err


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


def test_a_device_that_is_not_there_is_noted(keepsight: Keepsight, library_folder: Path, photos: Path) -> None:
    from desktop_app.ml.torch_setup import import_torch

    if import_torch().cuda.is_available():
        pytest.skip("this machine has the device")
    run = keepsight("index", photos, "--library", library_folder, "--json", "--device", "cuda")
    assert run.json["device"] == "cpu"
    assert "no CUDA device" in run.err


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
