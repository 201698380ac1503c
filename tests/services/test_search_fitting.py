"""Where the lists of a model without figures of its own end: fitted to the library, kept with it, and fitted again in time."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from desktop_app.compose import Library, open_library
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.ml.matching import DEFAULT_MATCHING
from desktop_app.services import search_fitting
from desktop_app.services.active_model import ActiveModel
from desktop_app.store.embeddings import put_embeddings
from tests.fixtures.hub import tiny_folder
from tests.fixtures.libraries import RUN_SECONDS, index_now
from tests.fixtures.photos import write_small_photos

OTHER = "other"
PHOTOS = 60


def show_things(library: Library, model: ActiveModel) -> None:
    """Give the photos embeddings of which each lies near a few tags, as a model with trained weights would."""
    random = np.random.default_rng(5)
    labels = model.tagger.labels().vectors
    ids = library.services.browsing.photo_ids().tolist()
    chosen = labels[random.integers(len(labels), size=(len(ids), 3))].sum(axis=1)
    vectors = chosen + 0.1 * random.normal(size=chosen.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    library._store.writer.do(lambda session: put_embeddings(session, model.model_id, ids, vectors.astype(np.float32)))


def test_a_model_is_fitted_to_the_library_once_and_when_it_outgrew_that(
    tmp_path: Path, primed_library: Path, tiny_weights: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(primed_library, tmp_path / "library")
    write_small_photos(tmp_path / "photos", PHOTOS)
    with open_library(tmp_path / "library") as library:
        models = library.services.models
        assert models.active().matching.stated, "the built-in model brings its own figures"
        assert models.fit_search(models.active()) is False
        models.add(tiny_folder(tmp_path / OTHER, tiny_weights), name=OTHER)
        assert models.use(OTHER) is True
        assert models.active().matching.now == DEFAULT_MATCHING, "an empty library says nothing"
        index_now(library.services, tmp_path / "photos")
        model = models.active()
        assert models.fit_search(model) is False, "the indexing run fitted it"
        by_chance = model.matching.now

        show_things(library, model)
        monkeypatch.setattr(search_fitting, "_OUTGROWN", 0.5)  # any library outgrows that
        assert models.fit_search(model) is True
        fitted = model.matching.now
        assert fitted not in {by_chance, DEFAULT_MATCHING}
        assert fitted.by_library > 0.0

    with open_library(tmp_path / "library") as library:
        models = library.services.models
        assert models.active().matching.now == fitted
        models.use(BUILT_IN_NAME)
        library.services.indexing.finish_switch().result(timeout=RUN_SECONDS)
        models.remove(OTHER, weights=False)
        models.use(OTHER)
        pending = models.pending()
        assert pending is not None
        assert pending.matching.now == DEFAULT_MATCHING, "it went with the embeddings"
