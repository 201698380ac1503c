"""A hub model from registry to unit vectors, over a real socket, with a real (tiny) CLIP."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.domain.model import CatalogueEntry
from desktop_app.ml.catalogue import find_entry, hub_entries
from desktop_app.ml.download import (
    DownloadWatch,
    discard,
    download_model,
    downloaded_folder,
    open_clip_config,
    partial_bytes,
    require_packages,
    wanted_files,
)
from desktop_app.ml.hub import hub_endpoint
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.packages import KNOWN_TO_WORK
from desktop_app.ml.torch_setup import import_torch
from tests.fixtures.hub import SAFE_WEIGHTS, TINY, TINY_REPOSITORY, LocalHub


def watching(
    *, stopped: Callable[[], bool] = lambda: False, arrived: Callable[[int, int], None] = lambda *_: None
) -> DownloadWatch:
    return DownloadWatch(stopped=stopped, arrived=arrived, checking=lambda: None)


def test_a_downloaded_model_loads_without_the_hub(tiny_hub: LocalHub, tiny_weights: bytes, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    folder = download_model(TINY, tmp_path, watching(arrived=lambda *now: seen.append(now)), endpoint=tiny_hub.endpoint)
    assert folder == downloaded_folder(TINY, tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == ["open_clip_config.json", SAFE_WEIGHTS]
    assert seen[0] == (0, len(tiny_weights))
    assert seen[-1] == (len(tiny_weights), len(tiny_weights))

    asked = len(tiny_hub.asked)
    embedder = load_catalogue_model(TINY, device="cpu", models_folder=tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    images, texts = embedder.embed_images(pixels), embedder.embed_texts(["a dog", "a cat"])
    assert images.shape == (3, 16)
    assert np.allclose(np.linalg.norm(images, axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)
    assert (embedder.spec.size, embedder.spec.resize, embedder.spec.interpolation) == (32, "squash", "bilinear")
    assert len(tiny_hub.asked) == asked


def test_what_the_registry_says_of_the_weights_is_kept(tiny_registered: CatalogueEntry) -> None:
    config = open_clip_config(TINY)
    assert config["model_cfg"]["quick_gelu"] is True
    assert config["preprocess_cfg"]["std"] == (0.25, 0.25, 0.25)


def test_an_interrupted_download_is_seen_and_gone_on_with(tiny_hub: LocalHub, tmp_path: Path) -> None:
    seen = [(0, 0)]
    watch = watching(stopped=lambda: seen[-1][0] > 0, arrived=lambda *now: seen.append(now))
    with pytest.raises(Cancelled):
        download_model(TINY, tmp_path, watch, endpoint=tiny_hub.endpoint)
    assert downloaded_folder(TINY, tmp_path) is None
    here = partial_bytes(TINY, tmp_path)
    assert 0 < here < seen[-1][1]
    download_model(TINY, tmp_path, watching(), endpoint=tiny_hub.endpoint)
    assert tiny_hub.ranges_asked()[-1] == f"bytes={here}-"
    assert partial_bytes(TINY, tmp_path) == 0


def test_a_verified_file_is_not_fetched_twice(tiny_hub: LocalHub, tmp_path: Path) -> None:
    folder = download_model(TINY, tmp_path, watching(), endpoint=tiny_hub.endpoint)
    (folder / "open_clip_config.json").unlink()
    fetched = len(tiny_hub.ranges_asked())
    download_model(TINY, tmp_path, watching(), endpoint=tiny_hub.endpoint)
    assert len(tiny_hub.ranges_asked()) == fetched


def test_an_unfinished_file_of_an_older_version_is_dropped(tiny_hub: LocalHub, tmp_path: Path) -> None:
    old = tmp_path / TINY.name / f"{SAFE_WEIGHTS}.0123456789abcdef.part"
    old.parent.mkdir()
    old.write_bytes(b"old")
    download_model(TINY, tmp_path, watching(), endpoint=tiny_hub.endpoint)
    assert not old.exists()


def test_discarding_leaves_nothing(tiny_hub: LocalHub, tmp_path: Path) -> None:
    download_model(TINY, tmp_path, watching(), endpoint=tiny_hub.endpoint)
    discard(TINY, tmp_path)
    assert list(tmp_path.iterdir()) == []
    discard(TINY, tmp_path)


def test_a_model_that_the_hub_no_longer_has_is_said(
    hub: LocalHub, tiny_registered: CatalogueEntry, tmp_path: Path
) -> None:
    with pytest.raises(UserFacingError, match="no longer has Tiny CLIP"):
        download_model(TINY, tmp_path, watching(), endpoint=hub.endpoint)


def test_weights_that_are_a_program_are_refused(hub: LocalHub, tiny_registered: CatalogueEntry, tmp_path: Path) -> None:
    """A pickle may run any code when it is loaded; only tensors may come out of a weights file."""
    torch, source, proof = import_torch(), tmp_path / "evil.bin", tmp_path / "proof"
    torch.save(_Evil(proof), source)
    hub.put(TINY_REPOSITORY, "open_clip_pytorch_model.bin", source.read_bytes())
    download_model(TINY, tmp_path / "models", watching(), endpoint=hub.endpoint)
    with pytest.raises(UserFacingError, match="holds more than weights"):
        load_catalogue_model(TINY, device="cpu", models_folder=tmp_path / "models")
    assert not proof.exists()


class _Evil:
    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.proof,)


def test_truncated_weights_are_said_to_be_damaged(tiny_hub: LocalHub, tiny_weights: bytes, tmp_path: Path) -> None:
    folder = download_model(TINY, tmp_path, watching(), endpoint=tiny_hub.endpoint)
    (folder / SAFE_WEIGHTS).write_bytes(tiny_weights[:5000])
    with pytest.raises(UserFacingError, match=r"damaged: download it again"):
        load_catalogue_model(TINY, device="cpu", models_folder=tmp_path)


@pytest.mark.parametrize("entry", hub_entries(), ids=lambda entry: entry.name)
def test_open_clip_knows_every_model_of_the_catalogue(entry: CatalogueEntry) -> None:
    wanted = wanted_files(entry)
    assert wanted[0].names[0].endswith(".safetensors")
    config = open_clip_config(entry)
    assert set(config["preprocess_cfg"]) == {"mean", "std", "interpolation", "resize_mode"}
    assert json.loads(json.dumps(config))
    needs_tokenizer = entry.languages != ("English",)
    assert len(wanted) == (5 if needs_tokenizer else 1)


@pytest.mark.skipif(importlib.util.find_spec("transformers") is not None, reason="the package is installed here")
def test_a_missing_package_is_named_before_anything_is_downloaded(hub: LocalHub, tmp_path: Path) -> None:
    entry = find_entry(hub_entries(), "siglip2-b-16")
    with pytest.raises(UserFacingError, match="transformers") as refused:
        download_model(entry, tmp_path, watching(), endpoint=hub.endpoint)
    assert f"pip install transformers=={KNOWN_TO_WORK['transformers']}" in refused.value.next_step
    assert hub.asked == []
    assert list(tmp_path.iterdir()) == []
    require_packages(find_entry(hub_entries(), "vit-b-32-openai"))


def test_the_libraries_are_kept_from_the_network() -> None:
    """In a Python of its own, as a person's would be: nothing set, and the hub client says that it is offline."""
    script = """
from desktop_app.ml.torch_setup import import_open_clip
import_open_clip()
from huggingface_hub import constants
print(constants.is_offline_mode() if hasattr(constants, "is_offline_mode") else constants.HF_HUB_OFFLINE)
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    assert done.stdout.strip() == "True"


def test_a_mirror_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert hub_endpoint() == "https://mirror.example"
