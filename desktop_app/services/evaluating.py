"""How well a model understands photos: measured on a folder of them whose labels or captions are known."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_folder
from desktop_app.domain.ground_truth import GroundTruth, PhotoTruth, parse_ground_truth
from desktop_app.domain.model import PixelSpec
from desktop_app.domain.model_figures import Evaluation
from desktop_app.imaging.decode import decode_pixels
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.ml import evaluation as measures
from desktop_app.ml.inference import Inference, Vectors
from desktop_app.ml.prompts import LABEL_TEMPLATES, fill_templates
from desktop_app.services.models import Models
from desktop_app.services.reading import decode_threads

_BATCH = 32

# Batches waiting for the model: decoding goes on meanwhile, in bounded memory.
_BATCHES_AHEAD = 2

# Texts per job, so that the model's own batching sees full batches.
_TEXTS = 512


@dataclass(frozen=True, slots=True)
class EvaluationTask:
    """What to measure against."""

    photos: Path
    truth_name: str
    """Under which the figures are kept: the name of the file with the truth, and of its folder."""
    truth: GroundTruth
    classes: tuple[str, ...] = ()
    """What a photo can be; empty: the labels that occur."""
    templates: tuple[str, ...] = LABEL_TEMPLATES


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was measured."""

    model: str
    evaluation: Evaluation
    classes: int
    """Labels that the model chose among; 0 for captions."""
    texts: int
    """Captions; 0 for labels."""
    unreadable: tuple[tuple[Path, str], ...]
    """Photos that could not be read, and why: the figures are without them."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """Photos that could be read, with their unit vectors [N, D]."""

    rows: tuple[PhotoTruth, ...]
    vectors: Vectors
    unreadable: tuple[tuple[Path, str], ...]


def read_task(
    photos: Path, truth: Path, *, classes: Path | None = None, captions: bool | None = None
) -> EvaluationTask:
    """An evaluation as files describe it. Raises UserFacingError when one of them cannot be read or understood."""
    if not is_folder(photos):
        raise UserFacingError(f"There is no folder {photos}.")
    try:
        table = parse_ground_truth(_text_of(truth), captions=captions)
    except ValueError as error:
        raise UserFacingError(
            f"{truth} is no table of photos: {error}.", "See `keepsight models evaluate --help`."
        ) from error
    names = (
        tuple(dict.fromkeys(line.strip() for line in _text_of(classes).splitlines() if line.strip())) if classes else ()
    )
    where = truth.expanduser().absolute()
    return EvaluationTask(photos, f"{where.parent.name}/{where.name}", table, names)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserFacingError(f"{path} cannot be read as text.") from error


class Evaluating:
    """Runs evaluations with any model of the catalogue and keeps their figures for the model page."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def evaluate(
        self, name: str, task: EvaluationTask, *, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> EvaluationReport:
        """Measure a model; `progress` hears of (photos done, photos in all). Takes as long as embedding the photos does.

        Raises UserFacingError when the model cannot be loaded or no photo can be read.
        """
        started = time.monotonic()
        inference = self._models.open_inference(name)
        try:
            seen = _see(inference, task, progress)
            figures = (
                _caption_figures(inference, seen) if task.truth.are_captions else _label_figures(inference, task, seen)
            )
        finally:
            inference.close()
        today = datetime.now(UTC).date().isoformat()
        evaluation = Evaluation(task.truth_name, len(seen.rows), tuple(figures.items()), on=today)
        self._models.keep_evaluation(name, evaluation)
        return EvaluationReport(
            model=name,
            evaluation=evaluation,
            classes=0 if task.truth.are_captions else len(task.classes or task.truth.labels),
            texts=sum(len(row.texts) for row in seen.rows) if task.truth.are_captions else 0,
            unreadable=seen.unreadable,
            seconds=time.monotonic() - started,
        )


def _see(inference: Inference, task: EvaluationTask, progress: Callable[[int, int], None]) -> _Seen:
    """Embed the photos of the truth; decoding runs ahead of the model."""
    spec, total = inference.spec(), len(task.truth.rows)
    rows: list[PhotoTruth] = []
    vectors: list[Vectors] = []
    unreadable: list[tuple[Path, str]] = []
    waiting: deque[Future[Vectors]] = deque()
    with ThreadPoolExecutor(decode_threads(), thread_name_prefix="keepsight-decode") as pool:
        for start in range(0, total, _BATCH):
            batch = task.truth.rows[start : start + _BATCH]
            decoded = list(pool.map(lambda row: _decoded(task.photos / row.file, spec), batch))
            readable = [(row, item) for row, item in zip(batch, decoded, strict=True) if not isinstance(item, str)]
            unreadable += [
                (task.photos / row.file, item)
                for row, item in zip(batch, decoded, strict=True)
                if isinstance(item, str)
            ]
            rows += [row for row, _ in readable]
            if readable:
                waiting.append(inference.embed_images(np.stack([pixels for _, pixels in readable])))
            while len(waiting) > _BATCHES_AHEAD:
                vectors.append(waiting.popleft().result())
            progress(min(start + _BATCH, total), total)
    vectors += [answer.result() for answer in waiting]
    if not vectors:
        raise UserFacingError(f"None of the photos in {task.photos} could be read.", "Check the folder of photos.")
    return _Seen(tuple(rows), np.concatenate(vectors), tuple(unreadable))


def _decoded(path: Path, spec: PixelSpec) -> npt.NDArray[np.uint8] | str:
    """Pixels, or why there are none."""
    try:
        return decode_pixels(path, spec)
    except PhotoSkipped as skip:
        return skip.reason


def _label_figures(inference: Inference, task: EvaluationTask, seen: _Seen) -> dict[str, float]:
    """Zero-shot classification and multi-label ranking over the classes."""
    classes = task.classes or task.truth.labels
    if not classes:
        raise UserFacingError("The table names no label.", "Choose a table with labels or captions.")
    similarities = seen.vectors @ _class_vectors(inference, classes, task.templates).T
    present = _presence(seen.rows, classes)
    labelled = present.any(axis=1)
    if not labelled.any():
        raise UserFacingError("No photo has a label that is among the classes.", "Check the spelling in both files.")
    figures = {}
    # A photo with several labels counts as recognised when the best one of them is among the first k.
    best_true = np.where(present, similarities, -np.inf).argmax(axis=1)[labelled]
    for rank in (1, 5):
        if len(classes) > rank:
            figures[f"top_{rank}"] = measures.top_k_accuracy(similarities[labelled], best_true, k=rank)
    figures["mean_average_precision"] = measures.mean_average_precision(similarities, present)
    return figures


def _class_vectors(inference: Inference, classes: Sequence[str], templates: Sequence[str]) -> npt.NDArray[np.float32]:
    """One prompt ensemble per class, float32 [C, D]."""
    by_template = [
        _embed(inference, [fill_templates(name, (template,))[0] for name in classes]) for template in templates
    ]
    return measures.mean_text_embeddings(np.stack(by_template))


def _presence(rows: Sequence[PhotoTruth], classes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Bool [photos, classes]: which labels are true of which photo, whatever their capitals."""
    column = {name.casefold(): index for index, name in enumerate(classes)}
    present = np.zeros((len(rows), len(classes)), dtype=bool)
    for row, truth in enumerate(rows):
        for label in truth.texts:
            if (index := column.get(label.casefold())) is not None:
                present[row, index] = True
    return present


def _caption_figures(inference: Inference, seen: _Seen) -> dict[str, float]:
    """Retrieval between photos and their captions, both ways."""
    captions = [(index, text) for index, row in enumerate(seen.rows) for text in row.texts]
    if not captions:
        raise UserFacingError("The table names no caption.", "Choose a table with labels or captions.")
    vectors = _embed(inference, [text for _, text in captions])
    return measures.retrieval_recalls(seen.vectors @ vectors.T, np.array([index for index, _ in captions]))


def _embed(inference: Inference, texts: Sequence[str]) -> Vectors:
    return np.concatenate([part.result() for part in _text_jobs(inference, texts)])


def _text_jobs(inference: Inference, texts: Sequence[str]) -> Iterator[Future[Vectors]]:
    for start in range(0, len(texts), _TEXTS):
        yield inference.embed_texts(texts[start : start + _TEXTS], urgent=False)
