"""In the window: photos that belong together as one, opened and taken apart; videos with their length and moment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoLocation, RootId
from desktop_app.services.deleting import DeletionPlan
from desktop_app.ui.actions.deleting import DeletionQuestion
from desktop_app.ui.main_window import MainWindow
from tests.fixtures.formats import write_dng, write_video
from tests.fixtures.libraries import index_now
from tests.fixtures.photos import small_photos
from tests.fixtures.windows import PATIENCE_MS, Windows, action, click_button, has_button, wait_for

pytestmark = pytest.mark.keeps_threads("keepsight-")


@pytest.fixture
def library(tmp_path: Path, tiny_library: Path) -> Path:
    """A pair, a video and a picture."""
    folder = tmp_path / "photos"
    folder.mkdir()
    first, second = small_photos(2)
    first.save(folder / "pair.jpg")
    write_dng(folder / "pair.dng", (64, 48))
    second.save(folder / "single.jpg")
    write_video(folder / "film.mp4", [(200, 40, 40), (40, 40, 200)], seconds=4)
    made = Path(shutil.copytree(tiny_library, tmp_path / "library"))
    with open_library(made) as opened:
        assert index_now(opened.services, folder).embedded == 4
    return made


def names(window: MainWindow) -> set[str]:
    shown = window.page.grid.photo_ids()
    return {summary.name for summary in window.services.browsing.summaries(shown).values()}


def select(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """Select a photo once the grid knows what it is."""
    shown = window.services.browsing.summaries(window.page.grid.photo_ids())
    photo = next(photo for photo, summary in shown.items() if summary.name == name)
    qtbot.waitUntil(lambda: window.page.grid.known(photo).name == name, timeout=PATIENCE_MS)
    window.page.grid.select([])
    window.page.grid.select([photo])


def test_a_stack_is_one_photo_until_it_is_opened_or_taken_apart(windows: Windows, library: Path, qtbot: QtBot) -> None:
    window = windows.open(library)
    actions, together = window.photo_actions, {"pair.jpg", "single.jpg", "film.mp4"}
    assert names(window) == together
    select(window, qtbot, "single.jpg")
    assert not actions.stack.isVisible()
    select(window, qtbot, "pair.jpg")
    actions.stack.trigger()
    qtbot.waitUntil(lambda: names(window) == {"pair.jpg", "pair.dng"}, timeout=PATIENCE_MS)
    assert window.page.question.chips.chips.isVisible()
    window.state.set_stack(None)
    qtbot.waitUntil(lambda: names(window) == together, timeout=PATIENCE_MS)
    select(window, qtbot, "pair.jpg")
    actions.apart.trigger()
    qtbot.waitUntil(lambda: names(window) == {*together, "pair.dng"}, timeout=PATIENCE_MS)


def test_a_video_says_how_long_it_is_and_where_it_matches(windows: Windows, library: Path, qtbot: QtBot) -> None:
    window = windows.open(library)
    select(window, qtbot, "film.mp4")
    [video] = window.page.grid.selected_ids()
    assert window.photo_actions.play.isVisible()
    assert window.page.grid.model().index(window.page.grid.row_of(video), 0).data(3).startswith("film.mp4\nVideo, 0:08")
    window.view_photo(video)
    qtbot.waitUntil(window.viewer.play.isVisible, timeout=PATIENCE_MS)
    window.viewer.closed.emit()
    window.state.set_text("a red wall")

    def answered() -> bool:
        return window.answers.found is not None and window.answers.found.terms == window.state.terms

    qtbot.waitUntil(answered, timeout=PATIENCE_MS)
    assert window.answers.found is not None
    assert 0 <= window.answers.found.moments[video] <= 8
    assert window.page.grid.moments == window.answers.found.moments
    window.view_photo(video)
    qtbot.waitUntil(lambda: " of 0:08" in window.viewer.bar.facts.text(), timeout=PATIENCE_MS)


def colour_shown(window: MainWindow) -> QColor:
    """In the middle of the photo that the viewer shows."""
    picture = window.viewer.picture
    return picture.grab().toImage().pixelColor(picture.width() // 2 + 60, picture.height() // 2 + 60)


def test_the_viewer_shows_a_video_where_it_matches(windows: Windows, library: Path, qtbot: QtBot) -> None:
    window = windows.open(library)
    select(window, qtbot, "film.mp4")
    [video] = window.page.grid.selected_ids()
    window.view_photo(video)
    qtbot.waitUntil(window.viewer.play.isVisible, timeout=PATIENCE_MS)
    # Its first four seconds are red, the others blue; nothing is searched for: the poster.
    qtbot.waitUntil(lambda: colour_shown(window).red() > 150, timeout=PATIENCE_MS)
    assert window.viewer.bar.facts.text().endswith("320 × 240  ·  0:08")
    window.viewer.open([video], 0, {video: 6.5})
    qtbot.waitUntil(lambda: colour_shown(window).blue() > 150, timeout=PATIENCE_MS)
    assert window.viewer.bar.facts.text().endswith("0:06 of 0:08")
    window.viewer.open([video], 0, {})
    qtbot.waitUntil(lambda: colour_shown(window).red() > 150, timeout=PATIENCE_MS)


def test_a_pair_is_deleted_as_one_unless_its_stack_is_opened(windows: Windows, library: Path, qtbot: QtBot) -> None:
    window = windows.open(library)
    for opened, said in ((False, "both files of this photo, “pair.jpg” and “pair.dng”"), (True, "Move “pair.jpg” to")):
        if opened:
            select(window, qtbot, "pair.jpg")
            window.photo_actions.stack.trigger()
            wait_for(qtbot, lambda: names(window) == {"pair.jpg", "pair.dng"})
        select(window, qtbot, "pair.jpg")
        action(window, "Move to the trash").trigger()
        wait_for(qtbot, lambda: has_button(window, "Move to the trash"))
        [box] = (each for each in window.findChildren(QMessageBox) if each.isVisible())
        assert said in box.text()
        assert box.checkBox() is None
        click_button(qtbot, box, "Cancel")
        wait_for(qtbot, lambda: not has_button(window, "Move to the trash"))


def test_the_rest_of_a_burst_goes_only_when_it_is_ticked(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    first, second, third = (PhotoLocation(RootId(1), Path("/photos"), f"{number}.jpg") for number in range(3))
    box = DeletionQuestion(DeletionPlan(1, (first,), (second, third)), window)
    agreed: list[tuple[PhotoLocation, ...]] = []
    box.agreed.connect(agreed.append)
    for text in ("Move “0.jpg” to the trash?", "Move the whole burst, 3 files, to the trash?"):
        assert box.text() == text
        box.open()
        click_button(qtbot, box, "Move to the trash")
        box.whole_bursts.setChecked(True)
    assert agreed == [(first,), (first, second, third)]
