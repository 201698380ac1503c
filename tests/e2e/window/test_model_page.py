"""The model page against a hub on loopback: download, pause, go on, fail, switch, add, remove."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.ui.dialogs.model_card import ModelCard
from desktop_app.ui.dialogs.models import ModelsDialog
from desktop_app.ui.main_window import MainWindow
from tests.fixtures.hub import TINY, LocalHub, in_catalogue, tiny_folder
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed
from tests.fixtures.windows import Windows, choose_file, click_button, has_button, wait_for


@pytest.fixture
def window(
    windows: Windows, copied_library: Indexed, tiny_hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MainWindow:
    """A window whose catalogue has a model that the hub on loopback offers."""
    in_catalogue(monkeypatch)
    return windows.open(copied_library.library, models_folder=tmp_path / "models", hub_endpoint=tiny_hub.endpoint)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ModelsDialog:
    """Its model page, filled."""
    dialog = window.dialogs.show_models()
    wait_for(qtbot, lambda: dialog.card(TINY.name) is not None)
    return dialog


def card(page: ModelsDialog, name: str = TINY.name) -> ModelCard:
    """The card that shows the model now: the page makes new ones when the catalogue changed."""
    found = page.card(name)
    assert found is not None
    return found


def press(qtbot: QtBot, page: ModelsDialog, text: str) -> None:
    """Click a button of the model's card, once it is there."""
    wait_for(qtbot, lambda: has_button(card(page), text))
    click_button(qtbot, card(page), text)


def seldom(page: ModelsDialog, name: str, text: str) -> QAction:
    """The entry behind a card's three dots."""
    entries = [entry for menu in card(page, name).findChildren(QMenu) for entry in menu.actions()]
    return next(entry for entry in entries if entry.text().rstrip("…") == text)


def test_a_model_is_downloaded_with_a_pause_and_then_serves(
    qtbot: QtBot, window: MainWindow, page: ModelsDialog, tiny_hub: LocalHub
) -> None:
    tiny_hub.faults.seconds_per_chunk = 0.05
    press(qtbot, page, "Download and use")
    wait_for(qtbot, lambda: "MB of" in card(page).status.text())
    assert card(page).bar.isVisible()
    press(qtbot, page, "Pause")
    wait_for(qtbot, lambda: card(page).status.text().startswith("Paused"))
    tiny_hub.faults.seconds_per_chunk = 0.0
    press(qtbot, page, "Go on")
    wait_for(qtbot, lambda: card(page).status.text() == "In use")
    assert tiny_hub.ranges_asked()[-1], "it began from the start again"
    assert window.services.models.active_name() == TINY.name
    assert page.card(BUILT_IN_NAME) is not None
    wait_for(qtbot, lambda: card(page, BUILT_IN_NAME).status.text() == "")
    details = {info.entry.name: info.embedded for info in window.services.models.catalogue() if info.embedded}
    assert details[TINY.name] == SMALL_PHOTOS
    page.accept()
    # An untrained model finds a cat nowhere; but it puts the photos in an order.
    window.state.set_text("a cat")
    wait_for(qtbot, window.page.empty.isVisible)
    click_button(qtbot, window.page.empty, f"Show the {SMALL_PHOTOS} nearest photos")
    wait_for(qtbot, lambda: window.page.grid.photo_count() == SMALL_PHOTOS)


def test_a_download_that_fails_says_why_and_can_be_tried_again(
    qtbot: QtBot, page: ModelsDialog, tiny_hub: LocalHub
) -> None:
    tiny_hub.faults.status = 404
    press(qtbot, page, "Download and use")
    wait_for(qtbot, lambda: has_button(card(page), "Try again"))
    assert card(page).status.text()
    tiny_hub.faults.status = None
    press(qtbot, page, "Try again")
    wait_for(qtbot, lambda: card(page).status.text() == "In use")


def test_ones_own_model_is_added_used_and_taken_off_the_list(
    qtbot: QtBot, window: MainWindow, page: ModelsDialog, tmp_path: Path, tiny_weights: bytes
) -> None:
    own = tiny_folder(tmp_path / "my-clip", tiny_weights)
    click_button(qtbot, page, "Add a model from this computer…")
    choose_file(qtbot, window, own / "open_clip_config.json")
    wait_for(qtbot, lambda: page.card("my-clip") is not None)
    seldom(page, "my-clip", "Measure its speed here").trigger()
    wait_for(qtbot, lambda: "photos/s" in page.message.text())
    wait_for(qtbot, lambda: card(page, "my-clip").info.figures.images_per_second is not None)
    seldom(page, "my-clip", "Take off this list").trigger()
    click_button(qtbot, window, "Remove")
    wait_for(qtbot, lambda: page.card("my-clip") is None)
    assert (own / "open_clip_config.json").is_file(), "the person's own file was deleted"


def test_a_download_goes_on_when_the_page_is_closed(
    qtbot: QtBot, window: MainWindow, page: ModelsDialog, tiny_hub: LocalHub
) -> None:
    tiny_hub.faults.seconds_per_chunk = 0.02
    press(qtbot, page, "Download and use")
    wait_for(qtbot, lambda: "MB of" in card(page).status.text())
    page.accept()
    wait_for(qtbot, lambda: window.services.models.active_name() == TINY.name)
