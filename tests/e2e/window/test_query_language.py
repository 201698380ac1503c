"""The search field's whole language in a real window: chips, completion, what is not understood, sliders, reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.question import Question
from desktop_app.domain.weighed import Weighed
from desktop_app.services.asking import Asking
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.search_state import Showing
from desktop_app.ui.sidebar.count_tree import Role
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed, id_of
from tests.fixtures.windows import (
    Windows,
    action,
    click_button,
    remove_chip,
    settled,
    shown_names,
    type_query,
    wait_for,
)


@pytest.fixture
def window(windows: Windows, copied_library: Indexed) -> MainWindow:
    """A window over the sample library."""
    return windows.open(copied_library.library)


def chip_texts(window: MainWindow) -> list[str]:
    """What the chips say."""
    return [spec.text for spec in window.page.chips.chips.specs]


def drop_on_field(window: MainWindow, path: Path) -> None:
    """Drop a picture file on the search field."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none = Qt.KeyboardModifier.NoModifier
    at = QPointF(QPoint(20, 10))
    window.page.top_bar.search.dropEvent(
        QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    )


def counting(weigh: Callable[[Asking, Question], Weighed], asked: list[Question]) -> Callable[..., Weighed]:
    """The real weighing, noting what it was asked."""

    def noted(self: Asking, question: Question) -> Weighed:
        asked.append(question)
        return weigh(self, question)

    return noted


def test_chips_say_what_was_understood_and_take_it_away(
    qtbot: QtBot, window: MainWindow, copied_library: Indexed
) -> None:
    photos = [id_of(window.services, copied_library.photos / f"photo_0{number}.jpg") for number in (1, 2)]
    window.services.tagging.add("in Rome", photos)
    type_query(qtbot, window, 'tag:"in rome" (width:>1 OR is:rated) -"photo 01"')
    assert chip_texts(window) == ['tag:"in rome"', "width:>=2", "or is:rated", 'not "photo 01"']
    assert shown_names(window) == ["photo_02.jpg"]
    remove_chip(qtbot, window, 'not "photo 01"')
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    assert window.page.top_bar.search.text() == 'tag:"in rome" (width:>=2 OR is:rated)'
    click_button(qtbot, window.page.chips, "Clear all")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)
    assert not window.page.question.isVisible()


def test_what_is_not_understood_is_marked_and_the_photos_stay(qtbot: QtBot, window: MainWindow) -> None:
    page, field = window.page, window.page.top_bar.search
    window.services.tagging.add("beach", page.grid.photo_ids()[:2])
    type_query(qtbot, window, "width:>1 tag:beech")
    wait_for(qtbot, page.problem.isVisible)
    assert page.problem.sentence.text() == "There is no tag 'beech'."
    assert page.problem.next_step.text() == "Character 10."
    assert field.problem is not None
    image, danger = field.grab().toImage(), QColor(window.themes.current.danger)
    below = range(image.height() // 2, image.height())
    assert any(_near(image.pixelColor(x, y), danger) for x in range(image.width()) for y in below), "nothing is marked"
    assert page.grid.photo_count() == SMALL_PHOTOS
    assert page.grid.isVisible()
    assert page.top_bar.result.text() == "Photos of the last search"
    qtbot.mouseClick(page.problem, Qt.MouseButton.LeftButton)
    assert field.selectedText() == "tag:beech"
    qtbot.keyClicks(field, "tag:beach")
    assert field.problem is None, "the mark stays while it is being mended"
    wait_for(qtbot, lambda: page.grid.photo_count() == 2)
    assert not page.problem.isVisible()


def test_nothing_is_called_wrong_that_is_still_being_completed(qtbot: QtBot, window: MainWindow) -> None:
    page, field = window.page, window.page.top_bar.search
    window.services.tagging.add("beach", page.grid.photo_ids()[:2])
    field.setFocus()
    qtbot.keyClicks(field, "width:>1 tag:beac")
    wait_for(qtbot, lambda: "beach" in field.completion.labels)
    wait_for(qtbot, lambda: page.top_bar.result.text() == "Photos of the last search")
    assert not page.problem.isVisible()
    assert field.problem is None
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert page.problem.isVisible()
    assert field.problem is not None
    qtbot.keyClicks(field, "h")
    wait_for(qtbot, lambda: page.grid.photo_count() == 2)
    assert not page.problem.isVisible()


def test_what_was_probably_meant_is_one_click_away(qtbot: QtBot, window: MainWindow) -> None:
    window.services.tagging.add("long walk", window.page.grid.photo_ids()[:2])
    type_query(qtbot, window, 'width:>1 tag:"long wlk"')
    click_button(qtbot, window.page.problem, 'Use tag:"long walk"')
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    assert window.page.top_bar.search.text() == 'width:>1 tag:"long walk"'
    type_query(qtbot, window, "widht:>1")
    click_button(qtbot, window.page.problem, "Use width:")
    wait_for(qtbot, lambda: chip_texts(window) == ["width:>=2"])


def test_tags_are_counted_within_what_was_typed(qtbot: QtBot, window: MainWindow) -> None:
    tags = window.page.sidebar.tags
    window.services.tagging.add("red", window.page.grid.photo_ids()[:4])
    window.services.tagging.add("blue", window.page.grid.photo_ids()[2:8])
    wait_for(qtbot, lambda: tags.tag_index("blue").data(Role.COUNT) == 6)
    type_query(qtbot, window, "tag:red")
    wait_for(qtbot, lambda: tags.tag_index("blue").data(Role.COUNT) == 2)
    window.state.clear()
    wait_for(qtbot, lambda: tags.tag_index("blue").data(Role.COUNT) == 6)


def _near(one: QColor, other: QColor) -> bool:
    return abs(one.red() - other.red()) + abs(one.green() - other.green()) + abs(one.blue() - other.blue()) < 60


def test_names_are_completed_as_they_are_typed(qtbot: QtBot, window: MainWindow) -> None:
    field = window.page.top_bar.search
    window.services.tagging.add("Zanzibar", window.page.grid.photo_ids()[:3])
    window.services.tagging.add("Zermatt", window.page.grid.photo_ids()[:2])
    settled(qtbot, window)
    field.setFocus()
    qtbot.keyClicks(field, "tag:z")
    # The vocabulary's own words with this letter come after the tags that are in use.
    wait_for(qtbot, lambda: field.completion.labels[:2] == ["Zanzibar", "Zermatt"])
    qtbot.keyClick(field.completion.list, Qt.Key.Key_Down)
    qtbot.keyClick(field.completion.list, Qt.Key.Key_Down)
    qtbot.keyClick(field.completion.list, Qt.Key.Key_Return)
    assert field.text() == "tag:Zermatt "
    assert not field.completion.visible
    wait_for(qtbot, lambda: window.page.grid.photo_count() == 2)
    qtbot.keyClicks(field, "widt")
    wait_for(qtbot, lambda: field.completion.labels == ["width:"])
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "tag:Zermatt width:"
    wait_for(qtbot, lambda: field.completion.labels == [">=1920", ">=4000"])
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "tag:Zermatt width:", "Escape closed the list and nothing else"
    assert not field.completion.visible


def test_names_that_came_while_typing_are_offered_too(qtbot: QtBot, window: MainWindow) -> None:
    field = window.page.top_bar.search
    in_front = QWidget()
    qtbot.addWidget(in_front)
    in_front.show()
    in_front.activateWindow()
    field.setFocus()
    qtbot.keyClicks(field, "tag:zanzi")
    settled(qtbot, window)
    assert not field.completion.visible
    window.services.tagging.add("Zanzibar", window.page.grid.photo_ids()[:3])
    wait_for(qtbot, lambda: window.page.sidebar.tags.tag_index("Zanzibar").isValid())
    qtbot.keyClicks(field, "b")
    wait_for(qtbot, lambda: field.completion.labels == ["Zanzibar"])


def test_enter_searches_at_once_though_something_is_offered(qtbot: QtBot, window: MainWindow) -> None:
    field = window.page.top_bar.search
    window.services.tagging.add("Zanzibar", window.page.grid.photo_ids()[:3])
    settled(qtbot, window)
    qtbot.keyClicks(field, "is:untagged OR tag:zanzibar")
    wait_for(qtbot, lambda: field.completion.visible)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not field.completion.visible
    assert window.state.terms.text == "is:untagged OR tag:zanzibar"


def test_the_list_ends_and_the_slider_moves_its_end_without_asking_again(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, controls = window.page, window.page.question.controls
    type_query(qtbot, window, "a motorcycle")
    wait_for(qtbot, controls.sensitivity.isVisible)
    asked: list[Question] = []
    monkeypatch.setattr(Asking, "weigh", counting(Asking.weigh, asked))
    counts = []
    for value in (0, 40, 70, 100):
        controls.sensitivity.slider.setValue(value)
        settled(qtbot, window)
        shown = window.answers.found
        assert shown is not None
        assert shown.terms.sensitivity == value / 100
        counts.append(len(shown.result.photo_ids))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    click_button(qtbot, controls, f"Show all {SMALL_PHOTOS}")
    wait_for(qtbot, lambda: page.grid.photo_count() == SMALL_PHOTOS)
    click_button(qtbot, controls, "Only matches")
    wait_for(qtbot, lambda: page.grid.photo_count() == counts[-1])
    assert not asked, "the photos were weighed again"


def test_nothing_matches_and_the_nearest_are_one_click_away(qtbot: QtBot, window: MainWindow) -> None:
    page = window.page
    type_query(qtbot, window, "blorft snizzle")
    wait_for(qtbot, page.empty.isVisible)
    assert page.empty.title.text() == "Nothing here matches “blorft snizzle”"
    assert page.grid.photo_count() == 0
    click_button(qtbot, page.empty, "Show the 12 nearest photos")
    wait_for(qtbot, lambda: page.grid.photo_count() == 12)
    assert page.grid.isVisible()
    assert page.top_bar.result.text() == "The 12 nearest photos"
    type_query(qtbot, window, "blorft snizzles")
    wait_for(qtbot, page.empty.isVisible)
    assert window.state.terms.showing is Showing.MATCHES


def test_probabilities_are_shown_when_asked_for_and_remembered(
    qtbot: QtBot, windows: Windows, copied_library: Indexed
) -> None:
    window = windows.open(copied_library.library)
    window.state.set_sensitivity(0.8)
    type_query(qtbot, window, "a motorcycle")
    wait_for(qtbot, window.page.question.controls.probabilities.isVisible)
    before = window.page.grid.grab().toImage()
    qtbot.mouseClick(window.page.question.controls.probabilities, Qt.MouseButton.LeftButton)
    assert window.page.grid.grab().toImage() != before
    windows.close_all()
    again = windows.open(copied_library.library)
    assert again.page.question.controls.probabilities.isChecked()
    assert again.state.terms.sensitivity == pytest.approx(0.8)


def test_words_and_meaning_are_weighed_by_the_person(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    cup = id_of(window.services, copied_library.photos / "photo_02.jpg")
    window.services.tagging.add("zeppelin", [cup])
    type_query(qtbot, window, "zeppelin")
    wait_for(qtbot, lambda: window.page.grid.photo_ids() == [cup])
    weight = window.page.question.controls.words_weight
    assert weight.isVisible()
    weight.slider.setValue(0)
    wait_for(qtbot, lambda: cup not in window.page.grid.photo_ids())
    weight.slider.setValue(100)
    wait_for(qtbot, lambda: window.page.grid.photo_ids() == [cup])


def test_a_picture_and_words_count_together(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    controls = window.page.question.controls
    type_query(qtbot, window, "a motorcycle")
    drop_on_field(window, copied_library.photos / "photo_03.jpg")
    wait_for(qtbot, lambda: "Similar to photo_03.jpg" in chip_texts(window))
    assert chip_texts(window) == ["a motorcycle", "Similar to photo_03.jpg"]
    assert controls.picture_weight.isVisible()
    window.state.set_showing(Showing.EVERYTHING)
    controls.picture_weight.slider.setValue(100)
    wait_for(qtbot, lambda: shown_names(window)[:1] == ["photo_03.jpg"])
    controls.picture_weight.slider.setValue(0)
    wait_for(qtbot, lambda: shown_names(window)[:1] != ["photo_03.jpg"])
    remove_chip(qtbot, window, "Similar to photo_03.jpg")
    wait_for(qtbot, lambda: not controls.picture_weight.isVisible())
    assert window.page.top_bar.search.text() == "a motorcycle"


def test_photos_like_several_are_found(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    examples = [id_of(window.services, copied_library.photos / f"photo_{number}.jpg") for number in ("04", "10")]
    window.page.grid.select(examples)
    wait_for(qtbot, window.page.inspector.similar.isVisible)
    qtbot.mouseClick(window.page.inspector.similar, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert chip_texts(window) == ["Similar to 2 photos"]
    assert {"photo_04.jpg", "photo_10.jpg"} <= set(shown_names(window))
    assert set(shown_names(window)) <= {"photo_04.jpg", "photo_05.jpg", "photo_10.jpg", "photo_11.jpg"}
    assert window.page.question.controls.sensitivity.isVisible()
    click_button(qtbot, window.page.question.controls, f"Show all {SMALL_PHOTOS}")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)


def test_a_picture_is_pasted_anywhere_in_the_window(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(copied_library.photos / "photo_02.jpg")))
    window.page.grid.setFocus()
    action(window, "Search by the copied picture").trigger()
    wait_for(qtbot, lambda: "best first" in window.page.top_bar.result.text())
    assert shown_names(window)[0] == "photo_02.jpg"


def test_each_result_says_why_it_is_there(qtbot: QtBot, window: MainWindow, copied_library: Indexed) -> None:
    cat = id_of(window.services, copied_library.photos / "photo_01.jpg")
    window.services.tagging.add("Whiskers", [cat])
    why = window.page.inspector.why
    type_query(qtbot, window, "whiskers width:>1 -is:rated")
    wait_for(qtbot, lambda: window.page.grid.photo_ids()[:1] == [cat])
    window.page.grid.select([cat])
    wait_for(qtbot, why.isVisible)
    meaning, width, rated = why.lines
    assert meaning.startswith("whiskers: ")
    assert meaning.endswith("% (tag: Whiskers)")
    assert (width, rated) == ("width:>=2: yes", "not is:rated: yes")
    assert why.summary.text().startswith("Number 1 of ")
    assert "% likely" in why.summary.text()
    window.state.clear()
    wait_for(qtbot, lambda: not why.isVisible())
