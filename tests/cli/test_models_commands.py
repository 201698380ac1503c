"""`keepsight models …` from the words typed to what is printed, with a hub on loopback."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from desktop_app.cli.main import DONE, FAILED, USAGE, run
from desktop_app.compose import Composition
from desktop_app.ml.catalogue import BUILT_IN_NAME
from tests.fixtures.hub import TINY, LocalHub, bytes_below, in_catalogue, tiny_folder
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed

NAME = TINY.name
OTHER = "other"


class _Quiet(Composition):
    """Leaves the test run's own logging as it is."""

    def log(self, folder: Path | None, *, debug: bool) -> None:
        """Nothing."""


class Keepsight:
    """Runs commands on one library."""

    def __init__(self, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._library = library
        self._capsys = capsys
        self.notes = ""

    def __call__(self, *words: str, expect: int = DONE) -> str:
        """What a command prints on stdout; its notes are kept."""
        code = run(["--library", str(self._library), *words], _Quiet())
        printed = self._capsys.readouterr()
        self.notes = printed.err
        assert code == expect, printed.err
        return printed.out

    def json(self, *words: str) -> Any:
        """What a command prints as JSON, which must be all there is on stdout."""
        return json.loads(self(*words, "--json"))


@pytest.fixture
def keepsight(
    tmp_path: Path, copied_library: Indexed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Keepsight:
    monkeypatch.setattr("desktop_app.compose.default_models_folder", lambda: tmp_path / "models")
    return Keepsight(copied_library.library, capsys)


@pytest.fixture
def other_model(tmp_path: Path, tiny_weights: bytes) -> Path:
    return tiny_folder(tmp_path / OTHER, tiny_weights)


@pytest.fixture
def offered(tiny_hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    """The tiny model in the catalogue, and the hub where the command line looks for it."""
    in_catalogue(monkeypatch)
    monkeypatch.setenv("HF_ENDPOINT", tiny_hub.endpoint)
    return tiny_hub


def row_of(keepsight: Keepsight, name: str) -> dict[str, Any]:
    return next(row for row in keepsight.json("models", "list") if row["name"] == name)


def test_list_tells_what_a_person_chooses_by(keepsight: Keepsight) -> None:
    rows = keepsight.json("models", "list")
    assert rows[0]["name"] == BUILT_IN_NAME
    assert (rows[0]["active"], rows[0]["installed"], rows[0]["embedded"]) == (True, True, SMALL_PHOTOS)
    for row in rows[1:]:
        assert row["size_mb"] > 0
        assert row["licence"]
        assert row["languages"]
        assert 0.5 < row["imagenet_top_1"] < 0.9
        assert not row["installed"]
    text = keepsight("models", "list")
    assert f"* {BUILT_IN_NAME}" in text
    assert "no commercial use" in text


def test_use_and_index_change_the_model(keepsight: Keepsight, other_model: Path) -> None:
    keepsight("models", "add", str(other_model), "--name", OTHER)
    chosen = keepsight.json("models", "use", OTHER)
    assert chosen == {"model": BUILT_IN_NAME, "switching_to": OTHER, "pending": SMALL_PHOTOS}
    status = keepsight.json("status")
    assert (status["model"], status["pending"]) == (BUILT_IN_NAME, 0)
    assert status["switching_to"] == {"model": OTHER, "embedded": 0, "photos": SMALL_PHOTOS}
    assert f"Changing to {OTHER}: 0 of {SMALL_PHOTOS} photos." in keepsight("status")

    report = keepsight.json("index")
    assert (report["model"], report["reused"]) == (OTHER, SMALL_PHOTOS)
    assert f"{OTHER} serves from now on." in keepsight.notes
    status = keepsight.json("status")
    assert (status["model"], status["embedded"]) == (OTHER, SMALL_PHOTOS)
    assert "switching_to" not in status
    assert row_of(keepsight, OTHER)["images_per_second"] > 0


def test_cancel_stays_with_the_model_that_serves(keepsight: Keepsight, other_model: Path) -> None:
    keepsight("models", "add", str(other_model), "--name", OTHER)
    assert f"Until then {BUILT_IN_NAME} serves." in keepsight("models", "use", OTHER)
    assert row_of(keepsight, OTHER)["pending"]
    assert keepsight.json("models", "cancel") == {"model": BUILT_IN_NAME, "cancelled": OTHER}
    assert keepsight("models", "cancel").startswith("No change of models")
    assert "switching_to" not in keepsight.json("status")


def test_download_use_measure_and_remove(keepsight: Keepsight, offered: LocalHub) -> None:
    assert keepsight.json("models", "download", NAME) == {"model": NAME, "installed": True}
    assert "licence: MIT" in keepsight.notes
    assert row_of(keepsight, NAME)["installed"]
    assert keepsight.json("models", "measure", NAME)["images_per_second"] > 0
    assert row_of(keepsight, NAME)["images_per_second"] > 0
    keepsight("models", "remove", NAME)
    assert not row_of(keepsight, NAME)["installed"]


def test_use_downloads_what_is_not_here(keepsight: Keepsight, offered: LocalHub) -> None:
    assert keepsight.json("models", "use", NAME)["switching_to"] == NAME
    assert "Downloading Tiny CLIP" in keepsight.notes


def test_a_failed_download_says_why_and_keeps_what_came(keepsight: Keepsight, offered: LocalHub) -> None:
    offered.faults.cut_after = [1_000_000] + [0] * 20
    keepsight("models", "download", NAME, expect=FAILED)
    assert "cannot be reached" in keepsight.notes
    assert row_of(keepsight, NAME)["partial_mb"] == 1
    keepsight("models", "download", NAME, "--discard")
    assert row_of(keepsight, NAME)["partial_mb"] == 0
    offered.faults.cut_after = []
    keepsight("models", "download", NAME)


@pytest.mark.parametrize("action", ["use", "download", "remove", "measure"])
def test_an_unknown_model_is_named(keepsight: Keepsight, action: str) -> None:
    keepsight("models", action, "nonsense", expect=FAILED)
    assert "There is no model called 'nonsense'" in keepsight.notes
    assert BUILT_IN_NAME in keepsight.notes


def test_evaluate_prints_a_table_or_json(keepsight: Keepsight, sample_photos: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.tsv"
    truth.write_text("chelsea.png\tcat\nrocket.jpg\trocket\nbroken.jpg\tcat\n", encoding="utf-8")
    (sample_photos / "broken.jpg").write_bytes(b"no photo")
    words = ("models", "evaluate", BUILT_IN_NAME, "--photos", str(sample_photos), "--truth", str(truth))
    value = keepsight.json(*words)
    assert (value["photos"], value["classes"], len(value["unreadable"])) == (2, 2, 1)
    assert set(value["figures"]) == {"top_1", "mean_average_precision"}
    text = keepsight(*words)
    assert "mean average precision" in text
    assert "broken.jpg" in keepsight.notes
    kept = [row for row in row_of(keepsight, BUILT_IN_NAME)["evaluations"] if not row["stated"]]
    assert [row["photos"] for row in kept] == [2]


def test_evaluate_needs_photos_and_truth(keepsight: Keepsight) -> None:
    keepsight("models", "evaluate", BUILT_IN_NAME, expect=USAGE)


def test_a_query_in_another_language_is_hinted_at(keepsight: Keepsight) -> None:
    value = keepsight.json("search", "zwei hunde im schnee", "--all")
    assert len(value["results"]) == SMALL_PHOTOS
    assert "your words look like German" in keepsight.notes
    keepsight("search", "two dogs in the snow")
    assert keepsight.notes == ""


def test_ctrl_c_pauses_a_download(
    keepsight: Keepsight, offered: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt_while_bytes_come_in(answer: Future[None]) -> None:
        while bytes_below(tmp_path / "models") < 1_000_000:
            assert not answer.done()
            time.sleep(0.01)
        raise KeyboardInterrupt

    offered.faults.seconds_per_chunk = 0.02
    monkeypatch.setattr("desktop_app.cli.model_download.result_of", interrupt_while_bytes_come_in)
    keepsight("models", "download", NAME, expect=FAILED)
    assert "Paused." in keepsight.notes
    assert row_of(keepsight, NAME)["partial_mb"] > 0
