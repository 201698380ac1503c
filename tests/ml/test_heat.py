"""Windows laid together: each part of the picture gets what the windows over it say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop_app.domain.heat_map import LEAST_CONTRAST, HeatMap
from desktop_app.imaging.decode import decode_closely
from desktop_app.ml.embedder import Embedder
from desktop_app.ml.heat import LookedAt, leads
from desktop_app.ml.prompts import QUERY_TEMPLATES, ensemble_mean, fill_templates

WHOLE = (0.0, 0.0, 1.0, 1.0)
TEXT = np.array([1.0, 0.0, 0.0], np.float32)
BANK = np.array([[0.0, 1.0, 0.0], [0.0, 0.6, 0.8]], np.float32)
CAPTIONS = [
    "people at a table",
    "a street in a town",
    "a field under the sky",
    "a room with furniture",
    "text on paper",
]


def window(box: tuple[float, float, float, float], *, at: tuple[int, int] | None, level: int = 0) -> LookedAt:
    """A window of 4 x 4 patches, one of which says what the text says."""
    features = np.tile(np.array([0.0, 0.8, 0.6], np.float32), (4, 4, 1))
    if at is not None:
        features[at] = TEXT
    return LookedAt(box, level, features)


@given(row=st.integers(0, 3), column=st.integers(0, 3), aspect=st.floats(0.2, 5.0))
def test_the_warmest_part_is_the_patch_that_says_it(row: int, column: int, aspect: float) -> None:
    heat = HeatMap.of(leads([window(WHOLE, at=(row, column))], TEXT, bank=BANK, aspect=aspect))
    x, y = heat.warmest
    assert abs(x - (column + 0.5) / 4) < 0.13
    assert abs(y - (row + 0.5) / 4) < 0.13
    rows, columns = heat.warmth.shape
    assert (columns - rows) * (aspect - 1.0) >= 0.0
    assert columns / rows == pytest.approx(aspect, rel=0.02)


def test_windows_lie_where_their_boxes_say() -> None:
    looked = [
        window((0.0, 0.0, 0.6, 1.0), at=None),
        window((0.4, 0.0, 1.0, 1.0), at=(3, 3)),
        window(WHOLE, at=(3, 3), level=1),
    ]
    x, y = HeatMap.of(leads(looked, TEXT, bank=BANK, aspect=1.5)).warmest
    assert x > 0.8
    assert y > 0.7


def test_what_is_nowhere_stays_pale() -> None:
    faint = np.zeros((6, 8), np.float32)
    faint[2, 3] = LEAST_CONTRAST / 4
    assert HeatMap.of(faint).warmth.max() < 0.3
    assert HeatMap.of(faint * 100).warmth.max() == 1.0
    assert HeatMap.of(np.zeros((6, 8), np.float32)).warmth.max() == 0.0


@pytest.fixture
def collage(sample_photos: Path, tmp_path: Path) -> Path:
    """A cat on the left, a motorcycle on the right, as one photo, stored turned by 90 degrees with the tag that says so."""
    whole = Image.new("RGB", (800, 400))
    for left, name in ((0, "chelsea.png"), (400, "motorcycle_left.png")):
        with Image.open(sample_photos / name) as photo:
            side = min(photo.size)
            start = (photo.width - side) // 2, (photo.height - side) // 2
            part = photo.convert("RGB").crop((*start, start[0] + side, start[1] + side)).resize((400, 400))
        whole.paste(part, (left, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # looked at turned clockwise
    path = tmp_path / "collage.jpg"
    whole.transpose(Image.Transpose.ROTATE_90).save(path, quality=92, exif=exif)
    return path


def test_the_built_in_model_points_at_each_half_of_a_collage(embedder: Embedder, collage: Path) -> None:
    look = decode_closely(collage, embedder.spec)
    assert look.aspect == 2.0
    features = embedder.embed_patches(np.stack([each.pixels for each in look.windows]))
    looked = [LookedAt(each.box, each.level, found) for each, found in zip(look.windows, features, strict=True)]
    bank = embedder.embed_texts(CAPTIONS)

    def share_on_the_right(term: str) -> float:
        text = ensemble_mean(embedder.embed_texts(fill_templates(term, QUERY_TEMPLATES)))
        warmth = HeatMap.of(leads(looked, text, bank=bank, aspect=look.aspect)).warmth
        return float(warmth[:, warmth.shape[1] // 2 :].sum() / warmth.sum())

    assert share_on_the_right("a cat") < 0.2
    assert share_on_the_right("a motorcycle") > 0.8
