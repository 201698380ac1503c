"""The model's shape, as open_clip's configuration, and how to build it."""

from __future__ import annotations

from typing import Any

import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg

EMBED_DIMENSIONS = 512
"""With timm_proj "mlp" the hidden layer is twice this, 1,024 (head_start says how they are shared out)."""

IMAGE_SIZE = 224
"""A multiple of 32, so that every strided convolution meets an even size (see image_tower.load_backbone)."""

RESIZE_MODE = "squash"
"""The whole photo, squeezed into the square. What captions tell lies at the edges too: cutting the middle out found one
caption in thirty less among its ten best photos, and named one photo in fifty more of single things."""

CONTEXT_LENGTH = 32
VOCABULARY_SIZE = 49408
TEXT_WIDTH = 320
TEXT_HEADS = 5
TEXT_LAYERS = 4
PIXEL_MEAN = (0.5, 0.5, 0.5)
PIXEL_STD = (0.5, 0.5, 0.5)


def open_clip_config(image_size: int = IMAGE_SIZE, resize_mode: str = RESIZE_MODE) -> dict[str, Any]:
    """The content of open_clip_config.json."""
    return {
        "model_cfg": {
            "embed_dim": EMBED_DIMENSIONS,
            "vision_cfg": {
                "timm_model_name": "mobilenetv2_100",
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "mlp",
                "timm_proj_bias": True,
                "image_size": image_size,
            },
            "text_cfg": {
                "context_length": CONTEXT_LENGTH,
                "vocab_size": VOCABULARY_SIZE,
                "width": TEXT_WIDTH,
                "heads": TEXT_HEADS,
                "layers": TEXT_LAYERS,
                "proj_bias": True,
            },
        },
        "preprocess_cfg": {
            "mean": list(PIXEL_MEAN),
            "std": list(PIXEL_STD),
            "interpolation": "bicubic",
            "resize_mode": resize_mode,
        },
    }


def build_model(seed: int) -> CLIP:
    """A CLIP model of this shape with seeded random weights."""
    torch.manual_seed(seed)
    config = open_clip_config()["model_cfg"]
    return CLIP(config["embed_dim"], CLIPVisionCfg(**config["vision_cfg"]), CLIPTextCfg(**config["text_cfg"]))
