"""The tag quality page by itself: figures as words, one model and two."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagId
from desktop_app.domain.tag_choice import Strictness, TagChoice
from desktop_app.domain.tag_quality import ModelQuality, ReliabilityBin, TagQuality
from desktop_app.ui.dialogs.photo_strip import StripPhoto
from desktop_app.ui.dialogs.tag_quality import TagQualityDialog
from desktop_app.ui.theme import Theme

BINS = (ReliabilityBin(0.0, 0.5, 4, 0.3, 0.25), ReliabilityBin(0.5, 1.0, 0, 0.0, 0.0))


def tag(number: int, name: str, precision: float | None, *, taught: bool = False) -> TagQuality:
    return TagQuality(Tag(TagId(number), name, "Own", looked_for=True), 6, 2, 7, precision, 0.5, BINS, (), taught)


def model(title: str, *tags: TagQuality) -> ModelQuality:
    return ModelQuality(title, title, tags, 0.75, 0.5, 0.1, BINS)


MINE = model("Mini", tag(1, "canoe", 0.75, taught=True), tag(2, "dog", None))


@pytest.fixture
def page(qtbot: QtBot) -> TagQualityDialog:
    made = TagQualityDialog(Theme.light(), None)
    qtbot.addWidget(made)
    made.show()
    return made


def cells(page: TagQualityDialog, row: int) -> list[object]:
    return [page.items.index(row, column).data() for column in range(page.items.columnCount())]


def test_each_tag_has_its_figures_and_what_is_not_known_is_not_made_up(page: TagQualityDialog) -> None:
    page.show_quality(MINE)
    assert cells(page, 0) == ["canoe •", "6", "2", "75 %", "50 %"]
    assert cells(page, 1) == ["dog", "6", "2", "–", "50 %"]
    assert "16 decisions on 2 tags" in page.summary.text()
    assert "The model has seen 7 of them" in page.details.facts.text()
    assert page.details.curve.accessibleDescription() == "30 % stated 25 % true"
    assert page.details.forget.isVisible()
    page.table.selectRow(1)
    assert page.details.title.text() == "dog"
    assert not page.details.forget.isVisible()


def test_two_models_stand_side_by_side(page: TagQualityDialog) -> None:
    page.show_quality(MINE)
    page.table.selectRow(1)
    page.show_quality(MINE, model("Large <b>", tag(2, "dog", 0.9)))
    assert page.tag is not None
    assert page.tag.tag.name == "dog", "the tag that was looked at stays so"
    assert cells(page, 0)[3:] == ["75 % · –", "50 % · –"]
    assert cells(page, 1)[3:] == ["– · 90 %", "50 % · 50 %"]
    assert "Large &lt;b&gt;" in page.summary.text()
    page.show_quality(MINE)
    assert cells(page, 0)[3] == "75 %"


def test_nothing_decided_yet_is_said_in_words(page: TagQualityDialog) -> None:
    page.show_quality(ModelQuality("mini", "Mini", (), None, None, None, ()))
    assert page.tag is None
    assert not page.table.isVisible()


def test_photos_are_decided_about_together(qtbot: QtBot, page: TagQualityDialog) -> None:
    page.show_quality(MINE)
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    page.show_photos("Worst mistakes", [StripPhoto(PhotoId(n), f"{n} %") for n in (4, 5, 6)], {PhotoId(4): picture})
    details = page.details
    assert not details.yes.isEnabled()
    details.strip.item(0).setSelected(True)
    details.strip.item(2).setSelected(True)
    with qtbot.waitSignal(details.decided) as heard:
        qtbot.mouseClick(details.no, Qt.MouseButton.LeftButton)
    assert heard.args == [[4, 6], False]


def test_the_rule_in_force_is_marked_and_another_asked_for(qtbot: QtBot, page: TagQualityDialog) -> None:
    page.show_choice(TagChoice(Strictness.CAUTIOUS))
    assert page.choices["cautious"].isChecked()
    with qtbot.waitSignal(page.choice_wanted) as heard:
        qtbot.mouseClick(page.choices["top-5"], Qt.MouseButton.LeftButton)
    assert heard.args == [TagChoice(top=5)]
