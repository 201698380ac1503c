"""Writes the finished model as open_clip's `local-dir:` format: configuration and half-precision weights."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from open_clip.model import CLIP
from safetensors.torch import save_file

from recipe.architecture import open_clip_config

WEIGHTS_FILE = "open_clip_model.safetensors"
CONFIG_FILE = "open_clip_config.json"


def write_model(model: CLIP, folder: Path) -> None:
    """Write open_clip_config.json and the fp16 weights into `folder`; integer counters of BatchNorm stay whole."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for name, value in model.state_dict().items()
    }
    save_file(state, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    (folder / CONFIG_FILE).write_text(json.dumps(open_clip_config(), indent=2) + "\n", encoding="utf-8")


def fold_text_adapter(model: CLIP, weight: torch.Tensor, bias: torch.Tensor, *, length: float) -> None:
    """Merge an affine map of the text embeddings [512 → 512] into the text projection, which is affine itself.

    The map was learned on embeddings of length 1; the projection's have about `length`, and the bias grows with them.
    """
    projection = model.text_projection
    with torch.no_grad():
        projection.bias.copy_(weight @ projection.bias + length * bias)
        projection.weight.copy_(weight @ projection.weight)
