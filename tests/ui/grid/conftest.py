"""A source of any number of photos, for tests about scale and order, and grids over it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.domain.query import SearchResult
from desktop_app.ui.grid.view import PhotoGridView
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme

WIDTH, HEIGHT = 256, 192


def colour_of(photo: int) -> QColor:
    """The one colour that this photo's picture is painted in."""
    return QColor.fromHsv(photo * 47 % 360, 200, 220)


def plain_jpeg(colour: QColor, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(colour)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG", 90)
    return bytes(buffer.data().data())


@dataclass
class ManyPhotos:
    """Photo n has the thumbnail of `colour_of(n)`. It remembers what it was asked for, in order, and on which thread."""

    asked: list[list[int]] = field(default_factory=list)
    threads: set[threading.Thread] = field(default_factory=set)
    without_thumbnail: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    failing: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    """Thumbnails wait for this."""
    version: str = "first"

    def __post_init__(self) -> None:
        self.gate.set()

    def summaries(self, photo_ids: Sequence[int]) -> dict[PhotoId, PhotoSummary]:
        self.threads.add(threading.current_thread())
        return {
            PhotoId(photo): PhotoSummary(
                PhotoId(photo), f"{self.version} {photo}.jpg", 4000, 3000, None, missing=photo in self.missing
            )
            for photo in photo_ids
        }

    def thumbnails(self, photo_ids: Sequence[int]) -> dict[PhotoId, bytes]:
        self.asked.append(list(photo_ids))
        self.threads.add(threading.current_thread())
        assert self.gate.wait(30)
        if self.failing:
            raise OSError("the disk is gone")
        return {
            PhotoId(photo): plain_jpeg(colour_of(photo)) for photo in photo_ids if photo not in self.without_thumbnail
        }

    @property
    def all_asked(self) -> list[int]:
        return [photo for batch in self.asked for photo in batch]


def found(ids: Sequence[int] | np.ndarray, probabilities: Sequence[float] = ()) -> SearchResult:
    """A search result of these photos."""
    photos = np.asarray(ids, dtype=np.int64)
    ranks = np.asarray(probabilities, dtype=np.float32)
    return SearchResult(photos, ranks, ranks, searched=len(photos), total=len(photos), seconds=0.0)


@pytest.fixture
def many() -> ManyPhotos:
    return ManyPhotos()


OpenGrid = Callable[..., PhotoGridView]


@pytest.fixture
def open_grid(qtbot: QtBot, many: ManyPhotos, tasks: Tasks) -> OpenGrid:
    """Open a grid over `many`, 1000 by 700 pixels: five columns of the default size."""

    def opened(ids: Sequence[int] | np.ndarray = (), *, load: bool = True) -> PhotoGridView:
        grid = PhotoGridView(SimpleNamespace(browsing=many), tasks, Theme.light())  # type: ignore[arg-type]
        qtbot.addWidget(grid)
        grid.resize(1000, 700)
        grid.show()
        grid.show_result(found(ids))
        grid.setFocus()
        if load:
            wait_for_thumbnails(qtbot, grid)
        return grid

    return opened


def wait_for_thumbnails(qtbot: QtBot, grid: PhotoGridView) -> None:
    """Wait until everything visible, and near, is there."""

    def settled() -> bool:
        pending = grid._load_timer.isActive() or grid._settle_timer.isActive()
        return not pending and grid._loader.idle

    qtbot.waitUntil(settled)
