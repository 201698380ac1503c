"""Judging and teaching tags in a real window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDraft, TagSource
from desktop_app.ui.dialogs.tag_quality import TagQualityDialog
from desktop_app.ui.main_window import MainWindow
from tests.fixtures.libraries import Indexed, index_now
from tests.fixtures.windows import Windows, action, click_button, wait_for

NAME = "a picture from space"


def page_of(qtbot: QtBot, window: MainWindow) -> TagQualityDialog:
    action(window, "Tag quality").trigger()
    pages = window.findChildren(TagQualityDialog)
    assert len(pages) == 1
    wait_for(qtbot, lambda: not window.tasks.busy)
    return pages[0]


def test_decisions_are_judged_taught_and_added_to(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    services = window.services
    index_now(services)
    services.tag_editing.define(TagDraft(NAME))
    photos = [PhotoId(each) for each in services.browsing.photo_ids().tolist()]
    services.tagging.add(NAME, photos[:3])
    services.tagging.reject(NAME, photos[3:6])
    page = page_of(qtbot, window)
    assert page.tag is not None
    assert (page.tag.tag.name, page.tag.accepted, page.tag.rejected) == (NAME, 3, 3)
    click_button(qtbot, page, "Teach this tag")
    wait_for(qtbot, lambda: page.tag is not None and page.tag.taught and not window.tasks.busy)
    assert "Cross-validated" in page.message.text()
    sources = {assigned.source for photo in photos[6:] for assigned in tags(window, photo) if assigned.tag.name == NAME}
    assert sources <= {TagSource.LEARNED}
    before = {photo: tags(window, photo) for photo in photos}
    click_button(qtbot, page, "Find more like these")
    wait_for(qtbot, lambda: "nothing is tagged" in page.details.heading.text() and not window.tasks.busy)
    assert page.details.strip.count() == len(photos) - 6
    assert {photo: tags(window, photo) for photo in photos} == before, "proposing tags nothing"
    page.details.strip.item(0).setSelected(True)
    qtbot.mouseClick(page.details.yes, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: page.tag is not None and page.tag.accepted == 4 and not window.tasks.busy)
    page.accept()


def tags(window: MainWindow, photo: PhotoId) -> tuple:
    details = window.services.browsing.details(photo)
    assert details is not None
    return details.tags
