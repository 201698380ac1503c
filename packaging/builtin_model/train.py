"""Makes the built-in model `keepsight-mini`: prepare data, distil the text tower, align the image tower, measure, write.

    python packaging/builtin_model/train.py --material ../shared/training --exclude ../shared/photos --work /tmp/mini

Each step leaves its result in --work and is skipped when that is there, and the two long ones save their state every
minute, so that the same command carries on after an interruption. What it needs beyond Keepsight itself is in README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RECIPE_FOLDER = Path(__file__).resolve().parent
PROJECT_FOLDER = RECIPE_FOLDER.parents[1]
sys.path[:0] = [str(RECIPE_FOLDER), str(PROJECT_FOLDER)]

from desktop_app.ml.torch_setup import import_open_clip  # noqa: E402

import_open_clip()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from open_clip.model import CLIP  # noqa: E402

from recipe import align, architecture, bank, corpus, dataset, export, image_tower, text_tower  # noqa: E402
from recipe.annotations import CAPTIONED, HUMAN_CAPTIONED, Annotation, annotate  # noqa: E402
from recipe.features import centre_features, folder_features  # noqa: E402
from recipe.losses import AlignmentLoss, LossWeights  # noqa: E402
from recipe.pictures import PictureRow, PictureStore, decode_all, read_rows  # noqa: E402
from recipe.report import Validation, measure_and_describe  # noqa: E402
from recipe.vocabulary import imagenet_classes  # noqa: E402
from recipe.wordnet import NounDictionary  # noqa: E402

MADE_UP_CAPTIONS = 70_000
HUMAN_CAPTION_ODDS = 8.0
STATEMENT_ODDS = 2.0
"""How much oftener than a labelled picture one with human captions, or with Visual7W's statements, is drawn."""

LENGTH_SAMPLE = 1000
LOSS_WEIGHTS = LossWeights(captions=3.0, classes=4.0, words=0.5)


@dataclass(frozen=True, slots=True)
class Material:
    """The prepared data."""

    rows: list[PictureRow]
    annotations: list[Annotation]
    pictures: PictureStore
    split: dataset.Split
    concepts: dataset.Concepts


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all steps."""
    options = _parse(arguments)
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    nouns = NounDictionary()
    material = _prepare(options, nouns)
    model = architecture.build_model(options.seed).eval()
    _distil_text(model, material, nouns, options)
    classifier = image_tower.load_backbone(model, options.material / "backbone")
    model.to(options.device)
    rows, removed = _without_duplicates(model, material, options)
    loss = _align(model, classifier, material, nouns, rows, options)
    captions = [text for row in rows for text in material.annotations[row].texts][:LENGTH_SAMPLE]
    length = text_tower.typical_length(model, captions)
    export.fold_text_adapter(model, loss.text_map.weight.detach(), loss.text_map.bias.detach(), length=length)
    export.write_model(model.cpu(), options.output)
    validation = Validation(material.rows, material.pictures, material.split, material.concepts, nouns)
    facts = measure_and_describe(options.output, validation, removed, options.exclude)
    _report(json.dumps(facts, indent=2))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--material", type=Path, required=True, help="folder with backbone/ and images/")
    parser.add_argument("--work", type=Path, required=True, help="folder for prepared data and checkpoints (8 GB)")
    parser.add_argument("--output", type=Path, default=PROJECT_FOLDER / "resources/models/keepsight-mini")
    parser.add_argument("--exclude", type=Path, help="photos to measure on: near-duplicates of them are not trained on")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--text-epochs", type=int, default=3)
    parser.add_argument("--tower-pictures", type=int, default=90_000, help="training views of the tower phase")
    return parser.parse_args(arguments)


def _report(line: str) -> None:
    print(line, flush=True)


def _prepare(options: argparse.Namespace, nouns: NounDictionary) -> Material:
    images = options.material / "images"
    rows = read_rows(images)
    _report(f"{len(rows)} pictures in {len({row.set_name for row in rows})} sets")
    noted = [annotate(row, nouns) for row in rows]
    pictures = decode_all(images, rows, options.work / "pictures")
    return Material(rows, noted, pictures, dataset.split_rows(rows, dataset.SPLIT_SEED), dataset.gather_concepts(noted))


def _distil_text(model: CLIP, material: Material, nouns: NounDictionary, options: argparse.Namespace) -> None:
    """Bring the text tower to its distilled state, through the corpus and the teacher where they are needed."""
    from recipe.teacher import SentenceTeacher

    sentences = corpus.build_corpus(
        [material.annotations[row] for row in material.split.training],
        imagenet_classes(),
        nouns,
        seed=options.seed,
        made_up=MADE_UP_CAPTIONS,
    )
    teacher = SentenceTeacher(torch.device(options.device))
    cached = options.work / "teacher.npy"
    if not cached.exists():
        _report(f"the teacher reads {len(sentences)} sentences")
        np.save(cached, teacher.encode(sentences).astype(np.float16))
    targets = np.load(cached)
    text_tower.start_from_teacher(model, teacher, targets.astype(np.float32))
    model.to(options.device)
    text_tower.distil(
        model,
        text_tower.tokenize(sentences),
        text_tower.pad_targets(targets),
        settings=text_tower.DistillationSettings(epochs=options.text_epochs),
        seed=options.seed,
        checkpoint=options.work / "text.pt",
        report=_report,
    )


def _without_duplicates(
    model: CLIP, material: Material, options: argparse.Namespace
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Training rows that resemble neither the validation pictures nor the excluded photos, and how many went."""
    features = centre_features(model, material.pictures, options.work / "centre.npy").astype(np.float32)
    training = material.split.training
    near_validation = dataset.near_duplicates(features, features[material.split.held_out])[training]
    near_excluded = np.zeros(len(training), dtype=bool)
    if options.exclude is not None:
        near_excluded = dataset.near_duplicates(features, folder_features(model, options.exclude))[training]
    removed = {"validation": int(near_validation.sum()), "excluded": int(near_excluded.sum())}
    kept = training[~(near_validation | near_excluded)]
    _report(f"near-duplicates left out: {removed}; {len(kept)} pictures to train on")
    return kept, removed


def _align(
    model: CLIP,
    classifier: image_tower.Classifier,
    material: Material,
    nouns: NounDictionary,
    rows: NDArray[np.int64],
    options: argparse.Namespace,
) -> AlignmentLoss:
    classes = imagenet_classes()
    targets = bank.build_targets(model, material.annotations, material.concepts, classes, nouns)
    image_tower.start_head(model, classifier, targets.classes[0].cpu().numpy())
    torch.manual_seed(options.seed)
    loss = AlignmentLoss(targets, material.concepts, LOSS_WEIGHTS)
    odds = _odds(material, rows)
    settings = align.AlignmentSettings(tower_pictures=options.tower_pictures)
    features = np.load(options.work / "centre.npy", mmap_mode="r")
    align.align_head(
        model, loss, classifier, features, rows, odds, settings=settings, seed=options.seed, report=_report
    )
    align.tune_tower(
        model,
        loss,
        classifier,
        material.pictures,
        rows,
        odds,
        settings=settings,
        seed=options.seed,
        checkpoint=options.work / "tower.pt",
        report=_report,
    )
    return loss


def _odds(material: Material, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Chance of each training row to be drawn."""
    weights = np.array([_weight(material.rows[row].set_name) for row in rows])
    return np.asarray(weights / weights.sum())


def _weight(set_name: str) -> float:
    if set_name in HUMAN_CAPTIONED:
        return HUMAN_CAPTION_ODDS
    return STATEMENT_ODDS if set_name in CAPTIONED else 1.0


if __name__ == "__main__":
    main()
