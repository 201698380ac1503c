"""Which folders belong to the library."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.query import And, InFolder
from tests.fixtures.libraries import Indexed, id_of, index_now

Open = Callable[[], AbstractContextManager[Library]]


def nested(photos: Path) -> None:
    for folder in ("a", "a/b", "c"):
        (photos / folder).mkdir()
    for number, folder in enumerate(("a", "a/b", "c", "a/b")):
        (photos / f"photo_{number:02d}.jpg").rename(photos / folder / f"{number}.jpg")


def test_a_folder_around_watched_ones_takes_them_in_and_embeds_only_the_rest(open_here: Open, photos: Path) -> None:
    nested(photos)
    with open_here() as library:
        services = library.services
        index_now(services, photos / "a" / "b", photos / "c")
        photo = id_of(services, photos / "c" / "2.jpg")
        services.tagging.add("mine", [photo])
        report = index_now(services, photos)
        assert [root.path for root in services.browsing.roots()] == [photos]
        assert (report.added, report.reused, report.missing) == (9, 3, 0)
        assert id_of(services, photos / "c" / "2.jpg") == photo
        [root] = services.browsing.roots()
        assert root.photos == 12
        counts = {item.folder: item.photos for item in services.browsing.folders(root.root_id)}
        assert counts == {"a": 3, "a/b": 2, "c": 1}
        assert len(services.browsing.photo_ids(InFolder(root.root_id, "a/b"))) == 2


def test_a_folder_inside_a_watched_one_is_that_one(open_here: Open, photos: Path) -> None:
    nested(photos)
    with open_here() as library:
        services = library.services
        outer = services.organising.add_folder(photos)
        for inner in (photos / "a", photos / "a" / ".." / "c", photos):
            assert services.organising.add_folder(inner) == outer
        assert len(services.browsing.roots()) == 1
        # A sibling whose name begins alike is no part of it.
        sibling = photos.with_name(photos.name + " of 2024")
        sibling.mkdir()
        services.organising.add_folder(sibling)
        assert len(services.browsing.roots()) == 2


def test_what_is_no_folder_is_refused(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        for path, words in ((photos / "nowhere", "no folder"), (photos / "photo_00.jpg", "not a folder")):
            with pytest.raises(UserFacingError, match=words):
                library.services.organising.add_folder(path)
        assert library.services.browsing.roots() == []


def test_a_folder_that_may_not_be_read_is_refused(
    open_here: Open, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with open_here() as library, pytest.raises(UserFacingError, match="cannot be read"):
        library.services.organising.add_folder(photos)


def test_a_removed_folder_comes_back_with_its_tags(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        photo = id_of(services, copied_library.photos / "photo_00.jpg")
        services.tagging.add("mine", [photo])
        changes = services.organising.remove_folder(services.browsing.roots()[0].root_id)
        assert changes.roots_changed
        assert len(changes.missing) == 12
        assert services.browsing.status().photos == 0
        assert services.browsing.details(photo) is None
        report = index_now(services, copied_library.photos)
        assert (report.embedded, report.reused) == (0, 12)
        assert id_of(services, copied_library.photos / "photo_00.jpg") == photo
        details = services.browsing.details(photo)
        assert details is not None
        assert "mine" in {item.tag.name for item in details.tags}


def test_missing_photos_go_when_the_person_says_so(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        gone = [id_of(services, photos / f"photo_{number:02d}.jpg") for number in range(2)]
        for number in range(2):
            (photos / f"photo_{number:02d}.jpg").unlink()
        assert index_now(services).missing == 2
        assert services.browsing.status().missing == 2
        with pytest.raises(UserFacingError, match="not there at present"):
            services.viewing.picture(gone[0], max_side=50)
        services.organising.forget_missing(gone)
        assert services.browsing.status().missing == 0
        assert len(services.browsing.photo_ids(And(()))) == 10
        assert services.browsing.path_of(gone[0]) is None
        with pytest.raises(UserFacingError, match="no longer in the library"):
            services.viewing.picture(gone[0], max_side=50)


def test_a_photo_that_cannot_be_shown_is_said(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        (photos / "photo_00.jpg").write_bytes(b"no picture")
        with pytest.raises(UserFacingError, match="cannot be shown"):
            services.viewing.picture(photo, max_side=50)
