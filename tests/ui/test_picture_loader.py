"""Large pictures come for the present photo first, never stale, and within a bound of memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.services.services import Services
from desktop_app.ui.picture_loader import ALL_PIXELS, DECODES_IN_FLIGHT, PictureLoader
from desktop_app.ui.tasks import Tasks

SIDE = 60


class SlowViewing:
    """Stands before the real service: holds decodes back until they are let through, and remembers them in order."""

    def __init__(self, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[PhotoId, int]] = []
        self.gate = threading.Event()
        self.gate.set()
        original = type(services.viewing).picture

        def picture(viewing, photo_id: PhotoId, *, max_side: int, second: float | None):  # type: ignore[no-untyped-def]
            self.asked.append((photo_id, max_side))
            assert self.gate.wait(30)
            return original(viewing, photo_id, max_side=max_side, second=second)

        monkeypatch.setattr(type(services.viewing), "picture", picture)


@pytest.fixture
def slow(services: Services, monkeypatch: pytest.MonkeyPatch, tasks: Tasks) -> Iterator[SlowViewing]:
    made = SlowViewing(services, monkeypatch)
    yield made
    made.gate.set()


@pytest.fixture
def loader(services: Services, tasks: Tasks) -> PictureLoader:
    return PictureLoader(services, tasks)


@pytest.fixture
def ids(services: Services) -> list[PhotoId]:
    return services.browsing.photo_ids().tolist()


def side(_summary: PhotoSummary) -> int:
    return SIDE


def quiet(qtbot: QtBot, tasks: Tasks) -> None:
    qtbot.waitUntil(lambda: not tasks.busy)
    qtbot.wait(5)


def test_the_thumbnail_comes_before_the_decode(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing
) -> None:
    slow.gate.clear()
    loader.look_at(ids[0], [], side, whole=False)
    qtbot.waitUntil(lambda: bool(loader.pictures(ids[0])))
    assert not loader.sharp(ids[0])
    assert loader.summary(ids[0]) is not None
    slow.gate.set()
    qtbot.waitUntil(lambda: loader.sharp(ids[0]))
    assert loader.pictures(ids[0])[0].width() <= SIDE


def test_the_present_photo_is_decoded_before_its_neighbours(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing, tasks: Tasks
) -> None:
    loader.look_at(ids[3], [ids[4], ids[5], ids[2]], side, whole=True)
    qtbot.waitUntil(lambda: loader.sharp(ids[2]))
    quiet(qtbot, tasks)
    assert slow.asked[:2] in ([(ids[3], SIDE), (ids[3], ALL_PIXELS)], [(ids[3], ALL_PIXELS), (ids[3], SIDE)])
    assert sorted(slow.asked[2:]) == sorted((photo, SIDE) for photo in (ids[4], ids[5], ids[2]))
    whole = loader.pictures(ids[3])[-1]
    summary = loader.summary(ids[3])
    assert summary is not None
    assert (whole.width(), whole.height()) == (summary.width, summary.height)


def test_photos_that_were_leafed_past_are_not_decoded(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing, tasks: Tasks
) -> None:
    slow.gate.clear()
    loader.look_at(ids[0], [ids[1]], side, whole=False)
    qtbot.waitUntil(lambda: len(slow.asked) == DECODES_IN_FLIGHT)
    for photo in ids[2:9]:
        loader.look_at(photo, [], side, whole=False)
    slow.gate.set()
    qtbot.waitUntil(lambda: loader.sharp(ids[8]))
    quiet(qtbot, tasks)
    assert {photo for photo, _ in slow.asked} == {ids[0], ids[1], ids[8]}


def test_an_answer_from_before_a_change_is_dropped_and_asked_for_again(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing, tasks: Tasks
) -> None:
    slow.gate.clear()
    loader.look_at(ids[0], [], side, whole=False)
    qtbot.waitUntil(lambda: len(slow.asked) == 1)
    loader.refresh([ids[0]])
    assert not loader.pictures(ids[0])
    slow.gate.set()
    quiet(qtbot, tasks)
    assert not loader.sharp(ids[0])
    loader.look_at(ids[0], [], side, whole=False)
    qtbot.waitUntil(lambda: loader.sharp(ids[0]))
    assert len(slow.asked) == 2


def test_nothing_is_decoded_twice(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing, tasks: Tasks
) -> None:
    for _ in range(5):
        loader.look_at(ids[0], [ids[1]], side, whole=False)
    qtbot.waitUntil(lambda: loader.sharp(ids[1]))
    loader.look_at(ids[1], [ids[0]], side, whole=False)
    quiet(qtbot, tasks)
    assert sorted(slow.asked) == sorted([(ids[0], SIDE), (ids[1], SIDE)])


def test_every_pixel_of_a_small_photo_is_not_decoded_a_second_time(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing, tasks: Tasks
) -> None:
    loader.look_at(ids[0], [], lambda _summary: 5000, whole=True)
    qtbot.waitUntil(lambda: loader.sharp(ids[0]))
    quiet(qtbot, tasks)
    loader.look_at(ids[0], [], lambda _summary: 6000, whole=True)
    quiet(qtbot, tasks)
    assert (ids[0], 6000) not in slow.asked


def test_the_bound_of_memory_is_kept(qtbot: QtBot, services: Services, tasks: Tasks, ids: list[PhotoId]) -> None:
    capacity = 8 * SIDE * SIDE * 4
    loader = PictureLoader(services, tasks, capacity=capacity)
    for photo in ids:
        loader.look_at(photo, [], side, whole=False)
        qtbot.waitUntil(partial(loader.sharp, photo))
    held = (loader._previews, loader._fitting, loader._whole)
    assert sum(len(cache) > 1 and cache.bytes_held for cache in held) <= capacity
    assert not loader.sharp(ids[0])
    assert loader.sharp(ids[-1])


def test_a_viewer_at_rest_decodes_no_further(
    qtbot: QtBot, loader: PictureLoader, ids: list[PhotoId], slow: SlowViewing, tasks: Tasks
) -> None:
    slow.gate.clear()
    loader.look_at(ids[0], ids[1:8], side, whole=False)
    qtbot.waitUntil(lambda: len(slow.asked) == DECODES_IN_FLIGHT)
    loader.rest()
    slow.gate.set()
    quiet(qtbot, tasks)
    assert len(slow.asked) == DECODES_IN_FLIGHT


def test_a_library_that_cannot_be_read_is_said_in_words(
    qtbot: QtBot,
    loader: PictureLoader,
    services: Services,
    ids: list[PhotoId],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(type(services.browsing), "summaries", fail)
    loader.look_at(ids[0], [], side, whole=False)
    qtbot.waitUntil(lambda: loader.problem(ids[0]) is not None)
    problem = loader.problem(ids[0])
    assert problem is not None
    assert problem.sentence == "This photo could not be shown."
    assert "the disk is gone" in caplog.text
