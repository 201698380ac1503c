"""A video is one item, found by its best moment, which is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop_app.compose import open_library
from desktop_app.domain.question import Question
from desktop_app.services.services import Services
from tests.fixtures.formats import write_video
from tests.fixtures.libraries import id_of, index_now
from tests.fixtures.photos import source_folder

pytestmark = pytest.mark.keeps_threads("keepsight-")


@pytest.fixture
def services(library_folder: Path) -> Iterator[Services]:
    with open_library(library_folder) as library:
        yield library.services


def test_a_video_is_found_by_its_moments(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    scenes = [Image.open(source_folder() / name) for name in ("chelsea.png", "motorcycle_left.png", "coffee.png")]
    film = write_video(folder / "film.mp4", scenes, seconds=3)
    Image.new("RGB", (300, 200), (90, 120, 90)).save(folder / "flat.jpg")
    assert index_now(services, folder).embedded == 2
    video = id_of(services, film)
    summary = services.browsing.summaries([video])[video]
    assert summary.duration_seconds == pytest.approx(9, abs=0.2)
    for text, span in {"a cat": (0, 3), "a motorcycle": (3, 6), "a cup of coffee": (6, 9)}.items():
        question = Question(text, everything=True)
        answer = services.asking.ask(question)
        assert answer.result.photo_ids.tolist()[0] == video
        moment = services.asking.moments(question, [video])[video]
        assert span[0] <= moment < span[1], text
    assert services.asking.moments(Question(), [video]) == {}
    assert services.asking.ask(Question("type:video")).result.photo_ids.tolist() == [video]
