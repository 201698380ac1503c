"""What a model folder says of itself beyond open_clip's config: its calibration and measured figures."""

from __future__ import annotations

import json
import logging
from dataclasses import fields
from pathlib import Path
from typing import Any

from desktop_app.domain.model import CatalogueEntry
from desktop_app.ml.calibration import DEFAULT_CALIBRATION, Calibration
from desktop_app.ml.matching import MatchCalibration
from desktop_app.ml.presence import Presence
from desktop_app.ml.tag_calibration import DEFAULT_TAG_CALIBRATION, TagCalibration

_log = logging.getLogger(__name__)

FACTS_FILE = "keepsight.json"


def model_facts(entry: CatalogueEntry) -> dict[str, Any]:
    """The facts beside a local folder's weights; empty for models without."""
    if not entry.architecture.startswith("local-dir:"):
        return {}
    path = Path(entry.architecture.removeprefix("local-dir:")) / FACTS_FILE
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        _log.warning("%s cannot be read: default calibration is used", path)
        return {}
    return facts if isinstance(facts, dict) else {}


def calibration_of(entry: CatalogueEntry) -> Calibration:
    """The model's own calibration when it states one, else the default."""
    stated = model_facts(entry).get("calibration")
    if not isinstance(stated, dict):
        return DEFAULT_CALIBRATION
    try:
        return Calibration(slope=float(stated["slope"]), offset=float(stated["offset"]))
    except (KeyError, TypeError, ValueError):
        _log.warning("The calibration of %s makes no sense: the default is used", entry.name)
        return DEFAULT_CALIBRATION


def stated_matching(entry: CatalogueEntry) -> MatchCalibration | None:
    """How the model's similarities become probabilities of a match, when it states so."""
    stated = model_facts(entry).get("matching")
    if not isinstance(stated, dict):
        return None
    try:
        # What taking all of the mean off means, which earlier figures were fitted with.
        figures = {"mean_weight": 1.0, **stated}
        return MatchCalibration(**{field.name: float(figures[field.name]) for field in fields(MatchCalibration)})
    except (KeyError, TypeError, ValueError):
        _log.warning("The matching figures of %s make no sense: they are fitted to the library instead", entry.name)
        return None


def stated_presence(entry: CatalogueEntry) -> Presence | None:
    """How to tell whether anything matches, when the model states so; without it the best photo's probability decides."""
    stated = model_facts(entry).get("presence")
    if not isinstance(stated, dict):
        return None
    try:
        return Presence(**{field.name: float(stated[field.name]) for field in fields(Presence)})
    except (KeyError, TypeError, ValueError):
        _log.warning("The presence figures of %s make no sense: they are left out", entry.name)
        return None


def tag_calibration_of(entry: CatalogueEntry) -> TagCalibration:
    """How the model's similarities become probabilities of tags, when it states so; else the default."""
    stated = model_facts(entry).get("tags")
    if not isinstance(stated, dict):
        return DEFAULT_TAG_CALIBRATION
    try:
        # Figures that were fitted before tags were measured against their best photo do without.
        known = {"below_best": 0.0, **stated}
        return TagCalibration(**{field.name: float(known[field.name]) for field in fields(TagCalibration)})
    except (KeyError, TypeError, ValueError):
        _log.warning("The tag figures of %s make no sense: the default is used", entry.name)
        return DEFAULT_TAG_CALIBRATION
