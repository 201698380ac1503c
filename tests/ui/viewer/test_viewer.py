"""The viewer over a real library: leafing, zooming, and photos that cannot be shown."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme
from desktop_app.ui.viewer.viewer import PhotoViewer
from tests.fixtures.libraries import SMALL_PHOTOS, id_of, index_now

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def viewer(qtbot: QtBot, services: Services, tasks: Tasks) -> PhotoViewer:
    """Small, so that the sample photos (240 pixels) are larger than the view."""
    return opened(qtbot, services, tasks)


def opened(qtbot: QtBot, services: Services, tasks: Tasks, index: int = 0) -> PhotoViewer:
    viewer = PhotoViewer(services, tasks, Theme.light())
    qtbot.addWidget(viewer)
    viewer.resize(640, 180)
    viewer.show()
    viewer.setFocus()
    viewer.open(services.browsing.photo_ids().tolist(), index)
    return viewer


def sharp(qtbot: QtBot, viewer: PhotoViewer) -> None:
    """Wait until the photo is there at the size of the view."""
    photo = viewer.current
    assert photo is not None
    qtbot.waitUntil(lambda: viewer._loader.sharp(photo))


def quiet(qtbot: QtBot, viewer: PhotoViewer, tasks: Tasks) -> None:
    qtbot.waitUntil(lambda: not tasks.busy and not viewer._settle.isActive())


def scale(viewer: PhotoViewer) -> float:
    assert viewer.picture.zoom is not None
    return viewer.picture.zoom.scale


def test_a_photo_is_shown_with_its_name_and_place(qtbot: QtBot, viewer: PhotoViewer, services: Services) -> None:
    sharp(qtbot, viewer)
    photo = viewer.current
    assert photo is not None
    summary = services.browsing.summaries([photo])[photo]
    assert viewer.bar.name.text() == summary.name
    assert f"1 of {SMALL_PHOTOS}" in viewer.bar.facts.text()
    assert f"{summary.width} × {summary.height}" in viewer.bar.facts.text()
    assert viewer.accessibleName() == f"{summary.name}, 1 of {SMALL_PHOTOS}"
    assert not viewer.previous_arrow.isVisible()
    assert viewer.next_arrow.isVisible()
    assert viewer.message.isHidden()


def test_stars_and_hearts_are_shown_and_leave_the_zoom_alone(
    qtbot: QtBot, viewer: PhotoViewer, services: Services, tasks: Tasks
) -> None:
    sharp(qtbot, viewer)
    photo = viewer.current
    assert photo is not None
    QTest.keyClick(viewer, Key.Key_1)
    qtbot.waitUntil(lambda: scale(viewer) == 1.0)
    quiet(qtbot, viewer, tasks)
    pictures = [pixmap.cacheKey() for pixmap in viewer._loader.pictures(photo)]
    services.curating.rate([photo], 4)
    services.curating.mark_favourite([photo], favourite=True)
    viewer.refresh_photos([photo])
    qtbot.waitUntil(lambda: viewer.bar.facts.text().endswith("★★★★ ♥"))
    assert viewer.accessibleName().endswith("4 stars, Favourite")
    assert scale(viewer) == 1.0
    assert [pixmap.cacheKey() for pixmap in viewer._loader.pictures(photo)][: len(pictures)] == pictures, "it blinked"


def test_the_picture_painted_is_the_photo(qtbot: QtBot, viewer: PhotoViewer, services: Services) -> None:
    sharp(qtbot, viewer)
    zoom, photo = viewer.picture.zoom, viewer.current
    assert zoom is not None
    assert photo is not None
    picture = services.viewing.picture(photo, max_side=max(round(zoom.area.width), round(zoom.area.height)))
    expected = QImage(
        picture.data, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888
    ).convertToFormat(QImage.Format.Format_RGB32)
    left, top = round(zoom.area.x), round(zoom.area.y)
    shown = viewer.picture.grab().toImage().copy(left, top, picture.width, picture.height)
    assert shown.convertToFormat(QImage.Format.Format_RGB32) == expected


def test_keys_lead_through_the_photos_and_stop_at_the_ends(
    qtbot: QtBot, viewer: PhotoViewer, services: Services
) -> None:
    ids = services.browsing.photo_ids().tolist()
    told: list[PhotoId] = []
    viewer.current_changed.connect(told.append)
    for key in (
        Key.Key_Left,
        Key.Key_Right,
        Key.Key_PageDown,
        Key.Key_PageUp,
        Key.Key_End,
        Key.Key_Right,
        Key.Key_Home,
    ):
        QTest.keyClick(viewer, key)
    assert told == [ids[1], ids[2], ids[1], ids[-1], ids[0]]
    sharp(qtbot, viewer)


def test_arrows_at_the_sides_lead_on_and_back(qtbot: QtBot, viewer: PhotoViewer, services: Services) -> None:
    ids = services.browsing.photo_ids().tolist()
    QTest.mouseClick(viewer.next_arrow, LEFT)
    assert viewer.current == ids[1]
    assert viewer.previous_arrow.isVisible()
    QTest.mouseClick(viewer.previous_arrow, LEFT)
    assert viewer.current == ids[0]


def test_leafing_fast_ends_at_the_right_photo_whatever_is_still_on_its_way(
    qtbot: QtBot, viewer: PhotoViewer, services: Services, tasks: Tasks
) -> None:
    for _ in range(7):
        QTest.keyClick(viewer, Key.Key_Right)
    photo = services.browsing.photo_ids().tolist()[7]
    assert viewer.current == photo
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    assert viewer.bar.name.text() == services.browsing.summaries([photo])[photo].name
    summary = services.browsing.summaries([photo])[photo]
    assert viewer.picture.zoom is not None
    assert viewer.picture.zoom.photo == (summary.width, summary.height)


def test_neighbours_are_there_before_they_are_asked_for(
    qtbot: QtBot, viewer: PhotoViewer, services: Services, tasks: Tasks
) -> None:
    ids = services.browsing.photo_ids().tolist()
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    assert viewer._loader.sharp(ids[1])
    assert viewer._loader.sharp(ids[2])
    assert not viewer._loader.sharp(ids[6])


def test_pictures_are_decoded_off_the_gui_thread_at_the_size_of_the_view(
    qtbot: QtBot, services: Services, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, threading.Thread]] = []
    original = type(services.viewing).picture

    def record(self, photo_id: PhotoId, *, max_side: int, second: float | None):  # type: ignore[no-untyped-def]
        asked.append((max_side, threading.current_thread()))
        return original(self, photo_id, max_side=max_side, second=second)

    monkeypatch.setattr(type(services.viewing), "picture", record)
    viewer = opened(qtbot, services, tasks)
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    assert all(thread is not threading.main_thread() for _, thread in asked)
    assert all(side <= 640 for side, _ in asked), "not every pixel before the person zooms in"


def test_every_pixel_is_fetched_once_the_photo_is_zoomed_into(qtbot: QtBot, viewer: PhotoViewer) -> None:
    sharp(qtbot, viewer)
    photo = viewer.current
    assert photo is not None
    assert scale(viewer) < 1
    QTest.keyClick(viewer, Key.Key_1)
    qtbot.waitUntil(lambda: scale(viewer) == 1.0)
    zoom = viewer.picture.zoom
    assert zoom is not None
    qtbot.waitUntil(lambda: viewer._loader.pictures(photo)[-1].width() == zoom.photo[0])
    assert viewer.bar.scale.text() == "100 %"


def test_keys_zoom_and_move(qtbot: QtBot, viewer: PhotoViewer) -> None:
    sharp(qtbot, viewer)
    fit = scale(viewer)
    QTest.keyClick(viewer, Key.Key_Plus)
    qtbot.waitUntil(lambda: scale(viewer) == pytest.approx(fit * 1.25))
    QTest.keyClick(viewer, Key.Key_Minus)
    qtbot.waitUntil(lambda: scale(viewer) == pytest.approx(fit))
    QTest.keyClick(viewer, Key.Key_1)
    qtbot.waitUntil(lambda: scale(viewer) == 1.0)
    assert viewer.picture.zoom is not None
    before = viewer.picture.zoom.centre
    QTest.keyClick(viewer, Key.Key_Down)
    assert viewer.picture.zoom.centre[1] > before[1]
    QTest.keyClick(viewer, Key.Key_0)
    qtbot.waitUntil(lambda: viewer.picture.zoom is not None and viewer.picture.zoom.fitted)


def test_the_next_photo_is_fitted_again(qtbot: QtBot, viewer: PhotoViewer) -> None:
    sharp(qtbot, viewer)
    QTest.keyClick(viewer, Key.Key_1)
    qtbot.waitUntil(lambda: scale(viewer) == 1.0)
    QTest.keyClick(viewer, Key.Key_Right)
    sharp(qtbot, viewer)
    qtbot.waitUntil(lambda: viewer.picture.zoom is not None)
    assert viewer.picture.zoom is not None
    assert viewer.picture.zoom.fitted


@pytest.mark.parametrize("key", [Key.Key_Escape, Key.Key_Space, Key.Key_Return])
def test_keys_close_it(qtbot: QtBot, viewer: PhotoViewer, key: Key) -> None:
    with qtbot.waitSignal(viewer.closed):
        QTest.keyClick(viewer, key)


def test_a_key_held_down_since_before_does_not_close_it(qtbot: QtBot, viewer: PhotoViewer) -> None:
    repeated = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
    with qtbot.assertNotEmitted(viewer.closed):
        QApplication.sendEvent(viewer, repeated)


def test_the_thumb_button_leads_back(qtbot: QtBot, viewer: PhotoViewer) -> None:
    with qtbot.waitSignal(viewer.closed):
        QTest.mouseClick(viewer.picture, Qt.MouseButton.BackButton)


def test_enter_presses_the_button_that_tab_led_to(qtbot: QtBot, viewer: PhotoViewer) -> None:
    sharp(qtbot, viewer)
    viewer.bar.scale.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.assertNotEmitted(viewer.closed):
        QTest.keyClick(viewer.bar.scale, Key.Key_Return)
    qtbot.waitUntil(lambda: scale(viewer) == 1.0)


def test_other_keys_are_left_to_the_window(qtbot: QtBot, viewer: PhotoViewer) -> None:
    current = viewer.current
    QTest.keyClick(viewer, Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(viewer, Key.Key_F)
    assert viewer.current == current


def test_every_button_has_a_name_and_does_what_it_says(qtbot: QtBot, viewer: PhotoViewer) -> None:
    sharp(qtbot, viewer)
    buttons = {each.accessibleName(): each for each in viewer.findChildren(QToolButton) if each.accessibleName()}
    assert set(buttons) == {
        "Back",
        "Play",
        "Zoom out",
        "Actual size",
        "Zoom in",
        "Fit in window",
        "Find similar",
        "Previous photo",
        "Next photo",
        "Where",
        "Where is",
        "Hide the heat map",
    }
    with qtbot.waitSignal(viewer.closed):
        QTest.mouseClick(buttons["Back"], LEFT)
    with qtbot.waitSignal(viewer.find_similar) as similar:
        QTest.mouseClick(buttons["Find similar"], LEFT)
    assert similar.args == [viewer.current]
    fit = scale(viewer)
    QTest.mouseClick(buttons["Zoom in"], LEFT)
    qtbot.waitUntil(lambda: scale(viewer) > fit * 1.2)
    QTest.mouseClick(buttons["Actual size"], LEFT)
    qtbot.waitUntil(lambda: scale(viewer) == 1.0)
    QTest.mouseClick(buttons["Zoom out"], LEFT)
    qtbot.waitUntil(lambda: scale(viewer) < 0.9)
    QTest.mouseClick(buttons["Fit in window"], LEFT)
    qtbot.waitUntil(lambda: scale(viewer) == pytest.approx(fit))


def test_another_size_of_the_window_decodes_the_photo_anew(qtbot: QtBot, viewer: PhotoViewer, tasks: Tasks) -> None:
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    photo = viewer.current
    assert photo is not None
    assert fitting_height(viewer) in heights(viewer, photo)
    viewer.resize(700, 190)  # still smaller than the photo
    assert fitting_height(viewer) not in heights(viewer, photo)
    qtbot.waitUntil(lambda: fitting_height(viewer) in heights(viewer, photo))
    quiet(qtbot, viewer, tasks)


def fitting_height(viewer: PhotoViewer) -> int:
    assert viewer.picture.zoom is not None
    return round(viewer.picture.zoom.area.height)


def heights(viewer: PhotoViewer, photo: PhotoId) -> set[int]:
    return {picture.height() for picture in viewer._loader.pictures(photo)}


def test_a_photo_that_is_no_longer_in_the_library_says_so(qtbot: QtBot, viewer: PhotoViewer) -> None:
    viewer.open([PhotoId(987_654)], 0)
    qtbot.waitUntil(viewer.message.isVisible)
    assert "no longer in the library" in viewer.message.sentence.text()
    viewer.grab()
    QTest.keyClick(viewer, Key.Key_Plus)
    QTest.keyClick(viewer, Key.Key_Right)
    assert viewer.current == 987_654


def test_there_is_no_photo_beyond_the_last(viewer: PhotoViewer) -> None:
    with pytest.raises(IndexError):
        viewer.open([PhotoId(1)], 3)


def test_an_unexpected_failure_is_said_and_logged(
    qtbot: QtBot,
    viewer: PhotoViewer,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(services.viewing), "picture", fail)
    viewer.step(6)
    qtbot.waitUntil(viewer.message.isVisible)
    assert viewer.message.sentence.text() == "This photo could not be shown."
    assert "ZeroDivisionError" in caplog.text


def test_missing_and_damaged_files_are_explained_and_shown_once_they_are_back(
    qtbot: QtBot, tasks: Tasks, library_folder: Path, photos: Path, tmp_path: Path
) -> None:
    gone, damaged = photos / "photo_03.jpg", photos / "photo_04.jpg"
    with open_library(library_folder) as library:
        services = library.services
        index_now(services, photos)
        ids = [id_of(services, gone), id_of(services, damaged)]
        shutil.move(gone, tmp_path / "elsewhere.jpg")
        damaged.write_bytes(b"\xff\xd8 not a photo any more")
        viewer = opened(qtbot, services, tasks)
        viewer.open(ids, 0)
        qtbot.waitUntil(viewer.message.isVisible)
        assert "photo_03.jpg is not there" in viewer.message.sentence.text()
        assert viewer.message.next_step.isVisible()
        assert viewer.picture._dimmed
        assert viewer._loader.pictures(ids[0]), "its thumbnail still reminds of it"
        QTest.keyClick(viewer, Key.Key_Right)
        qtbot.waitUntil(lambda: "photo_04.jpg" in viewer.message.sentence.text())
        shutil.move(tmp_path / "elsewhere.jpg", gone)
        QTest.keyClick(viewer, Key.Key_Left)
        sharp(qtbot, viewer)
        assert viewer.message.isHidden()
        quiet(qtbot, viewer, tasks)


def test_a_changed_photo_is_read_again(qtbot: QtBot, viewer: PhotoViewer, services: Services, tasks: Tasks) -> None:
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    photo = viewer.current
    assert photo is not None
    before = viewer._loader.pictures(photo)[-1].cacheKey()
    viewer.refresh_photos({photo, PhotoId(55_555)})
    qtbot.waitUntil(lambda: before not in [picture.cacheKey() for picture in viewer._loader.pictures(photo)])
    sharp(qtbot, viewer)


def test_changes_of_other_photos_disturb_nothing(qtbot: QtBot, viewer: PhotoViewer, tasks: Tasks) -> None:
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    photo = viewer.current
    assert photo is not None
    before = [picture.cacheKey() for picture in viewer._loader.pictures(photo)]
    viewer.refresh_photos({PhotoId(55_555)})
    quiet(qtbot, viewer, tasks)
    assert [picture.cacheKey() for picture in viewer._loader.pictures(photo)] == before


def test_a_hidden_viewer_decodes_nothing(qtbot: QtBot, viewer: PhotoViewer, tasks: Tasks) -> None:
    sharp(qtbot, viewer)
    quiet(qtbot, viewer, tasks)
    viewer.hide()
    viewer.step(5)
    qtbot.wait(50)
    photo = viewer.current
    assert photo is not None
    assert not viewer._loader.pictures(photo)
    viewer.show()
    sharp(qtbot, viewer)


def test_dragging_over_the_photo_does_not_leaf(qtbot: QtBot, viewer: PhotoViewer) -> None:
    sharp(qtbot, viewer)
    current = viewer.current
    QTest.mousePress(viewer.picture, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(300, 40))
    QTest.mouseMove(viewer.picture, QPoint(100, 40))
    QTest.mouseRelease(viewer.picture, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(100, 40))
    assert viewer.current == current


def test_the_theme_changes_only_the_ground(qtbot: QtBot, viewer: PhotoViewer) -> None:
    viewer.set_theme(Theme.dark())
    assert viewer.picture.grab().toImage().pixelColor(2, 2).name() == Theme.dark().backdrop
