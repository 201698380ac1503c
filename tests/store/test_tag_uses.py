"""Tags of a selection, and the tags given last."""

from __future__ import annotations

from desktop_app.domain.tag import TagDraft, TagState
from desktop_app.store.assignments import Opinion, put_opinions_of_tag
from desktop_app.store.edit_log import undo_edit
from desktop_app.store.tag_decisions import accept_suggestions, add_tag, remove_tag
from desktop_app.store.tag_edits import define_tag
from desktop_app.store.tag_uses import recently_given, tag_uses
from desktop_app.store.tags import tag_named
from tests.store.conftest import OpenStore


def test_a_selections_tags_are_counted_by_state(store: OpenStore) -> None:
    a, b, c = (store.add(f"{name}.jpg", name) for name in "abc")
    store.writer.do(lambda session: add_tag(session, "beach", [a, b]))
    store.writer.do(lambda session: define_tag(session, TagDraft("dog")))
    dog = tag_named(store.reader, "dog")
    assert dog is not None
    opinions = [Opinion(photo, 0.5, TagState.SUGGESTED) for photo in (a, b, c)]
    store.writer.do(lambda session: put_opinions_of_tag(session, dog.id, opinions, model_id=store.model))
    store.writer.do(lambda session: remove_tag(session, "dog", [c]))

    def counts(*photos: int) -> dict[str, tuple[int, int]]:
        return {use.tag.name: (use.accepted, use.suggested) for use in tag_uses(store.reader, photos)}

    assert counts(a, b, c) == {"beach": (2, 0), "dog": (0, 2)}
    assert counts(c) == {}
    assert counts() == {}
    edited = store.writer.do(lambda session: accept_suggestions(session, "dog", [a, b, c]))
    assert edited.photos == 2, "a rejection is no suggestion"
    assert counts(a, b, c) == {"beach": (2, 0), "dog": (2, 0)}
    assert store.writer.do(lambda session: accept_suggestions(session, "cat", [a])).edit is None


def test_the_tags_given_last_are_remembered_in_the_file(store: OpenStore) -> None:
    photo = store.add("a.jpg", "a")
    for name in ("beach", "dog", "beach", "sunset"):
        store.writer.do(lambda session, name=name: add_tag(session, name, [photo]))  # type: ignore[misc]
        store.writer.do(lambda session, name=name: remove_tag(session, name, [photo]))  # type: ignore[misc]
    assert [tag.name for tag in recently_given(store.reader, limit=5)] == ["sunset", "beach", "dog"]
    assert [tag.name for tag in recently_given(store.reader, limit=1)] == ["sunset"]
    for _ in range(2):
        store.writer.do(undo_edit)
    assert [tag.name for tag in recently_given(store.reader, limit=5)] == ["beach", "dog"]
