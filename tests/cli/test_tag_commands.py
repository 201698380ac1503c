"""Defining, reviewing and reshaping tags on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fixtures.command_runs import Keepsight


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


def test_tags_are_defined_reshaped_and_undone(keepsight: Keepsight, library: Path, small_photos: Path) -> None:
    here = ("--library", library, "--json")
    keepsight("index", *here)
    defined = keepsight(
        "tags", "define", "cat portrait", "--parent", "cat", "--prompt", "a portrait of a cat", *here
    ).json
    assert defined["group"] == "Animals"
    assert defined["prompts"] == ["a portrait of a cat"]
    assert defined["photos"] > 0
    waiting = keepsight("tags", "review", "cat portrait", *here).json
    assert len(waiting) == defined["photos"]
    some = waiting[0]["path"]
    assert keepsight("tags", "accept", "cat portrait", some, *here).json["photos"] == 1
    assert keepsight("tags", "review", "cat portrait", "--limit", "1", *here).json != waiting[:1]
    assert keepsight("tags", "reject", "cat portrait", "--below", "1", *here).json["photos"] == len(waiting) - 1
    assert keepsight("tags", "suggest", "cat portrait", *here).json == []
    assert (
        keepsight("tags", "rename", "cat portrait", "Mieze", *here).json["edit"] == "renaming “cat portrait” to “Mieze”"
    )
    assert keepsight("tags", "move", "Mieze", *here).json["edit"] == "moving “Mieze” to the top"
    assert keepsight("tags", "undo", *here).json["edit"] == "moving “Mieze” to the top"
    assert keepsight("tags", "redo", *here).json["edit"] == "moving “Mieze” to the top"
    preview = keepsight("tags", "threshold", "cat", "0.0", "--preview", *here).json
    assert preview["added"]
    assert keepsight("tags", "threshold", "cat", "0.0", *here).json["photos"] >= len(preview["added"])
    assert keepsight("tags", "merge", "Mieze", "cat", *here).json["photos"] == 1
    assert keepsight("tags", "delete", "cat", *here).json["photos"] >= 1
    assert "There is no tag “cat”" in keepsight("tags", "delete", "cat", "--library", library).err


def test_tags_travel_in_files(keepsight: Keepsight, library: Path, small_photos: Path, tmp_path: Path) -> None:
    here = ("--library", library, "--json")
    keepsight("tags", "add", "mine", small_photos / "photo_00.jpg", *here)
    exported = keepsight("tags", "export", tmp_path / "all.json", *here).json
    assert exported["tags"] == len(json.loads((tmp_path / "all.json").read_text())["tags"])
    keepsight("tags", "undo", *here)
    imported = keepsight("tags", "import", tmp_path / "all.json", *here).json
    assert (imported["tags_made"], imported["photos"], imported["unknown"]) == (1, 1, [])
    other = tmp_path / "others.csv"
    other.write_text(f"path,tag\n{small_photos / 'photo_01.jpg'},seaside\n/nowhere/x.jpg,seaside\n")
    imported = keepsight("tags", "import", other, *here).json
    assert (imported["photos"], imported["unknown"]) == (1, ["/nowhere/x.jpg"])
