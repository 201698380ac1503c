"""Cuts square views out of pictures: the fixed centre view, and random crops for training."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

MAXIMUM_STRETCH = 4 / 3


def centre_view(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The middle square; uint8 [size, size, 3]."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    return _resized(pixels, (left, top, left + side, top + side), size)


def random_view(
    pixels: NDArray[np.uint8], size: int, chance: np.random.Generator, *, smallest: float
) -> NDArray[np.uint8]:
    """A random crop of at least `smallest` of the area, a little stretched, mirrored half the time."""
    height, width = pixels.shape[:2]
    area = height * width * chance.uniform(smallest, 1.0)
    stretch = math.exp(chance.uniform(-1, 1) * math.log(MAXIMUM_STRETCH))
    crop_width = min(width, math.sqrt(area * stretch))
    crop_height = min(height, math.sqrt(area / stretch))
    left = chance.uniform(0, width - crop_width)
    top = chance.uniform(0, height - crop_height)
    view = _resized(pixels, (left, top, left + crop_width, top + crop_height), size)
    return np.ascontiguousarray(view[:, ::-1]) if chance.random() < 0.5 else view


def _resized(pixels: NDArray[np.uint8], box: tuple[float, float, float, float], size: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC, box=box))


def to_tensor(views: NDArray[np.uint8]) -> Tensor:
    """uint8 [N, S, S, 3] to float32 [N, 3, S, S] in −1…1, channels last in memory."""
    return torch.from_numpy(views).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


BRIGHTNESS = 0.15
CONTRAST = 0.2
SATURATION = 0.3
"""How far the light of a training view is changed at most: as much as one camera differs from the next."""


def jittered(images: Tensor, chance: np.random.Generator) -> Tensor:
    """Normalised images [N, 3, S, S] with random brightness, contrast and saturation each."""

    def amounts(most: float) -> Tensor:
        return torch.from_numpy(chance.uniform(-most, most, (len(images), 1, 1, 1)).astype(np.float32))

    grey = images.mean(1, keepdim=True)
    middle = grey.mean((2, 3), keepdim=True)
    coloured = images + amounts(SATURATION) * (images - grey)
    return (coloured + amounts(CONTRAST) * (coloured - middle) + 2 * amounts(BRIGHTNESS)).clamp_(-1, 1)
