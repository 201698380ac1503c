"""The model maps rows to photos and says only what is in memory already."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui.grid.model import PhotoGridModel, PhotoRole, percent

CAT = PhotoSummary(PhotoId(7), "cat.jpg", 400, 300, datetime(2021, 3, 4), missing=False)  # noqa: DTZ001
GONE = PhotoSummary(PhotoId(9), "gone.jpg", 400, 300, None, missing=True)


@pytest.fixture
def model() -> PhotoGridModel:
    made = PhotoGridModel({7: CAT, 9: GONE}.get)  # type: ignore[arg-type]
    made.set_result(np.array([9, 7, 8]), np.array([0.9, 0.5, 0.001], dtype=np.float32))
    return made


def test_it_keeps_the_rules_of_qt_models(model: PhotoGridModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_result(np.arange(5), None)
    model.refresh([PhotoId(3)])
    model.set_result(np.array([], dtype=np.int64), None)
    assert tester.model() is model


def test_cells_say_what_is_known(model: PhotoGridModel) -> None:
    cat, gone, unknown = model.index(1, 0), model.index(0, 0), model.index(2, 0)
    assert cat.data() == "cat.jpg"
    assert cat.data(PhotoRole.PHOTO_ID) == 7
    assert cat.data(PhotoRole.PROBABILITY) == 0.5
    assert "50 % match" in cat.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "2021" in cat.data(Qt.ItemDataRole.ToolTipRole)
    assert "missing" in gone.data(Qt.ItemDataRole.ToolTipRole)
    assert unknown.data() == ""
    assert unknown.data(Qt.ItemDataRole.ToolTipRole) is None
    assert unknown.data(Qt.ItemDataRole.AccessibleTextRole) == "Photo"
    assert model.data(QModelIndex()) is None


def test_an_unranked_list_has_no_probabilities(model: PhotoGridModel) -> None:
    model.set_result(np.array([7]), None)
    assert model.index(0, 0).data(PhotoRole.PROBABILITY) is None


def test_probabilities_must_belong_to_the_photos(model: PhotoGridModel) -> None:
    with pytest.raises(ValueError, match="2 probabilities for 3 photos"):
        model.set_result(np.arange(3), np.array([0.5, 0.5], dtype=np.float32))


def test_refreshing_speaks_once_of_the_rows_in_between(qtbot: QtBot, model: PhotoGridModel) -> None:
    model.set_result(np.arange(50), None)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, _roles: told.append((first.row(), last.row())))
    model.refresh([PhotoId(12), PhotoId(40), PhotoId(999)])
    model.refresh([PhotoId(999)])
    assert told == [(12, 40)]


def test_likeness_alone_has_no_probability(model: PhotoGridModel) -> None:
    model.set_result(np.arange(2), np.array([np.nan, 0.5], np.float32))
    assert [model.probability(row) for row in range(2)] == [None, 0.5]


def test_there_are_no_rows_before_the_first(model: PhotoGridModel) -> None:
    with pytest.raises(IndexError):
        model.photo_id(-1)


@given(st.lists(st.integers(0, 10**9), unique=True), st.lists(st.integers(0, 10**9)))
def test_looking_up_photos_agrees_with_searching_the_list(ids: list[int], others: list[int]) -> None:
    model = PhotoGridModel(lambda _photo: None)
    model.set_result(np.array(ids, dtype=np.int64), None)
    for photo in [*ids, *others]:
        assert model.row_of(PhotoId(photo)) == (ids.index(photo) if photo in ids else None)
    asked = np.array([*others, *ids[::2]], dtype=np.int64)
    assert model.rows_of(asked).tolist() == [row for row, photo in enumerate(ids) if photo in asked]


def test_nothing_is_certain() -> None:
    assert [percent(probability) for probability in (0.0, 0.494, 0.87, 1.0)] == ["1 %", "49 %", "87 %", "99 %"]
