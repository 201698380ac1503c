"""Tags measured against labelled photos, by what the library itself would suggest."""

from __future__ import annotations

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
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
    assert found.expected_calibration_error < 0.01
