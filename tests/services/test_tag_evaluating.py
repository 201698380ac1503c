"""Tags measured against labelled photos, by what the library itself would suggest."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.tag_truth import parse_tag_truth
from desktop_app.ml.model_facts import model_facts
from tests.fixtures.libraries import Indexed, index_now


def test_a_table_is_measured_and_what_is_not_in_the_library_is_named(copied_library: Indexed) -> None:
    table = copied_library.library / "truth.csv"
    photos = [copied_library.photos / f"photo_{number:02d}.jpg" for number in range(6)]
    table.write_text("".join(f'{photo},"motorcycle"\n' for photo in photos[:1]) + f"{photos[1]},\nnowhere.jpg,cat\n")
    with open_library(copied_library.library) as library:
        index_now(library.services)
        found, labelled = library.services.tag_evaluating.evaluate([table])
        assert (found.photos, found.labels) == (2, 1)
        assert [path.name for path in labelled.missing] == ["nowhere.jpg"]
        assert found.mean_average_precision in (0.5, 1.0)
        assert sum(each.count for each in found.reliability) == 4, "two photos, two labels that the table uses"
        table.write_text("nowhere.jpg,cat\n")
        with pytest.raises(UserFacingError, match="None of the labelled photos is in the library"):
            library.services.tag_evaluating.evaluate([table])
        table.write_text("only one column\n")
        with pytest.raises(UserFacingError, match="line 1 has no labels"):
            library.services.tag_evaluating.evaluate([table])


def test_calibrated_tags_beat_one_threshold_for_all_and_the_three_best(labelled_library: Indexed) -> None:
    tables = [labelled_library.photos / name / "labels.tsv" for name in ("everyday", "things")]
    with open_library(labelled_library.library) as library:
        if "tags" not in model_facts(library.services.models.active().entry):
            pytest.skip("the model's weights were not fitted yet: packaging/fit_search.py")
        found, _ = library.services.tag_evaluating.evaluate(tables)
    assert found.calibrated.macro_f1 > found.single_threshold.macro_f1
    assert found.calibrated.macro_f1 > found.top_3.macro_f1
    assert found.calibrated.micro_f1 > found.single_threshold.micro_f1
    assert found.expected_calibration_error < 0.01


def test_they_beat_them_on_labels_that_nothing_was_fitted_on_and_on_any_half_of_all(
    labelled_library: Indexed, tmp_path: Path
) -> None:
    tables = [labelled_library.photos / name / "labels.tsv" for name in ("everyday", "things")]
    generator = random.Random(3)
    with open_library(labelled_library.library) as library:
        if "below_best" not in model_facts(library.services.models.active().entry).get("tags", {}):
            pytest.skip("the model's weights were not fitted yet: packaging/fit_search.py")
        evaluating = library.services.tag_evaluating
        figures = [evaluating.evaluate(tables, held_out_only=True)[0]]
        for _ in range(3):
            halves = [half_of_labels(table, tmp_path / f"{table.parent.name}.tsv", generator) for table in tables]
            figures.append(evaluating.evaluate(halves)[0])
    for found in figures:
        assert found.calibrated.macro_f1 > found.single_threshold.macro_f1 + 0.02
        assert found.calibrated.macro_f1 > found.top_3.macro_f1


def half_of_labels(table: Path, target: Path, generator: random.Random) -> Path:
    """A table that names a random half of another's labels, and all of its photos."""
    truth = parse_tag_truth(table.read_text(encoding="utf-8"))
    kept = set(generator.sample(sorted(truth.labels), len(truth.labels) // 2))
    lines = [
        f"{table.parent / row.file}\t{', '.join(text for text in row.texts if text in kept)}\n" for row in truth.rows
    ]
    target.write_text("".join(lines), encoding="utf-8")
    return target
