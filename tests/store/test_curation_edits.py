"""Edits of stars, titles and albums: whatever is done, undone all the way it ends where it began."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.store.albums import add_to_album, albums, delete_album, make_album, remove_from_album, rename_album
from desktop_app.store.curation import curation_of, describe, entitle, mark_favourite, rate
from desktop_app.store.edit_log import redo_edit, undo_edit
from desktop_app.store.writer import WriteSession
from tests.store.conftest import OpenStore

Act = Callable[[WriteSession, list[PhotoId]], Edited]

names = st.sampled_from(["Summer", "Autumn", "To print"])
texts = st.one_of(st.none(), st.text(max_size=8))


def unused(session: WriteSession, name: str) -> str:
    """A name that no album has had: the number of edits only grows."""
    return f"{name} {session.connection.execute('SELECT COALESCE(MAX(id), 0) FROM edits').fetchone()[0]}"


acts: st.SearchStrategy[Act] = st.one_of(
    st.integers(0, 5).map(lambda stars: lambda session, ids: rate(session, ids, stars=stars)),
    st.booleans().map(lambda yes: lambda session, ids: mark_favourite(session, ids, favourite=yes)),
    texts.map(lambda text: lambda session, ids: entitle(session, dict.fromkeys(ids, text))),
    texts.map(lambda text: lambda session, ids: describe(session, dict.fromkeys(ids, text))),
    names.map(lambda name: lambda session, _ids: make_album(session, name)),
    names.map(lambda name: lambda session, _ids: delete_album(session, name)),
    names.map(lambda name: lambda session, ids: add_to_album(session, name, ids)),
    names.map(lambda name: lambda session, ids: remove_from_album(session, name, ids)),
    names.map(lambda name: lambda session, _ids: rename_album(session, name, unused(session, name))),
)


def everything(store: OpenStore, photos: list[PhotoId]) -> tuple[object, ...]:
    """All that the person said, ids of albums included."""
    return (*(curation_of(store.reader, [photo]) for photo in photos), *albums(store.reader))


def begin_anew(store: OpenStore) -> list[PhotoId]:
    """Three photos of which nothing is said; one library serves all examples."""
    photos = [store.add(f"{name}.jpg", name) for name in "abc"]

    def work(session: WriteSession) -> None:
        session.connection.execute(
            """
            UPDATE contents SET rating = 0, favourite = 0, title = NULL, description = NULL,
                rating_by_person = 0, title_by_person = 0, description_by_person = 0
            """
        )
        session.connection.execute("DELETE FROM albums")
        session.connection.execute("DELETE FROM edits")

    store.writer.do(work)
    return photos


@given(steps=st.lists(st.tuples(acts, st.sets(st.integers(0, 2), min_size=1)), max_size=10))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undone_all_the_way_it_is_as_before_and_redone_as_after(
    store: OpenStore, steps: list[tuple[Act, set[int]]]
) -> None:
    photos = begin_anew(store)
    states = [everything(store, photos)]
    for act, chosen in steps:
        ids = [photos[index] for index in sorted(chosen)]
        edited = store.writer.do(lambda session, act=act, ids=ids: act(session, ids))  # type: ignore[misc]
        if edited.edit is not None:
            states.append(everything(store, photos))
        else:
            assert everything(store, photos) == states[-1]
    for state in reversed(states[:-1]):
        assert store.writer.do(undo_edit).edit is not None
        assert everything(store, photos) == state
    for state in states[1:]:
        assert store.writer.do(redo_edit).edit is not None
        assert everything(store, photos) == state
