"""Indexing, and what became of files, on the command line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.fixtures.command_runs import Keepsight


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


def test_a_device_that_is_not_there_is_noted(keepsight: Keepsight, library_folder: Path, photos: Path) -> None:
    from desktop_app.ml.torch_setup import import_torch

    if import_torch().cuda.is_available():
        pytest.skip("this machine has the device")
    run = keepsight("index", photos, "--library", library_folder, "--json", "--device", "cuda")
    assert run.json["device"] == "cpu"
    assert "no CUDA device" in run.err
