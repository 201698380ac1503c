from __future__ import annotations

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import Curation
from desktop_app.domain.query_terms import IsState, Named, NameKind, State
from desktop_app.services.services import Services
from desktop_app.store.edit_log import redo_edit, undo_edit
from tests.fixtures.libraries import Indexed, id_of


def undo(library: Library) -> None:
    library._store.edit(undo_edit)


def redo(library: Library) -> None:
    library._store.edit(redo_edit)


def names(services: Services) -> list[tuple[str, int]]:
    return [(album.name, album.photos) for album in services.albums.all()]


def test_albums_come_fill_and_go_and_every_step_can_be_undone(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        first, second = (id_of(services, copied_library.photos / f"photo_0{number}.jpg") for number in range(2))
        steps = [
            services.albums.make("Summer"),
            services.albums.add(" summer ", [first, second]),
            services.albums.remove("SUMMER", [first]),
            services.albums.rename("Summer", "Autumn"),
            services.albums.delete("Autumn"),
        ]
        assert [edited.photos for edited in steps] == [0, 2, 1, 0, 1]
        assert all(edited.changes.albums_changed for edited in steps)
        assert names(services) == []
        states = [[("Autumn", 1)], [("Summer", 1)], [("Summer", 2)], [("Summer", 0)], []]
        for state in states:
            undo(library)
            assert names(services) == state
        for state in [*reversed(states[:-1]), []]:
            redo(library)
            assert names(services) == state


def test_names_are_told_apart(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        albums = library.services.albums
        albums.make("One")
        albums.make("Two")
        for act in (lambda: albums.make("one"), lambda: albums.rename("Two", "ONE"), lambda: albums.make("  ")):
            with pytest.raises(UserFacingError):
                act()
        for act in (
            lambda: albums.delete("None"),
            lambda: albums.rename("None", "X"),
            lambda: albums.remove("None", []),
        ):
            with pytest.raises(UserFacingError, match="no album"):
                act()
        albums.rename("one", "ONE")
        assert [album.name for album in albums.all()] == ["ONE", "Two"]


def test_what_is_said_of_a_photo_is_shown_found_and_undone(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        photo = id_of(services, copied_library.photos / "photo_00.jpg")
        before = services.browsing.details(photo)
        assert before is not None
        assert before.curation == Curation()
        rated = services.curating.rate([photo], 5).edit
        assert rated is not None
        assert rated.words == "giving 1 photo 5 stars"
        services.curating.mark_favourite([photo], favourite=True)
        services.curating.entitle([photo], " A  title\n")
        services.curating.describe([photo], "Two\r\nlines ")
        services.albums.add("Best", [photo])
        found = services.browsing.details(photo)
        assert found is not None
        assert found.curation == Curation(5, True, "A title", "Two\nlines", None, ("Best",))
        assert services.browsing.photo_ids(IsState(State.FAVOURITE)).tolist() == [photo]
        assert services.browsing.photo_ids(Named(NameKind.ALBUM, "best")).tolist() == [photo]
        with pytest.raises(UserFacingError, match="0 to 5"):
            services.curating.rate([photo], 6)
        for _ in range(5):
            undo(library)
        undone = services.browsing.details(photo)
        assert undone is not None
        assert undone.curation == Curation()


def test_several_photos_have_in_common_what_is_said_of_all(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        curating, albums = library.services.curating, library.services.albums
        first, second = (id_of(library.services, copied_library.photos / f"photo_0{number}.jpg") for number in range(2))
        curating.rate([first, second], 4)
        curating.entitle([first, second], "The same")
        albums.add("Both", [first, second])
        albums.add("One", [second])
        curating.toggle_favourite([first])
        assert curating.said_of([first, second]) == Curation(4, albums=("Both",))
        curating.toggle_favourite([first, second])
        curating.rate([second], 2)
        assert curating.said_of([first, second]) == Curation(0, favourite=True, albums=("Both",))
        curating.toggle_favourite([first, second])
        assert curating.said_of([second]) == Curation(2, title="The same", albums=("Both", "One"))
        assert curating.said_of([]) == Curation()
