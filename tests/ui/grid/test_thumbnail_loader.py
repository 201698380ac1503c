"""Cells come visible first, off the GUI thread, within a bound, and never stale."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.ui.grid.thumbnail import ThumbnailSize
from desktop_app.ui.grid.thumbnail_loader import BATCH, ThumbnailLoader
from desktop_app.ui.tasks import Tasks
from tests.ui.grid.conftest import ManyPhotos

SMALL, LARGE = ThumbnailSize(100), ThumbnailSize(200)
PICTURE_BYTES = 100 * 75 * 4


@pytest.fixture
def loader(many: ManyPhotos, tasks: Tasks) -> Iterator[ThumbnailLoader]:
    made = ThumbnailLoader(many, tasks)
    made.set_size(SMALL)
    yield made
    many.gate.set()


def wait(qtbot: QtBot, loader: ThumbnailLoader) -> None:
    qtbot.waitUntil(lambda: loader.idle)


def test_what_is_wanted_comes_in_order_and_in_batches(qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos) -> None:
    loader.want(range(3 * BATCH))
    wait(qtbot, loader)
    assert many.all_asked == list(range(3 * BATCH))
    assert all(len(batch) <= BATCH for batch in many.asked)
    cell = loader.cell(5)
    assert cell is not None
    assert cell.picture is not None
    assert (cell.picture.width(), cell.picture.height()) == (100, 75)
    assert cell.summary is not None
    assert cell.summary.name == "first 5.jpg"


def test_reads_and_decodes_are_never_on_the_gui_thread(qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos) -> None:
    loader.want(range(40))
    wait(qtbot, loader)
    assert many.threads
    assert threading.main_thread() not in many.threads


def test_what_is_no_longer_wanted_is_never_asked_for(qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos) -> None:
    many.gate.clear()
    loader.want(range(1000))
    loader.want(range(5000, 5010))
    many.gate.set()
    wait(qtbot, loader)
    # The batch that was on its way when the person scrolled on, and then at once what they scrolled to.
    assert many.all_asked == [*range(BATCH), *range(5000, 5010)]


def test_what_is_there_is_not_asked_for_again(qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos) -> None:
    loader.want(range(10))
    wait(qtbot, loader)
    loader.want(range(5, 12))
    wait(qtbot, loader)
    assert many.all_asked == list(range(12))


def test_the_bound_of_memory_is_kept_and_the_newest_stay(qtbot: QtBot, many: ManyPhotos, tasks: Tasks) -> None:
    capacity = 20 * PICTURE_BYTES
    loader = ThumbnailLoader(many, tasks, capacity=capacity)
    loader.set_size(SMALL)
    for start in range(0, 200, 10):
        loader.want(range(start, start + 10))
        wait(qtbot, loader)
        assert loader.bytes_held <= capacity
    assert loader.cell(199) is not None
    assert loader.cell(0) is None


def test_another_size_replaces_pictures_but_shows_the_old_ones_until_then(
    qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos
) -> None:
    loader.want(range(5))
    wait(qtbot, loader)
    loader.set_size(LARGE)
    many.gate.clear()
    loader.want(range(5))
    old = loader.cell(3)
    assert old is not None
    assert old.made_for == SMALL
    many.gate.set()
    wait(qtbot, loader)
    new = loader.cell(3)
    assert new is not None
    assert new.picture is not None
    assert (new.made_for, new.picture.width()) == (LARGE, 200)


def test_an_answer_for_a_size_of_before_does_not_replace_the_right_one(
    qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos
) -> None:
    loader.want(range(5))
    wait(qtbot, loader)
    loader.set_size(LARGE)
    many.gate.clear()
    loader.want(range(5))
    loader.set_size(SMALL)  # and back, while the large ones are on their way
    many.gate.set()
    wait(qtbot, loader)
    cell = loader.cell(3)
    assert cell is not None
    assert cell.made_for == SMALL


def test_a_changed_photo_is_fetched_anew_and_shown_as_it_was_until_then(
    qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos
) -> None:
    loader.want(range(5))
    wait(qtbot, loader)
    many.version = "second"
    loader.refresh([2, 4000])
    kept = loader.cell(2)
    assert kept is not None
    assert kept.picture is not None
    loader.want(range(5))
    wait(qtbot, loader)
    assert many.asked[-1] == [2]
    assert loader.summary(2).name == "second 2.jpg"  # type: ignore[union-attr]
    assert loader.summary(3).name == "first 3.jpg"  # type: ignore[union-attr]


def test_an_answer_from_before_a_change_is_dropped(qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos) -> None:
    many.gate.clear()
    loader.want(range(3))
    qtbot.waitUntil(lambda: bool(many.asked))
    loader.refresh([1])
    told: list[frozenset[int]] = []
    loader.loaded.connect(told.append)
    many.gate.set()
    qtbot.waitUntil(lambda: loader.idle)
    assert told == [frozenset({0, 2})]
    assert loader.cell(1) is None
    loader.want(range(3))
    wait(qtbot, loader)
    assert many.asked[-1] == [1]


def test_a_photo_without_a_thumbnail_is_a_bare_cell_and_not_asked_for_again(
    qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos
) -> None:
    many.without_thumbnail = {2}
    loader.want(range(4))
    wait(qtbot, loader)
    cell = loader.cell(2)
    assert cell is not None
    assert cell.picture is None
    assert cell.summary is not None
    loader.want(range(4))
    wait(qtbot, loader)
    assert len(many.asked) == 1


def test_a_library_that_cannot_be_read_is_said_once_and_keeps_what_is_there(
    qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    loader.want(range(3))
    wait(qtbot, loader)
    many.failing = True
    said: list[tuple[str, str]] = []
    tasks.error.connect(lambda sentence, next_step: said.append((sentence, next_step)))
    loader.refresh([1])
    loader.want(range(40))
    wait(qtbot, loader)
    assert len(said) == 1
    kept, bare = loader.cell(1), loader.cell(30)
    assert kept is not None
    assert kept.picture is not None
    assert bare is not None
    assert bare.picture is None
    assert "the disk is gone" in caplog.text


def test_workers_hold_still_while_the_grid_is_painted(qtbot: QtBot, loader: ThumbnailLoader, many: ManyPhotos) -> None:
    with loader.held():
        assert not loader._go.is_set()
    assert loader._go.is_set()
    with pytest.raises(RuntimeError), loader.held():
        raise RuntimeError
    loader.want(range(3))
    wait(qtbot, loader)
    assert loader.cell(2) is not None


def test_nothing_is_fetched_before_the_size_is_known(qtbot: QtBot, many: ManyPhotos, tasks: Tasks) -> None:
    loader = ThumbnailLoader(many, tasks)
    loader.want(range(3))
    qtbot.wait(20)
    assert not many.asked
