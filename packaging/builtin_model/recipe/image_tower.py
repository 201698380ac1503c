"""The image tower: timm's MobileNetV2 from the given ImageNet weights, and a projection that starts by naming classes."""

from __future__ import annotations

import copy
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import torch
from open_clip.model import CLIP
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

BACKBONE_FILE = "mobilenetv2_100_tf2ptq_fp16.safetensors"
CLASSES = 1000
FEATURES = 1280
SHARPENING = 2.0
"""The backbone was trained with smoothed labels: it gives a fifth of the probability to classes that are nowhere to be seen.
Its logits are doubled before they become the probabilities that are learned from."""

FIRST_TUNED_BLOCK = 4
"""Blocks 0-3 of MobileNetV2's seven keep their ImageNet weights: they see edges and parts, and cost most of the time. What
they make of a view can be kept, so that each view is read once and learned from many times."""


class Classifier:
    """The backbone's own classifier: pooled features float[N, 1280] to logits over the 1,000 classes."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias

    def logits(self, features: Tensor) -> Tensor:
        """Logits [N, 1000] of pooled features [N, 1280]."""
        return functional.linear(features, self.weight, self.bias)

    def probabilities(self, features: Tensor) -> Tensor:
        """Sharpened probabilities [N, 1000] of pooled features [N, 1280]."""
        return self.log_probabilities(features).exp()

    def log_probabilities(self, features: Tensor) -> Tensor:
        """Their logarithms."""
        return (SHARPENING * self.logits(features)).log_softmax(-1)

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
    """Put the backbone's weights into the image tower's trunk; returns the classifier that open_clip leaves out.

    The spatial kernels are mirrored left to right. The backbone was trained with TensorFlow's "same" padding, which at
    even sizes pads strided convolutions on the right alone; open_clip's timm tower pads on the left. A mirrored network is
    padded as it was trained, and names mirrored pictures as well as it did the others: 84 % of 300 photos of single things
    instead of 81 % (86 % with the padding itself, at the top and bottom too).
    """
    weights = {name: value.float() for name, value in load_file(folder / BACKBONE_FILE).items()}
    classifier = Classifier(weights.pop("classifier.weight"), weights.pop("classifier.bias"))
    mirrored = {name: value.flip(3) if value.ndim == 4 else value for name, value in weights.items()}
    model.visual.trunk.load_state_dict(mirrored)
    return classifier


def lower_blocks(model: CLIP) -> nn.Sequential:
    """The trunk up to the first tuned block: images [N, 3, S, S] to features [N, 64, S/16, S/16]."""
    trunk = model.visual.trunk
    return nn.Sequential(trunk.conv_stem, trunk.bn1, *trunk.blocks[:FIRST_TUNED_BLOCK])


def upper_blocks(model: CLIP) -> nn.Sequential:
    """The rest of the trunk: features of the lower blocks to [N, 1280, S/32, S/32]."""
    trunk = model.visual.trunk
    return nn.Sequential(*trunk.blocks[FIRST_TUNED_BLOCK:], trunk.conv_head, trunk.bn2)


def frozen(module: nn.Module) -> nn.Module:
    """A fixed copy with each BatchNorm folded into the convolution before it: the same function, a quarter faster."""
    folded = copy.deepcopy(module).eval()
    for parent in list(folded.modules()):
        children = list(parent.named_children())
        for (convolution_name, convolution), (norm_name, norm) in pairwise(children):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                parent.add_module(convolution_name, fuse_conv_bn_eval(convolution, norm))
                parent.add_module(norm_name, getattr(norm, "act", nn.Identity()))
    fixed: nn.Module = folded.requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return fixed


class FrozenTrunk:
    """The backbone as it came, in two parts, in bfloat16 where that is faster."""

    def __init__(self, model: CLIP) -> None:
        self._lower = frozen(lower_blocks(model))
        self._upper = frozen(upper_blocks(model))

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features of the lower blocks [N, 64, S/16, S/16] and pooled ones float32 [N, 1280] of normalised images."""
        with torch.autocast(images.device.type, dtype=torch.bfloat16):
            low = self._lower(images)
            return low, self._upper(low).float().mean((2, 3))
