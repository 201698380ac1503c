"""Measures the finished model, fits its calibration, and writes keepsight.json and the model card's figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from desktop_app.ml import evaluation
from recipe import measure
from recipe.architecture import IMAGE_SIZE
from recipe.calibrate import FittedCalibration, fit_calibration, standard_scores
from recipe.card import model_card
from recipe.dataset import Concepts, Split
from recipe.pictures import PictureRow, PictureStore
from recipe.statements import clean_caption
from recipe.wordnet import NounDictionary

RECIPE_FOLDER = Path(__file__).resolve().parents[1]
BACKGROUND_FILE = RECIPE_FOLDER.parents[1] / "resources/vocabularies/background_captions.txt"
UNSEEN_WORDS_FILE = RECIPE_FOLDER / "unseen_words.tsv"
UNSEEN_WORDS = 50
"""How many of the listed words are measured: the first whose common word labels a photo."""

MINIMUM_PICTURES_PER_LABEL = 3
"""A word must be said of this many validation pictures to count as a label there."""

OBJECT_FILES = frozenset({5, 6, 13})
"""WordNet's files of animals, artifacts and food: five captions seldom leave out such a word when it is true."""


@dataclass(frozen=True, slots=True)
class Validation:
    """The held-out pictures and what is known of them."""

    rows: Sequence[PictureRow]
    pictures: PictureStore
    split: Split
    concepts: Concepts
    nouns: NounDictionary


def measure_and_describe(
    folder: Path, validation: Validation, removed: Mapping[str, int], photos: Path | None, *, speed: bool = True
) -> dict[str, Any]:
    """Write keepsight.json and README.md into the model's folder; returns the facts of keepsight.json.

    `photos` is a folder like shared/photos (everyday/ and things/ with labels.tsv); without it those figures are left out.
    """
    model = measure.load_folder(folder)
    evaluations = {"flickr8k_part, held out": _caption_evaluation(model, validation, "flickr")}
    evaluations["coco_mini, held out"] = _caption_evaluation(model, validation, "coco")
    calibration, held_out = _calibrate(model, validation)
    evaluations["words in captions, held out"] = held_out
    synonyms: list[measure.SynonymResult] = []
    if photos is not None:
        of_photos, synonyms = _photo_evaluations(model, photos, unseen_pairs(validation.rows))
        evaluations |= of_photos
    facts = _facts(evaluations, calibration, removed)
    if speed:
        facts["speed"] = _speed(model)
    (folder / "keepsight.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(model_card(facts, synonyms), encoding="utf-8")
    return facts


def unseen_pairs(rows: Sequence[PictureRow]) -> list[tuple[str, str]]:
    """The listed pairs (common word, other word) whose other word stands in no text of any picture."""
    said = " " + " ".join(text.lower().replace(",", " ").replace(".", " ") for row in rows for text in row.texts) + " "
    lines = UNSEEN_WORDS_FILE.read_text(encoding="utf-8").splitlines()
    pairs = [(common, other) for common, other in (line.split("\t") for line in lines)]
    return [pair for pair in pairs if f" {pair[1]} " not in said and f" {pair[1]}s " not in said]


def _caption_evaluation(model: measure.LoadedModel, validation: Validation, part: str) -> dict[str, Any]:
    numbers = getattr(validation.split, part)
    captions = [[clean_caption(text) for text in validation.rows[number].texts] for number in numbers]
    return {"photos": len(numbers), "figures": measure.caption_figures(model, validation.pictures, numbers, captions)}


def _calibrate(model: measure.LoadedModel, validation: Validation) -> tuple[FittedCalibration, dict[str, Any]]:
    """Fit on the held-out pictures with five human captions; the labels are the objects said of at least three of them."""
    numbers = np.concatenate([validation.split.flickr, validation.split.coco])
    present = validation.concepts.present[numbers]
    often = np.flatnonzero(present.sum(axis=0) >= MINIMUM_PICTURES_PER_LABEL)
    columns = np.array([column for column in often if _is_object(validation.concepts.names[column], validation.nouns)])
    present = present[:, columns]
    images = model.images([Image.fromarray(validation.pictures[number]) for number in numbers])
    labels = model.labels([validation.concepts.names[column] for column in columns])
    background = model.texts([line for line in BACKGROUND_FILE.read_text(encoding="utf-8").splitlines() if line])
    calibration = fit_calibration(standard_scores(images, labels, background), present)
    figures = {"mean_average_precision": evaluation.mean_average_precision(images @ labels.T, present)}
    return calibration, {"photos": len(numbers), "figures": figures}


def _is_object(word: str, nouns: NounDictionary) -> bool:
    senses = nouns.senses(word)
    return bool(senses) and senses[0].lexicographer_file in OBJECT_FILES


def _photo_evaluations(
    model: measure.LoadedModel, photos: Path, pairs: Sequence[tuple[str, str]]
) -> tuple[dict[str, Any], list[measure.SynonymResult]]:
    everyday, things = (measure.read_labelled(photos / name) for name in ("everyday", "things"))
    everyday_vectors, things_vectors = model.images(everyday.pictures), model.images(things.pictures)
    classes = (photos / "things/classes.txt").read_text(encoding="utf-8").splitlines()
    synonyms = measure.synonym_results(model, [(everyday, everyday_vectors), (things, things_vectors)], pairs)
    synonyms = synonyms[:UNSEEN_WORDS]
    evaluations = {
        "everyday/labels.tsv": {
            "photos": len(everyday.files),
            "figures": measure.everyday_figures(model, everyday, everyday_vectors),
        },
        "things/labels.tsv": {
            "photos": len(things.files),
            "figures": measure.class_figures(model, things, things_vectors, classes),
        },
        "unseen words": {
            "photos": len(everyday.files) + len(things.files),
            "figures": measure.synonym_figures(synonyms),
        },
    }
    return evaluations, synonyms


def _speed(model: measure.LoadedModel) -> dict[str, float]:
    ours, reference = measure.images_per_second(model.model, IMAGE_SIZE), measure.reference_images_per_second()
    return {"images_per_second": round(ours, 1), "vit_b_32": round(reference, 1), "ratio": round(ours / reference, 2)}


def _facts(
    evaluations: Mapping[str, Mapping[str, Any]], calibration: FittedCalibration, removed: Mapping[str, int]
) -> dict[str, Any]:
    today = datetime.now(UTC).date().isoformat()
    rows = [
        {
            "truth": truth,
            "photos": measured["photos"],
            "figures": {name: round(value, 4) for name, value in measured["figures"].items()},
            "on": today,
        }
        for truth, measured in evaluations.items()
    ]
    return {
        "name": "keepsight-mini",
        "languages": ["en"],
        "licence": "Apache-2.0",
        "figures": {f"{row['truth']}: {name}": value for row in rows for name, value in row["figures"].items()},
        "evaluations": rows,
        "calibration": {"slope": round(calibration.slope, 4), "offset": round(calibration.offset, 4)},
        "near_duplicates_removed": dict(removed),
    }
