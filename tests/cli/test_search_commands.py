"""Searching, saved searches and classifying on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.command_runs import Keepsight


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
