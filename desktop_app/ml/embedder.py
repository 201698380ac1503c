"""A loaded CLIP model: pictures and texts in, unit vectors out."""

from __future__ import annotations

import contextlib
import json
import logging
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.model import CatalogueEntry, PixelSpec
from desktop_app.ml.devices import Device, inference_threads
from desktop_app.ml.packages import missing_package
from desktop_app.ml.patch_features import patch_features
from desktop_app.ml.text_tower import encode_texts
from desktop_app.ml.torch_setup import import_open_clip, import_torch

_log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

# Text towers are small: 64 short texts at once keep them busy without holding up a waiting search for long.
_TEXT_BATCH = 64

# What a model holds between its layers grows with the batch: with the built-in one, 15 MB for each picture. On a CPU eight
# at once take no longer for each than 32 do, and videos bring any number of pictures to a batch of files.
_IMAGES_AT_ONCE_ON_CPU = 8
_IMAGES_AT_ONCE = 64


class Embedder:
    """Wraps one open_clip model on one device. Not thread-safe: the inference thread owns it."""

    def __init__(self, model: Any, tokenizer: Any, *, device: Device) -> None:
        torch = import_torch()
        self.device = device
        self._torch = torch
        self._model = model
        self._tokenizer = tokenizer
        config = model.visual.preprocess_cfg
        self.spec = _pixel_spec(config)
        dtype = torch.float16 if device.half_precision else torch.float32
        self._dtype = dtype
        self._mean = torch.tensor(config["mean"], dtype=torch.float32, device=device.name).view(1, 3, 1, 1)
        self._std = torch.tensor(config["std"], dtype=torch.float32, device=device.name).view(1, 3, 1, 1)
        self._images_at_once = _IMAGES_AT_ONCE_ON_CPU if device.name == "cpu" else _IMAGES_AT_ONCE
        self._safe_batch: int | None = None

    @property
    def logit_scale(self) -> float:
        """CLIP's learned temperature as a factor on cosine similarities (Radford et al. 2021, section 2.5)."""
        return float(self._model.logit_scale.exp().item())

    def embed_images(self, pixels: npt.NDArray[np.uint8]) -> Vectors:
        """Embed uint8 [N, S, S, 3] RGB; returns float32 [N, D], L2-normalised.

        When the device runs out of memory the batch is halved and the smaller size is kept from then on.
        """
        parts: list[Vectors] = []
        start = 0
        while start < len(pixels):
            size = min(len(pixels) - start, self._safe_batch or self._images_at_once)
            try:
                parts.append(self._forward_images(pixels[start : start + size]))
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error) or size == 1:
                    raise
                self._safe_batch = size // 2
                _log.warning(
                    "The %s device ran out of memory at %d pictures: going on with %d",
                    self.device.name,
                    size,
                    size // 2,
                )
                self._release_memory()
                continue
            start += size
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Embed texts; returns float32 [N, D], L2-normalised."""
        # Texts of a like length together: a batch costs as much as its longest.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        parts = []
        with self._torch.inference_mode():
            for start in range(0, len(texts), _TEXT_BATCH):
                tokens = self._tokenizer([texts[row] for row in order[start : start + _TEXT_BATCH]])
                encoded = encode_texts(self._model, tokens.to(self.device.name))
                parts.append(_unit(encoded.float()).cpu().numpy())
        if not parts:
            return np.empty((0, 0), np.float32)
        vectors = np.concatenate(parts)
        return np.asarray(vectors[np.argsort(order)], np.float32)

    def embed_patches(self, pixels: npt.NDArray[np.uint8]) -> Vectors:
        """Embed the patches of uint8 [N, S, S, 3] RGB; returns float32 [N, rows, columns, D], L2-normalised."""
        with self._torch.inference_mode():
            features = patch_features(self._model, self._preprocessed(pixels))
            vectors: Vectors = _unit(features.float()).cpu().numpy()
        return vectors

    def _forward_images(self, pixels: npt.NDArray[np.uint8]) -> Vectors:
        with self._torch.inference_mode():
            batch = self._preprocessed(pixels)
            vectors: Vectors = _unit(self._model.encode_image(batch).float()).cpu().numpy()
        return vectors

    def _preprocessed(self, pixels: npt.NDArray[np.uint8]) -> Any:
        batch = self._torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device.name)
        # NHWC memory seen as NCHW is exactly torch's channels_last: no copy, and convolutions like it best.
        batch = batch.permute(0, 3, 1, 2).float().div_(255.0)
        return batch.sub_(self._mean).div_(self._std).to(self._dtype)

    def _release_memory(self) -> None:
        if self.device.name == "cuda":
            self._torch.cuda.empty_cache()


def load_embedder(entry: CatalogueEntry, *, device: Device) -> Embedder:
    """Load a model from this disk through open_clip: an open_clip folder, or a weights file of a named architecture.

    Raises UserFacingError when the weights are absent, damaged or of another architecture, or a package is missing.
    """
    open_clip, torch = import_open_clip(), import_torch()
    if device.name == "cpu":
        torch.set_num_threads(inference_threads())
    with _plain_loading_errors(entry):
        model = open_clip.create_model(
            entry.architecture,
            pretrained=entry.weights or None,
            device=device.name,
            precision="fp16" if device.half_precision else "fp32",
            require_pretrained=True,
            weights_only=True,
            **_text_tower_in_folder(entry),
        )
        tokenizer = open_clip.get_tokenizer(entry.architecture)
    model.eval()
    if device.name == "cpu":
        model = model.to(memory_format=torch.channels_last)
    return Embedder(model, tokenizer, device=device)


@contextlib.contextmanager
def _plain_loading_errors(entry: CatalogueEntry) -> Iterator[None]:
    """Raise what open_clip and the readers of weights raise for bad files as UserFacingError."""
    from safetensors import SafetensorError

    try:
        yield
    except ImportError as error:
        raise missing_package(entry.title, error.name or str(error)) from error
    except pickle.UnpicklingError as error:
        # torch reads tensors only; a file with anything else in it could run a program when it is loaded.
        _log.exception("Loading %s was refused", entry.name)
        raise UserFacingError(
            f"The file of {entry.title} holds more than weights, or is damaged, and was not loaded.",
            "Choose a .safetensors file of this model.",
        ) from error
    except (RuntimeError, OSError, ValueError, KeyError, EOFError, SafetensorError) as error:
        _log.exception("Loading %s failed", entry.name)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserFacingError(
            f"The model {entry.title} could not be loaded ({reason}).",
            "Its file may be damaged: download it again, or choose another model.",
        ) from error


def _text_tower_in_folder(entry: CatalogueEntry) -> dict[str, Any]:
    """Settings that make a `transformers` text tower read its description from the model's own folder, not from the hub."""
    folder = Path(entry.architecture.removeprefix("local-dir:"))
    if not entry.architecture.startswith("local-dir:"):
        return {}
    text = json.loads((folder / "open_clip_config.json").read_text(encoding="utf-8"))["model_cfg"].get("text_cfg", {})
    if "hf_model_name" not in text:
        return {}
    return {"text_cfg": {**text, "hf_model_name": str(folder), "hf_model_pretrained": False}}


def _pixel_spec(config: dict[str, Any]) -> PixelSpec:
    size = config["size"]
    return PixelSpec(
        size=size if isinstance(size, int) else int(size[0]),
        resize=config.get("resize_mode", "shortest"),
        interpolation=config.get("interpolation", "bicubic"),
        fill=config.get("fill_color", 0),
    )


def _unit(vectors: Any) -> Any:
    """Rows of length 1. What damaged weights make of a photo may be no number at all: zeros then, which are like nothing."""
    units = vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    return units.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)


def _is_out_of_memory(error: BaseException) -> bool:
    """CUDA raises its own class, MPS and the CPU allocator a RuntimeError that says so."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text
