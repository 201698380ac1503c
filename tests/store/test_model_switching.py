"""What a change of models reads and writes."""

from __future__ import annotations

import numpy as np

from desktop_app.domain.photo import PhotoId
from desktop_app.store.embeddings import embedded_counts, load_embeddings, put_embeddings, put_model
from desktop_app.store.indexing import mark_gone
from desktop_app.store.model_switching import (
    drop_embeddings,
    embeddable_counts,
    model_id_of,
    unembedded_photos,
)
from tests.store.conftest import DIMENSION, OpenStore, stamp


def vectors(count: int) -> np.ndarray:
    return np.eye(DIMENSION, dtype=np.float32)[:count]


def test_photos_that_a_model_has_not_seen_come_by_rising_id(store: OpenStore) -> None:
    photos = [store.add(f"{name}.jpg", name) for name in "abcd"]
    other = store.writer.do(lambda session: put_model(session, "other"))
    store.writer.do(lambda session: put_embeddings(session, other, [photos[1]], vectors(1)))
    found = unembedded_photos(store.reader, other, after=None, limit=2)
    assert [photo.photo_id for photo in found] == [photos[0], photos[2]]
    assert found[0].path.as_posix() == "/photos/a.jpg"
    assert found[0].stamp == stamp()
    assert [photo.photo_id for photo in unembedded_photos(store.reader, other, after=photos[2], limit=9)] == [photos[3]]
    assert unembedded_photos(store.reader, store.model, after=None, limit=9) == []
    assert embeddable_counts(store.reader, other) == (1, 4)


def test_a_copy_counts_once_and_a_missing_photo_not_at_all(store: OpenStore) -> None:
    store.add("a.jpg", "a")
    store.put(known=[store.known("copy.jpg", "a")])
    store.add("gone.jpg", "gone")
    store.writer.do(lambda session: mark_gone(session, [store.found("gone.jpg").key]))
    other = store.writer.do(lambda session: put_model(session, "other"))
    assert len(unembedded_photos(store.reader, other, after=None, limit=9)) == 1
    assert embeddable_counts(store.reader, other) == (0, 1)


def test_an_embedding_of_a_photo_that_left_is_dropped(store: OpenStore) -> None:
    photo = store.add("a.jpg", "a")
    store.writer.do(lambda session: put_embeddings(session, store.model, [photo, PhotoId(999)], vectors(2)))
    ((ids, stored),) = load_embeddings(store.reader, store.model)
    assert ids.tolist() == [photo]
    assert np.array_equal(stored, vectors(1))


def test_embeddings_go_in_small_steps_and_other_models_keep_theirs(store: OpenStore) -> None:
    photos = [store.add(f"{name}.jpg", name) for name in "abcde"]
    other = store.writer.do(lambda session: put_model(session, "other"))
    store.writer.do(lambda session: put_embeddings(session, other, photos, vectors(5)))
    steps = [store.writer.do(lambda session: drop_embeddings(session, other, limit=2)) for _ in range(4)]
    assert steps == [2, 2, 1, 0]
    assert embedded_counts(store.reader) == {"a-model": 5, "other": 0}


def test_a_model_is_known_once_it_was_used(store: OpenStore) -> None:
    assert model_id_of(store.reader, "a-model") == store.model
    assert model_id_of(store.reader, "nobody") is None
