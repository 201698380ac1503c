"""Photos that move, are renamed, copied, swapped or edited keep what they have, and nothing is embedded twice."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.fixtures.indexing import Open, accounted, files_in, listed, tags_of_person
from tests.fixtures.libraries import RUN_SECONDS, id_of, index_now


def test_moves_renames_copies_edits_deletions_and_returns(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        names = {number: id_of(services, photos / f"photo_{number:02d}.jpg") for number in range(12)}
        for number in range(5):
            services.tagging.add(f"mine {number}", [names[number]])
        (photos / "sub").mkdir()
        (photos / "photo_00.jpg").rename(photos / "sub" / "moved.jpg")
        (photos / "photo_01.jpg").rename(photos / "renamed.jpg")
        shutil.copy(photos / "photo_02.jpg", photos / "copied.jpg")
        with (photos / "photo_03.jpg").open("ab") as stream:
            stream.write(b"edited")
        (photos / "photo_04.jpg").rename(photos.parent / "kept_elsewhere.jpg")

        report = index_now(services)
        assert (report.added, report.modified, report.moved, report.missing) == (0, 1, 2, 1)
        assert report.embedded == 1
        assert accounted(report) == files_in(photos) == 12
        assert id_of(services, photos / "sub" / "moved.jpg") == names[0]
        assert id_of(services, photos / "renamed.jpg") == names[1]
        assert id_of(services, photos / "copied.jpg") == names[2]
        edited = id_of(services, photos / "photo_03.jpg")
        assert edited != names[3]
        assert tags_of_person(services, edited) == {"mine 3"}
        assert services.browsing.summaries([names[4]])[names[4]].missing
        assert services.browsing.photo_at(photos / "photo_00.jpg") is None
        assert len(listed(services)) == 12

        (photos.parent / "kept_elsewhere.jpg").rename(photos / "photo_04.jpg")
        report = index_now(services)
        assert (report.embedded, report.missing) == (0, 0)
        assert accounted(report) == files_in(photos)
        assert not services.browsing.summaries([names[4]])[names[4]].missing
        for number in (0, 1, 2, 4):
            assert tags_of_person(services, names[number]) == {f"mine {number}"}
        assert services.browsing.status().missing == 0


def test_files_that_swap_names_keep_their_tags(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        first, second = photos / "photo_00.jpg", photos / "photo_01.jpg"
        a, b = id_of(services, first), id_of(services, second)
        services.tagging.add("first", [a])
        first.rename(photos / "x")
        second.rename(first)
        (photos / "x").rename(second)
        report = index_now(services)
        assert (report.modified, report.embedded, report.missing) == (2, 0, 0)
        assert (id_of(services, first), id_of(services, second)) == (b, a)
        assert (tags_of_person(services, a), tags_of_person(services, b)) == ({"first"}, set())


def test_a_renamed_folder_is_all_moves(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        (photos / "holiday").mkdir()
        for number in range(6):
            (photos / f"photo_{number:02d}.jpg").rename(photos / "holiday" / f"{number}.jpg")
        index_now(services, photos)
        before = listed(services)
        (photos / "holiday").rename(photos / "Holiday 2024")
        report = index_now(services)
        assert (report.moved, report.added, report.embedded, report.missing) == (6, 0, 0, 0)
        assert listed(services) == before
        assert [item.folder for item in services.browsing.folders(services.browsing.roots()[0].root_id)] == [
            "Holiday 2024"
        ]


def test_a_photo_that_moves_from_one_folder_of_the_library_to_another(open_here: Open, photos: Path) -> None:
    other = photos.with_name("other photos")
    other.mkdir()
    with open_here() as library:
        services = library.services
        index_now(services, photos, other)
        photo = id_of(services, photos / "photo_00.jpg")
        (photos / "photo_00.jpg").rename(other / "moved.jpg")
        report = index_now(services)
        assert (report.moved, report.reused, report.missing, report.embedded) == (1, 11, 0, 0)
        assert id_of(services, other / "moved.jpg") == photo
        # As two runs, the way live folders see it: first it is gone, then it is found.
        (other / "moved.jpg").rename(photos / "back.jpg")
        first, second = services.browsing.roots()
        assert services.indexing.start([second.root_id]).result(RUN_SECONDS).missing == 1
        assert services.indexing.start([first.root_id]).result(RUN_SECONDS).moved == 1
        assert id_of(services, photos / "back.jpg") == photo
        assert services.browsing.status().missing == 0


def test_a_folder_whose_case_changed_loses_nothing(open_here: Open, photos: Path) -> None:
    (photos / "Summer").mkdir()
    (photos / "photo_00.jpg").rename(photos / "Summer" / "a.jpg")
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "Summer" / "a.jpg")
        (photos / "Summer").rename(photos / "SUMMER")
        report = index_now(services)
        assert (report.moved, report.missing, report.embedded) == (1, 0, 0)
        assert id_of(services, photos / "SUMMER" / "a.jpg") == photo
