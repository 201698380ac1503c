"""What a model's folder states is taken up, what makes no sense is left out, and what an earlier form left unsaid is filled in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.ml.matching import MatchCalibration
from desktop_app.ml.model_facts import FACTS_FILE, stated_matching, stated_presence
from desktop_app.ml.presence import Presence

MATCHING = {"lead": 16.0, "by_photo": 0.0, "by_library": -0.1, "below_best": 0.2, "bias": -6.0, "bar": 0.2}
PRESENCE = {
    "best": 13.0,
    "height": 0.6,
    "familiarity": 19.0,
    "bias": -14.0,
    "familiar_from": 0.43,
    "photos": 428.0,
    "fewer": 0.5,
}


def stating(folder: Path, **facts: object) -> CatalogueEntry:
    """A model whose folder states these facts."""
    (folder / FACTS_FILE).write_text(json.dumps(facts), encoding="utf-8")
    return CatalogueEntry("other", "Other", ModelOrigin.FILE, f"local-dir:{folder}")


def test_figures_are_read_as_they_are_written(tmp_path: Path) -> None:
    entry = stating(tmp_path, matching={**MATCHING, "mean_weight": 0.5}, presence=PRESENCE)
    assert stated_matching(entry) == MatchCalibration(**MATCHING, mean_weight=0.5)
    assert stated_presence(entry) == Presence(**PRESENCE)


def test_earlier_figures_took_all_of_the_mean_off_and_knew_no_presence(tmp_path: Path) -> None:
    entry = stating(tmp_path, matching=MATCHING)
    assert stated_matching(entry) == MatchCalibration(**MATCHING, mean_weight=1.0)
    assert stated_presence(entry) is None


@pytest.mark.parametrize("figures", [{"best": 1.0}, {**PRESENCE, "bias": "much"}, [1.0]])
def test_figures_that_make_no_sense_are_left_out(tmp_path: Path, figures: object) -> None:
    entry = stating(tmp_path, matching=figures, presence=figures)
    assert stated_matching(entry) is None
    assert stated_presence(entry) is None
