"""Evaluations with the real built-in model, on photos whose labels are known and on tables that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.model_figures import Evaluation
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.services.evaluating import EvaluationReport, EvaluationTask, read_task

TABLE = """file\tlabels
astronaut.png\tastronaut, woman
chelsea.png\tcat
coffee.png\tcup of coffee
rocket.jpg\trocket
motorcycle_left.png\tmotorcycle
retina.jpg\t
"""
CAPTIONS = """astronaut.png\ta woman in a space suit ||| an astronaut smiling
chelsea.png\ta ginger cat
coffee.png\ta cup of coffee on a table
rocket.jpg\ta rocket taking off
motorcycle_left.png\ta motorcycle in a garage
"""


@pytest.fixture
def library(tmp_path: Path, library_folder: Path) -> Iterator[Library]:
    with open_library(library_folder, models_folder=tmp_path / "models") as opened:
        yield opened


def task_of(tmp_path: Path, photos: Path, table: str, **more: Path | bool) -> EvaluationTask:
    truth = tmp_path / "truth.tsv"
    truth.write_text(table, encoding="utf-8")
    return read_task(photos, truth, **more)  # type: ignore[arg-type]


def evaluate(library: Library, task: EvaluationTask) -> EvaluationReport:
    return library.services.evaluating.evaluate(BUILT_IN_NAME, task)


def test_labels_give_accuracies_and_average_precision(library: Library, tmp_path: Path, sample_photos: Path) -> None:
    report = evaluate(library, task_of(tmp_path, sample_photos, TABLE))
    figures = dict(report.evaluation.figures)
    assert list(figures) == ["top_1", "top_5", "mean_average_precision"]
    assert (report.evaluation.photos, report.classes) == (6, 6)
    # Things as plain as these even a small model knows.
    assert figures["top_1"] >= 0.6
    assert figures["mean_average_precision"] >= 0.6
    assert report.unreadable == ()


def test_captions_give_recalls_both_ways(library: Library, tmp_path: Path, sample_photos: Path) -> None:
    report = evaluate(library, task_of(tmp_path, sample_photos, CAPTIONS))
    figures = dict(report.evaluation.figures)
    assert set(figures) == {f"{way}_r{k}" for way in ("text_to_image", "image_to_text") for k in (1, 5, 10)}
    assert report.texts == 6
    assert figures["text_to_image_r5"] == figures["image_to_text_r10"] == 1
    assert figures["text_to_image_r1"] >= 0.6


def test_a_class_list_decides_what_there_is_to_choose(library: Library, tmp_path: Path, sample_photos: Path) -> None:
    classes = tmp_path / "classes.txt"
    classes.write_text("cat\nRocket\ntrumpet\n", encoding="utf-8")
    report = evaluate(library, task_of(tmp_path, sample_photos, TABLE, classes=classes))
    assert report.classes == 3
    assert dict(report.evaluation.figures).keys() == {"top_1", "mean_average_precision"}
    nothing = replace(task_of(tmp_path, sample_photos, TABLE), classes=("trumpet", "violin"))
    with pytest.raises(UserFacingError, match="among the classes"):
        evaluate(library, nothing)


def test_wrong_labels_are_punished(library: Library, tmp_path: Path, sample_photos: Path) -> None:
    wrong = TABLE.replace("cat", "X").replace("motorcycle\n", "cat\n").replace("X", "motorcycle")
    right = evaluate(library, task_of(tmp_path, sample_photos, TABLE)).evaluation.figures
    assert (
        dict(evaluate(library, task_of(tmp_path, sample_photos, wrong)).evaluation.figures)["top_1"]
        < dict(right)["top_1"]
    )


def test_photos_that_cannot_be_read_are_named(library: Library, tmp_path: Path, sample_photos: Path) -> None:
    (sample_photos / "broken.jpg").write_bytes(b"no photo")
    report = evaluate(library, task_of(tmp_path, sample_photos, TABLE + "broken.jpg\tcat\ngone.jpg\tcat\n"))
    assert [path.name for path, _ in report.unreadable] == ["broken.jpg", "gone.jpg"]
    assert report.evaluation.photos == 6
    with pytest.raises(UserFacingError, match="None of the photos"):
        evaluate(library, task_of(tmp_path, sample_photos, "gone.jpg\tcat\n"))


def test_figures_are_kept_for_the_model_page(library: Library, tmp_path: Path, sample_photos: Path) -> None:
    task = task_of(tmp_path, sample_photos, TABLE)
    first = evaluate(library, task)
    evaluate(library, task)
    kept = [row for row in _measured(library) if not row.stated]
    assert kept == [first.evaluation]
    library.services.models.keep_evaluation(
        BUILT_IN_NAME, Evaluation("other/x.tsv", 3, (("top_1", 0.5),), on="2026-01-01")
    )
    assert [row.truth for row in _measured(library) if not row.stated] == [task.truth_name, "other/x.tsv"]


def _measured(library: Library) -> tuple[Evaluation, ...]:
    return library.services.models.catalogue()[0].figures.evaluations


def test_a_damaged_file_of_figures_counts_as_empty(library: Library, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir(exist_ok=True)
    (tmp_path / "models" / "figures.json").write_text("{broken", encoding="utf-8")
    assert [row for row in _measured(library) if not row.stated] == []


def test_what_cannot_be_read_is_said(tmp_path: Path, sample_photos: Path) -> None:
    with pytest.raises(UserFacingError, match="no folder"):
        read_task(tmp_path / "nowhere", tmp_path / "truth.tsv")
    with pytest.raises(UserFacingError, match="cannot be read as text"):
        read_task(sample_photos, tmp_path / "truth.tsv")
    with pytest.raises(UserFacingError, match="line 1 has no tab"):
        task_of(tmp_path, sample_photos, "cat.jpg cat\n")


def test_real_photos_with_their_labels(library: Library, shared_photos: Path) -> None:
    """The same files the model card's figures come from; here only that the built-in model is far above chance."""
    everyday = read_task(shared_photos / "everyday", shared_photos / "everyday" / "labels.tsv")
    report = evaluate(library, everyday)
    assert report.evaluation.photos == 128
    assert report.evaluation.truth == "everyday/labels.tsv"
    assert dict(report.evaluation.figures)["mean_average_precision"] > 0.3
