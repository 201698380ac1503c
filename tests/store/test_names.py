"""File names of any bytes go through the database and come back as they were."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.query import InFolder
from desktop_app.store.files import folder_counts, known_files
from desktop_app.store.photos import path_of, photo_ids
from tests.store.conftest import OpenStore

# Names as a Unix file system allows them: any bytes but "/" and NUL.
names = st.binary(min_size=1, max_size=24).map(lambda raw: os.fsdecode(raw.replace(b"/", b"_").replace(b"\0", b"-")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(folder=names.filter(lambda name: name not in {".", ".."}), name=names)
def test_any_name_is_found_again(store: OpenStore, folder: str, name: str) -> None:
    path = f"{folder}/{name}"
    photo = store.add(path, path.encode(errors="surrogateescape").hex())
    assert store.at(path) == photo
    assert os.fsencode(path_of(store.reader, photo) or "").endswith(os.fsencode(path))
    assert path in known_files(store.reader, store.root, model_id=store.model)
    assert set(known_files(store.reader, store.root, model_id=store.model, below=folder)) >= {path}
    assert photo in photo_ids(store.reader, InFolder(store.root, folder))
    assert folder in {item.folder for item in folder_counts(store.reader, store.root)}
