"""Two Keepsights on one library at the same time: both do their work, nothing is there twice."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.fixtures.commands import SECONDS, answer_of, keepsight, start_keepsight
from tests.fixtures.photos import write_unique_copies

pytestmark = pytest.mark.timeout(SECONDS + 20)


def test_two_index_commands_share_the_work_of_one_library(
    library_folder: Path, small_photos: Path, tmp_path: Path
) -> None:
    sources = sorted(small_photos.iterdir())
    write_unique_copies(sources, tmp_path / "many", 120)
    shutil.copytree(tmp_path / "many", tmp_path / "copies")
    both = [
        start_keepsight("index", folder, "--library", library_folder, "--json")
        for folder in (tmp_path / "many", tmp_path / "copies")
    ]
    reports = []
    for process in both:
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        reports.append(json.loads(out))
    for report in reports:
        assert report["added"] + report["reused"] == 120
        assert report["skipped"] == []
    assert sum(report["added"] for report in reports) == 120
    connection = sqlite3.connect(library_folder / "library.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    counts = [
        connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("files", "contents", "embeddings")
    ]
    connection.close()
    assert counts == [240, 120, 120]
    assert answer_of(keepsight("status", "--library", library_folder, "--json"))["pending"] == 0


def test_a_tag_given_while_another_command_indexes(library_folder: Path, photos: Path, tmp_path: Path) -> None:
    answer_of(keepsight("index", photos, "--library", library_folder, "--json"))
    write_unique_copies(sorted(photos.iterdir()), tmp_path / "many", 200)
    indexing = start_keepsight("index", tmp_path / "many", "--library", library_folder, "--json")
    for number in range(3):
        path = photos / f"photo_{number:02d}.jpg"
        answer_of(keepsight("tags", "add", "meanwhile", path, "--library", library_folder, "--json"))
    out, err = indexing.communicate(timeout=SECONDS)
    assert indexing.returncode == 0, err
    assert json.loads(out)["added"] == 200
    listed = answer_of(keepsight("tags", "list", "--library", library_folder, "--json"))
    assert {"tag": "meanwhile", "group": "My tags", "photos": 3} in listed
