"""The models there are to choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.model import ModelOrigin
from desktop_app.ml.calibration import DEFAULT_CALIBRATION, Calibration
from desktop_app.ml.catalogue import (
    BUILT_IN_NAME,
    built_in_entry,
    entries_from_json,
    entries_to_json,
    entry_from_file,
    find_entry,
    hub_entries,
)
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.model_facts import FACTS_FILE, calibration_of, model_facts
from desktop_app.ml.torch_setup import import_open_clip


def test_the_built_in_model_is_there() -> None:
    entry = built_in_entry()
    folder = Path(entry.architecture.removeprefix("local-dir:"))
    assert entry.name == BUILT_IN_NAME
    assert (folder / "open_clip_config.json").is_file()
    assert 10 < entry.size_mb < 200


def test_hub_models_are_what_open_clip_knows() -> None:
    open_clip = import_open_clip()
    names = [entry.name for entry in hub_entries()]
    assert len(set(names)) == len(names)
    for entry in hub_entries():
        assert open_clip.get_model_config(entry.architecture) is not None, entry.name
        assert open_clip.get_pretrained_cfg(entry.architecture, entry.weights), entry.name
        assert entry.size_mb > 0
        assert entry.licence
        assert entry.languages
        assert entry.best_for
    assert any("many" in entry.best_for or "own language" in entry.best_for for entry in hub_entries())


def test_a_hub_model_that_was_not_downloaded_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="not on this machine"):
        load_catalogue_model(hub_entries()[0], device="cpu", models_folder=tmp_path)


def test_a_folder_that_open_clip_saved_is_a_model() -> None:
    folder = Path(built_in_entry().architecture.removeprefix("local-dir:"))
    entry = entry_from_file(folder, architecture=None, name="mine")
    assert (entry.name, entry.origin) == ("mine", ModelOrigin.FILE)
    assert entry.architecture == f"local-dir:{folder}"
    assert entry.size_mb >= built_in_entry().size_mb


def test_a_weights_file_needs_its_architecture(tmp_path: Path) -> None:
    path = tmp_path / "My Weights.safetensors"
    path.write_bytes(b"x" * 2_000_000)
    entry = entry_from_file(path, architecture="ViT-B-32")
    assert (entry.name, entry.architecture, entry.weights, entry.size_mb) == ("my-weights", "ViT-B-32", str(path), 2)
    with pytest.raises(UserFacingError, match="--arch"):
        entry_from_file(path, architecture=None)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no weights")
    for path, architecture, words in (
        (tmp_path, None, "open_clip_config.json"),
        (tmp_path / "notes.txt", "ViT-B-32", "no weights file"),
        (tmp_path / "nowhere", None, "no file or folder"),
    ):
        with pytest.raises(UserFacingError, match=words):
            entry_from_file(path, architecture=architecture)


def test_added_models_are_written_and_read_back() -> None:
    entries = (built_in_entry(), *hub_entries())
    assert entries_from_json(entries_to_json(entries)) == entries
    assert entries_from_json("[]") == ()


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    assert find_entry(hub_entries(), hub_entries()[1].name) == hub_entries()[1]
    with pytest.raises(UserFacingError) as refused:
        find_entry([built_in_entry()], "nonsense")
    assert BUILT_IN_NAME in refused.value.next_step


def facts_in(folder: Path, text: str):
    (folder / FACTS_FILE).write_text(text)
    (folder / "open_clip_config.json").write_text("{}")
    return entry_from_file(folder, architecture=None)


def test_a_model_states_its_own_calibration(tmp_path: Path) -> None:
    entry = facts_in(tmp_path, '{"calibration": {"slope": 1.5, "offset": 2}}')
    assert calibration_of(entry) == Calibration(1.5, 2.0)
    assert calibration_of(hub_entries()[0]) == DEFAULT_CALIBRATION
    assert calibration_of(built_in_entry()) != DEFAULT_CALIBRATION


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"calibration": 3}', '{"calibration": {"slope": "x", "offset": 1}}', '{"calibration": {}}'],
)
def test_facts_that_make_no_sense_are_passed_over(tmp_path: Path, text: str) -> None:
    entry = facts_in(tmp_path, text)
    assert calibration_of(entry) == DEFAULT_CALIBRATION
    assert isinstance(model_facts(entry), dict)
