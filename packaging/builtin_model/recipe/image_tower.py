"""The image tower: timm's MobileNetV2 from the given ImageNet weights, and a projection that starts by naming classes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

BACKBONE_FILE = "mobilenetv2_100_tf2ptq_fp16.safetensors"
CLASSES = 1000
FEATURES = 1280
CLASS_THRESHOLD = 3.0
"""Taken off each class's logit before the GELU, so that only classes with some evidence speak."""


class Classifier:
    """The backbone's own classifier: pooled features float[N, 1280] to logits over the 1,000 classes."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias

    def logits(self, features: Tensor) -> Tensor:
        """Logits [N, 1000] of pooled features [N, 1280]."""
        return functional.linear(features, self.weight, self.bias)

    @cached_property
    def _directions(self) -> Tensor:
        directions: Tensor = torch.linalg.pinv(self.weight).T
        return directions

    def features_showing(self, classes: Tensor, features: Tensor, strength: Tensor) -> Tensor:
        """Features [N, 1280] changed as little as raises the logits of `classes` [N] by `strength` [N].

        They stand in for pictures of the many classes that occur in no training picture.
        """
        return functional.relu(features + strength[:, None] * self._directions[classes])


def load_backbone(model: CLIP, folder: Path) -> Classifier:
    """Put the backbone's weights into the image tower's trunk; returns the classifier that open_clip leaves out."""
    weights = {name: value.float() for name, value in load_file(folder / BACKBONE_FILE).items()}
    classifier = Classifier(weights.pop("classifier.weight"), weights.pop("classifier.bias"))
    model.visual.trunk.load_state_dict(weights)
    return classifier


@torch.no_grad()
def start_head(model: CLIP, classifier: Classifier, class_embeddings: NDArray[np.float32]) -> None:
    """Make the projection name ImageNet's classes: hidden unit i speaks the embedding [512] of class i.

    The classes' mean embedding is taken off, or the slightly negative GELU of a thousand absent classes would add up to it.
    """
    mlp = model.visual.head.mlp
    mlp.fc1.weight[:CLASSES] = classifier.weight
    mlp.fc1.bias[:CLASSES] = classifier.bias - CLASS_THRESHOLD
    mlp.fc1.bias[CLASSES:] = 0
    mlp.fc2.weight *= 0.1
    mlp.fc2.weight[:, :CLASSES] = torch.from_numpy(class_embeddings - class_embeddings.mean(axis=0)).T
    mlp.fc2.bias.zero_()


def pooled_features(model: CLIP, images: Tensor) -> Tensor:
    """Globally averaged features float32 [N, 1280] of normalised images [N, 3, H, W]."""
    with torch.autocast(images.device.type, dtype=torch.bfloat16):
        features: Tensor = model.visual.trunk(images)
    return features.float()
