"""Makes the built-in model `keepsight-mini`: prepare data, distil the text tower, align the image tower, measure, write.

    python packaging/builtin_model/train.py --material ../shared/training --exclude ../shared/photos --work /tmp/mini

Each step leaves its result in --work and is skipped when that is there, and the two long ones save their state every
minute, so that the same command carries on after an interruption. What it needs beyond Keepsight itself is in README.md.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
from collections.abc import Collection, Mapping, Sequence
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

from recipe import (  # noqa: E402
    align,
    architecture,
    bank,
    corpus,
    dataset,
    export,
    grounding,
    head_start,
    image_tower,
    text_tower,
)
from recipe.annotations import CAPTIONED, HUMAN_CAPTIONED, Annotation, annotate  # noqa: E402
from recipe.features import folder_features, picture_features  # noqa: E402
from recipe.losses import AlignmentLoss, LossWeights, TextTargets, everyday_kinds  # noqa: E402
from recipe.pictures import PictureRow, PictureStore, decode_all, read_rows  # noqa: E402
from recipe.prepared_views import PreparedView, prepare_views  # noqa: E402
from recipe.readings import DictionaryReader, Sentence, all_forms, lesson  # noqa: E402
from recipe.report import Validation, measure_and_describe  # noqa: E402
from recipe.vocabulary import imagenet_classes  # noqa: E402
from recipe.wordnet import NounDictionary  # noqa: E402

MADE_UP_CAPTIONS = 70_000
HUMAN_CAPTION_ODDS = 8.0
STATEMENT_ODDS = 2.0
"""How much oftener than a labelled picture one with human captions, or with Visual7W's statements, is drawn."""

REGRESSION_WEIGHTS = (8.0, 1.0, 0.3)
"""How much a picture counts in the first regression: with human captions, with statements, with labels."""

TUNED_SHARE = 0.65
"""How far the model goes from its start to the tuned weights, and the text tower from there to the second lesson's."""

SECOND_LESSON = text_tower.DistillationSettings(epochs=4, peak_rate=1e-3, warm_up_steps=100)
"""Gentler than the first lesson, which it must not undo."""

OTHER_SENTENCES = 100_000
"""How many sentences besides captions the second lesson repeats."""

LENGTH_SAMPLE = 1000
LOSS_WEIGHTS = LossWeights(captions=3.0, classes=1.5, words=1.5)


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
    loss, pictures = _align(model, classifier, material, nouns, rows, options)
    captions = [text for row in rows for text in material.annotations[row].texts][:LENGTH_SAMPLE]
    length = text_tower.typical_length(model, captions)
    export.fold_text_adapter(model, loss.text_map.weight.detach(), loss.text_map.bias.detach(), length=length)
    teach_words(model, classifier, material, nouns, pictures, options)
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
    parser.add_argument("--tower-pictures", type=int, default=50_000, help="training views of the tower phase")
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


def _sentences(material: Material, nouns: NounDictionary, options: argparse.Namespace) -> list[str]:
    annotations = [material.annotations[row] for row in material.split.training]
    return corpus.build_corpus(annotations, imagenet_classes(), nouns, seed=options.seed, made_up=MADE_UP_CAPTIONS)


def _distil_text(model: CLIP, material: Material, nouns: NounDictionary, options: argparse.Namespace) -> None:
    """Bring the text tower to its distilled state, through the corpus and the teacher where they are needed."""
    from recipe.teacher import SentenceTeacher

    sentences = _sentences(material, nouns, options)
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


def teach_words(
    model: CLIP,
    classifier: image_tower.Classifier,
    material: Material,
    nouns: NounDictionary,
    pictures: align.TrainingPictures,
    options: argparse.Namespace,
) -> None:
    """The text tower's second lesson: words where their pictures are, words without pictures, and what it must not forget."""
    shifts = _grounded_words(model, classifier, material, nouns, pictures, options)
    told, known, reader = _second_lesson(model, material, nouns, shifts, options)
    cached = options.work / "readings.npy"
    if not cached.exists():
        _report(f"{len(told)} sentences about words are read, and {len(known)} others")
        np.save(cached, np.concatenate([reader.encode(told), reader.as_they_stand(known)]).astype(np.float16))
    before = {name: value.detach().clone() for name, value in text_tower.parameters_of(model)}
    text_tower.distil(
        model,
        text_tower.tokenize([*(sentence.text for sentence in told), *known]),
        np.load(cached),
        settings=SECOND_LESSON,
        seed=options.seed + 1,
        checkpoint=options.work / "words.pt",
        report=_report,
    )
    with torch.no_grad():
        for name, value in text_tower.parameters_of(model):
            value.copy_(before[name].lerp(value, TUNED_SHARE))


def _second_lesson(
    model: CLIP,
    material: Material,
    nouns: NounDictionary,
    shifts: Mapping[str, NDArray[np.float32]],
    options: argparse.Namespace,
) -> tuple[list[Sentence], list[str], DictionaryReader]:
    """What is said of words, seen ones and others, what is known already, and who reads it: the text tower as it is now."""
    finished = copy.deepcopy(model).eval()
    reader = DictionaryReader(lambda texts: text_tower.encode_sentences(finished, texts), nouns, shifts)
    words = [*shifts, *reader.unseen_words(text_tower.count_tokens())]
    told = lesson(words, chance=random.Random(options.seed))
    return told, _known_sentences(material, nouns, shifts.keys(), options), reader


def _known_sentences(
    material: Material, nouns: NounDictionary, moved: Collection[str], options: argparse.Namespace
) -> list[str]:
    """All captions and OTHER_SENTENCES others, but for those that say no more than a word that moved."""
    all_known = set(_sentences(material, nouns, options)) - all_forms(moved)
    captions = {text for annotation in material.annotations if annotation.captioned for text in annotation.texts}
    others = sorted(all_known - captions)
    chosen = random.Random(options.seed).sample(others, min(OTHER_SENTENCES, len(others)))
    return [*sorted(captions & all_known), *chosen]


def _grounded_words(
    model: CLIP,
    classifier: image_tower.Classifier,
    material: Material,
    nouns: NounDictionary,
    pictures: align.TrainingPictures,
    options: argparse.Namespace,
) -> dict[str, NDArray[np.float32]]:
    """How far each word moves to where the finished image tower sees it; kept in --work."""
    cached = options.work / "shifts.npz"
    if not cached.exists():
        imagenet = imagenet_classes()
        concepts = dataset.with_implied(material.concepts, nouns)
        vocabulary = grounding.Vocabulary(
            concepts,
            everyday_kinds(bank.kind_members(imagenet, nouns), concepts),
            bank.prompt_ensembles(model, concepts.names),
            imagenet,
            bank.class_embeddings(model, imagenet).mean(axis=0),
        )
        _report("the image tower looks at the views once more")
        sights = grounding.look_at(model, pictures.views)
        settings = grounding.GroundingSettings()
        shifts = grounding.ground(
            model, classifier, vocabulary, pictures, sights, settings=settings, seed=options.seed, report=_report
        )
        np.savez(cached, names=np.array(list(shifts)), shifts=np.stack(list(shifts.values())))
    with np.load(cached) as kept:
        return dict(zip(kept["names"].tolist(), kept["shifts"], strict=True))


def _without_duplicates(
    model: CLIP, material: Material, options: argparse.Namespace
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Training rows that resemble neither the validation pictures nor the excluded photos, and how many went."""
    features = picture_features(model, material.pictures, options.work / "features.npy").astype(np.float32)
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
) -> tuple[AlignmentLoss, align.TrainingPictures]:
    """Bring the image tower to the text tower: a closed-form start, the projection, the upper blocks, part of the way back."""
    targets = bank.build_targets(model, material.annotations, material.concepts, imagenet_classes(), nouns)
    views = prepare_views(model, material.pictures, rows, options.work / "views", seed=options.seed, report=_report)
    _start_head(model, classifier, targets, material, rows, views)
    torch.manual_seed(options.seed)
    loss = AlignmentLoss(targets, material.concepts, LOSS_WEIGHTS)
    start = align.Start(model, loss)
    odds = _by_texts(material, rows, (HUMAN_CAPTION_ODDS, STATEMENT_ODDS, 1.0))
    pictures = align.TrainingPictures(rows, views, odds / odds.sum())
    settings = align.AlignmentSettings(tower_pictures=options.tower_pictures)
    align.align_head(model, loss, classifier, pictures, settings=settings, seed=options.seed, report=_report)
    align.tune_tower(
        model,
        loss,
        classifier,
        pictures,
        settings=settings,
        seed=options.seed,
        checkpoint=options.work / "tower.pt",
        report=_report,
    )
    start.keep_share(model, loss, tuned=TUNED_SHARE)
    return loss, pictures


def _start_head(
    model: CLIP,
    classifier: image_tower.Classifier,
    targets: TextTargets,
    material: Material,
    rows: NDArray[np.int64],
    views: Sequence[PreparedView],
) -> None:
    """Let the projection speak the classes' names and the captions' regression."""
    pooled = [view.pooled for view in views]
    regression = head_start.regress_captions(
        pooled[: head_start.REGRESSED_VIEWS],
        bank.mean_texts(targets, rows),
        _by_texts(material, rows, REGRESSION_WEIGHTS),
    )
    head_start.start_head(model, classifier, bank.class_names(targets, material.concepts), regression, pooled[:2])


def _by_texts(material: Material, rows: NDArray[np.int64], values: tuple[float, float, float]) -> NDArray[np.float64]:
    """Float64 [rows]: the value for pictures with human captions, with statements, or with labels."""
    human, stated, labelled = values

    def value(set_name: str) -> float:
        return human if set_name in HUMAN_CAPTIONED else stated if set_name in CAPTIONED else labelled

    return np.array([value(material.rows[row].set_name) for row in rows])


if __name__ == "__main__":
    main()
