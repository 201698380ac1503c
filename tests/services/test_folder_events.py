"""Watchdog's events in our words, as macOS and Windows send them: by names that may not be those the person knows."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from watchdog.events import DirDeletedEvent, FileCreatedEvent, FileModifiedEvent, FileMovedEvent

from desktop_app.domain.exclusion import Exclusion
from desktop_app.services.folder_events import OTHER_NAMES, _Translator


@dataclass
class Heard:
    """What a listener was told."""

    changes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def changed(self, relative: str, *, still_open: bool, suspect: bool) -> None:
        self.changes.append(relative)

    def root_changed(self) -> None:
        self.others.append("root")

    def lost(self, reason: str) -> None:
        self.others.append(reason)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_files_are_told_of_by_their_place_in_the_folder(tmp_path: Path, heard: Heard) -> None:
    translator = _Translator(tmp_path, Exclusion(("*.tmp",)), heard)
    for name in ("a.jpg", "left out.tmp"):
        translator.on_any_event(FileCreatedEvent(str(tmp_path / "in" / name)))
    translator.on_any_event(FileMovedEvent(os.fsencode(tmp_path / "a.jpg"), os.fsencode(tmp_path / "b.jpg")))
    translator.on_any_event(DirDeletedEvent(str(tmp_path)))
    assert (heard.changes, heard.others) == (["in/a.jpg", "a.jpg", "b.jpg"], ["root"])


def test_a_folder_behind_a_link_is_told_of_by_its_real_name(tmp_path: Path, heard: Heard) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    try:
        link.symlink_to(real, target_is_directory=True)
    except OSError:
        pytest.skip("links need a privilege here")
    translator = _Translator(link, Exclusion(()), heard)
    translator.on_any_event(FileModifiedEvent(str(real / "in" / "a.jpg")))
    translator.on_any_event(FileModifiedEvent(str(link / "b.jpg")))
    assert (heard.changes, heard.others) == (["in/a.jpg", "b.jpg"], [])


def test_what_cannot_be_placed_is_polled_for_and_never_looked_for_outside(tmp_path: Path, heard: Heard) -> None:
    translator = _Translator(tmp_path / "photos", Exclusion(()), heard)
    translator.on_any_event(FileCreatedEvent(str(tmp_path / "elsewhere" / "a.jpg")))
    assert (heard.changes, heard.others) == ([], [OTHER_NAMES])
