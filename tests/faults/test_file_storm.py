"""After a storm of file operations the library equals the disk, and nothing was lost, doubled or computed twice."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from desktop_app.compose import open_library
from tests.faults.burst import drop
from tests.faults.file_storm import FileStorm, files_below, waits
from tests.faults.live_storm import counted_embeddings, let_loose
from tests.fixtures.libraries import index_now
from tests.fixtures.photos import write_unique_copies

OPERATIONS = 250
"""A few seconds' worth. `python -m tests.faults.live_storm` lets 5,000 loose."""

DROPPED = 800
"""Files at once. `python -m tests.faults.burst` drops 10,000."""

PATIENCE = 200.0
"""Seconds; the wait ends as soon as all is right."""


@pytest.mark.parametrize("seed", [6])
def test_the_library_equals_the_disk_after_a_storm(
    tmp_path: Path, tiny_library: Path, small_photos: Path, seed: int
) -> None:
    roots = (tmp_path / "one", tmp_path / "two")
    storm = FileStorm(roots, [path.read_bytes() for path in sorted(small_photos.iterdir())[:4]], seed)
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as library:
        for root in roots:
            library.services.organising.add_folder(root)
        library.services.watching.start()
        outcome = let_loose(library, storm, operations=OPERATIONS, patience=PATIENCE)
        health = library.services.verifying.database()
    assert set(files_below(roots)) == set(storm.disk)
    assert len(storm.counts) == 11, "not every kind of operation came up"
    assert outcome.wrong == {}
    assert outcome.lost_tags == []
    assert outcome.photos == outcome.pictures
    assert outcome.embedded == outcome.embeddings
    assert (health.faults, health.dangling_rows, health.damaged_vectors) == ((), 0, 0)


def test_a_folder_of_a_thousand_photos_moves_and_nothing_is_read_by_the_model_again(
    tmp_path: Path, tiny_library: Path, small_photos: Path
) -> None:
    root = tmp_path / "photos"
    paths = write_unique_copies(sorted(small_photos.iterdir()), root / "from", 1000)
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as library:
        services = library.services
        assert index_now(services, root).embedded == 1000
        tagged = [photo for path in paths[::100] if (photo := services.browsing.photo_at(path)) is not None]
        services.tagging.add("mine", tagged)
        before = {int(photo) for photo in services.browsing.photo_ids()}
        services.watching.start()
        (root / "to").mkdir()
        with counted_embeddings() as counts:
            started = time.monotonic()
            (root / "from").rename(root / "to" / "there")
            new_home = [root / "to" / "there" / path.relative_to(root / "from") for path in paths]
            assert waits(lambda: services.browsing.photo_at(new_home[-1]) is not None, seconds=PATIENCE)
            assert waits(lambda: services.browsing.photo_at(paths[0]) is None, seconds=PATIENCE)
            assert waits(lambda: services.browsing.status().missing == 0, seconds=PATIENCE)
            seconds = time.monotonic() - started
            assert waits(lambda: not services.indexing.running, seconds=PATIENCE)
        print(f"1,000 photos moved, reflected after {seconds:.1f} s")
        assert counts == []
        assert {int(photo) for photo in services.browsing.photo_ids()} == before
        assert len([path for path in new_home if services.browsing.photo_at(path) is not None]) == 1000
        for photo in tagged:
            details = services.browsing.details(photo)
            assert details is not None
            assert "mine" in {item.tag.name for item in details.tags}


def test_a_burst_of_files_is_taken_up_in_batches(tmp_path: Path, tiny_library: Path, small_photos: Path) -> None:
    watched = tmp_path / "watched"
    watched.mkdir()
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as library:
        library.services.organising.add_folder(watched)
        library.services.watching.start()
        burst = drop(library, watched, sorted(small_photos.iterdir()), files=DROPPED, patience=PATIENCE)
    assert (burst.missed, burst.faults) == (0, ())
    assert burst.embedded == DROPPED
    # A handful of looks for hundreds of files, and portions worth the model's while.
    assert burst.runs <= DROPPED // 40
    assert burst.batches <= DROPPED // 4
