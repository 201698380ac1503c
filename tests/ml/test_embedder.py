"""The built-in model: unit vectors in order, the preprocessing of open_clip, and what happens when memory runs out."""

from __future__ import annotations

import importlib
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.model import ModelOrigin, PixelSpec
from desktop_app.imaging.decode import decode_pixels
from desktop_app.ml import embedder as embedder_module
from desktop_app.ml.catalogue import built_in_entry
from desktop_app.ml.devices import Device
from desktop_app.ml.embedder import Embedder, load_embedder
from desktop_app.ml.text_tower import encode_texts
from desktop_app.ml.torch_setup import import_open_clip, import_torch
from tests.fixtures.photos import SOURCES, source_folder


@pytest.fixture(scope="session")
def pictures(embedder: Embedder) -> np.ndarray:
    """A few photos as the model wants them, uint8 [6, S, S, 3]."""
    return np.stack([decode_pixels(source_folder() / name, embedder.spec) for name in SOURCES])


def test_pictures_become_unit_vectors_in_their_order(embedder: Embedder, pictures: np.ndarray) -> None:
    together = embedder.embed_images(pictures)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for row, picture in zip(together, pictures, strict=True):
        np.testing.assert_allclose(embedder.embed_images(picture[None])[0], row, atol=1e-4)
    assert len(embedder.embed_images(pictures[:0])) == 0


def test_texts_become_unit_vectors_in_their_order(embedder: Embedder) -> None:
    texts = [f"a photo of {number} cats" for number in range(70)]
    together = embedder.embed_texts(texts)
    assert together.shape == (70, embedder.embed_images(np.zeros((1, *_square(embedder)), np.uint8)).shape[1])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embedder.embed_texts(texts[69:])[0], together[69], atol=1e-4)
    assert len(embedder.embed_texts([])) == 0
    # Longer than any context: cut, not refused.
    assert np.isfinite(embedder.embed_texts(["word " * 5000, "", "日本 🐕"])).all()


@pytest.mark.parametrize("architecture", ["ViT-S-32", "ViT-S-32-alt"])
def test_short_texts_cost_less_and_mean_the_same(architecture: str) -> None:
    open_clip, torch = import_open_clip(), import_torch()
    torch.manual_seed(1)
    model = open_clip.create_model(architecture, precision="fp32").eval()
    tokens = open_clip.get_tokenizer(architecture)(["a cat", "", "wow! that is it!", "a dog on the beach at night"])
    lengths: list[int] = []
    model.transformer.register_forward_pre_hook(lambda _, inputs: lengths.append(inputs[0].shape[1]))
    with torch.inference_mode():
        torch.testing.assert_close(encode_texts(model, tokens), model.encode_text(tokens), atol=1e-5, rtol=1e-4)
    assert lengths[0] == 9
    assert lengths[1] == tokens.shape[1]


def _square(embedder: Embedder) -> tuple[int, int, int]:
    return embedder.spec.size, embedder.spec.size, 3


def test_it_sees_a_cat_in_a_photo_of_a_cat(embedder: Embedder, pictures: np.ndarray) -> None:
    texts = ["a cat", "a cup of coffee", "a rocket", "a motorcycle"]
    similar = embedder.embed_images(pictures) @ embedder.embed_texts(texts).T
    # Each photo against the mean of all: a cat's is the most cat-like, and so on.
    most = similar.argmax(axis=0)
    assert SOURCES[most[0]] == "chelsea.png"
    assert SOURCES[most[3]].startswith("motorcycle")
    assert embedder.logit_scale > 1


def test_pictures_are_prepared_as_open_clip_prepares_them(embedder: Embedder, tmp_path: Path) -> None:
    """Ours (reduced decode, same geometry) against open_clip's own transform of a full decode, mean-centred.

    Without colour profiles: open_clip leaves those aside, we do not.
    """
    torch, transforms = import_torch(), importlib.import_module("open_clip.transform")
    config = transforms.PreprocessCfg(**embedder._model.visual.preprocess_cfg)
    transform = transforms.image_transform_v2(config, is_train=False)
    ours, theirs = [], []
    for name in SOURCES:
        path = tmp_path / f"{name}.jpg"
        with Image.open(source_folder() / name) as image:
            large = image.convert("RGB").resize((image.width * 4 + 1, image.height * 4 + 3), Image.Resampling.LANCZOS)
        large.info.clear()
        large.save(path, quality=92)
        ours.append(embedder.embed_images(decode_pixels(path, embedder.spec)[None])[0])
        with Image.open(path) as image, torch.inference_mode():
            vector = embedder._model.encode_image(transform(image.convert("RGB"))[None])[0].numpy()
        theirs.append(vector / np.linalg.norm(vector))
    mean = np.mean(theirs, axis=0)
    for our, their in zip(np.array(ours) - mean, np.array(theirs) - mean, strict=True):
        assert our @ their / np.linalg.norm(our) / np.linalg.norm(their) > 0.995


@pytest.mark.parametrize(
    "trouble",
    [
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        MemoryError(),
    ],
)
def test_out_of_memory_halves_the_batch_and_goes_on(
    embedder: Embedder,
    pictures: np.ndarray,
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    small = Embedder(embedder._model, embedder._tokenizer, device=Device("cpu"))
    sizes, real = [], small._forward_images

    def little_memory(batch: np.ndarray):
        sizes.append(len(batch))
        if len(batch) > 3:
            raise trouble
        return real(batch)

    monkeypatch.setattr(small, "_forward_images", little_memory)
    many = np.concatenate([pictures, pictures])
    with caplog.at_level(logging.WARNING):
        vectors = small.embed_images(many)
    assert sizes == [8, 4, *[2] * 6]
    np.testing.assert_allclose(vectors, embedder.embed_images(many), atol=1e-4)
    assert "ran out of memory at 8 pictures: going on with 4" in caplog.text
    # The size that worked is kept.
    sizes.clear()
    small.embed_images(pictures)
    assert sizes == [2, 2, 2]


def test_other_errors_and_a_single_picture_too_large_are_raised(
    embedder: Embedder, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Embedder(embedder._model, embedder._tokenizer, device=Device("cpu"))

    for words, asked in (("out of memory", [6, 3, 1]), ("a bug", [1])):
        sizes: list[int] = []

        def fail(batch: np.ndarray, words: str = words, sizes: list[int] = sizes):
            sizes.append(len(batch))
            raise RuntimeError(words)

        monkeypatch.setattr(small, "_forward_images", fail)
        with pytest.raises(RuntimeError, match=words):
            small.embed_images(pictures)
        assert sizes == asked


def copy_of_model(tmp_path: Path) -> Path:
    source = Path(built_in_entry().architecture.removeprefix("local-dir:"))
    return Path(shutil.copytree(source, tmp_path / "model"))


def entry_at(folder: Path):
    return replace(built_in_entry(), origin=ModelOrigin.FILE, architecture=f"local-dir:{folder}")


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "gone", "config", "other shape"])
def test_a_damaged_model_is_said_in_plain_words(tmp_path: Path, damage: str) -> None:
    folder = copy_of_model(tmp_path)
    weights, config = folder / "open_clip_model.safetensors", folder / "open_clip_config.json"
    match damage:
        case "cut":
            weights.write_bytes(weights.read_bytes()[:100_000])
        case "noise":
            weights.write_bytes(b"\x07" * 5000)
        case "empty":
            weights.write_bytes(b"")
        case "gone":
            weights.unlink()
        case "config":
            config.write_text("{")
        case "other shape":
            config.write_text(config.read_text().replace('"embed_dim": 512', '"embed_dim": 256'))
    with pytest.raises(UserFacingError) as refused:
        load_embedder(entry_at(folder), device=Device("cpu"))
    assert "\n" not in str(refused.value)
    assert refused.value.next_step


def test_a_model_in_any_folder_loads(tmp_path: Path, embedder: Embedder) -> None:
    other = load_embedder(entry_at(copy_of_model(tmp_path)), device=Device("cpu"))
    np.testing.assert_allclose(other.embed_texts(["a dog"]), embedder.embed_texts(["a dog"]), atol=1e-5)
    assert other.spec == embedder.spec


@pytest.mark.parametrize(
    ("config", "spec"),
    [
        ({"size": (224, 224)}, PixelSpec(224)),
        ({"size": 256, "resize_mode": "squash", "interpolation": "bilinear"}, PixelSpec(256, "squash", "bilinear")),
        ({"size": [384, 384], "resize_mode": "longest", "fill_color": 114}, PixelSpec(384, "longest", fill=114)),
    ],
)
def test_the_preprocess_config_says_what_pictures_are_wanted(config: dict, spec: PixelSpec) -> None:
    assert embedder_module._pixel_spec(config) == spec
