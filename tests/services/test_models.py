"""The models of a library: offered, tried, measured, removed; and weights that changed under the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.query import Query
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.services.services import Services
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed, id_of, index_now
from tests.fixtures.switching import OTHER, begin, embedded, finish


def test_a_model_that_cannot_be_loaded_changes_nothing(copied_library: Indexed, other_model: Path) -> None:
    (other_model / "open_clip_model.safetensors").write_bytes(b"not weights at all")
    with open_library(copied_library.library) as library:
        services = library.services
        services.models.add(other_model, name=OTHER)
        with pytest.raises(UserFacingError, match="could not be loaded"):
            services.models.use(OTHER)
        assert services.models.pending_name() is None
        with pytest.raises(UserFacingError, match="not on this machine"):
            services.models.use("vit-b-32-openai")


def test_choosing_the_model_in_use_calls_a_switch_off(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        begin(library.services, other_model)
        assert library.services.models.use(BUILT_IN_NAME) is True
        assert library.services.models.pending_name() is None


def test_an_empty_library_changes_at_once(library_folder: Path, other_model: Path) -> None:
    with open_library(library_folder) as library:
        services = library.services
        services.models.add(other_model, name=OTHER)
        assert services.models.use(OTHER) is True
        assert services.models.active_name() == OTHER
        assert finish(services) is False


def test_removing_a_model_deletes_its_embeddings_and_no_tag(copied_library: Indexed, other_model: Path) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        photo = id_of(services, copied_library.photos / "photo_01.jpg")
        services.tagging.add("our cat", [photo])
        begin(services, other_model)
        with pytest.raises(UserFacingError, match="in use"):
            services.models.remove(OTHER)
        finish(services)
        tags = services.browsing.tag_counts()
        services.models.remove(BUILT_IN_NAME, weights=False)
        assert embedded(services) == {OTHER: SMALL_PHOTOS}
        assert services.browsing.tag_counts() == tags
        with pytest.raises(UserFacingError, match="part of Keepsight"):
            services.models.remove(BUILT_IN_NAME)
        with pytest.raises(UserFacingError, match="in use"):
            services.models.remove(OTHER)

        assert services.models.use(BUILT_IN_NAME) is False
        index_now(services)
        finish(services)
        services.models.remove(OTHER)
        assert (other_model / "open_clip_config.json").exists()
        assert OTHER not in [info.entry.name for info in services.models.catalogue()]
        assert embedded(services) == {BUILT_IN_NAME: SMALL_PHOTOS}


def test_other_weights_under_the_same_name_begin_anew(
    copied_library: Indexed, other_model: Path, tiny_weights: bytes
) -> None:
    """After an update of the model the old embeddings mean nothing: they are made again, and nobody's tags are touched."""
    with open_library(copied_library.library) as library:
        begin(library.services, other_model)
        assert finish(library.services)
    weights = bytearray(tiny_weights)
    weights[-40_000:] = bytes(reversed(weights[-40_000:]))
    (other_model / "open_clip_model.safetensors").write_bytes(weights)
    with open_library(copied_library.library) as library:
        services = library.services
        assert services.searching.search(Query(text="a cat")).searched == 0
        assert embedded(services) == {BUILT_IN_NAME: SMALL_PHOTOS}
        assert index_now(services).embedded == SMALL_PHOTOS
        assert services.searching.search(Query(text="a cat")).searched == SMALL_PHOTOS
        services.models.close()
    with open_library(copied_library.library) as library:
        assert library.services.searching.search(Query(text="a cat")).searched == SMALL_PHOTOS


def test_speed_is_measured_when_a_model_is_first_loaded(
    library_folder: Path, other_model: Path, tmp_path: Path
) -> None:
    with open_library(library_folder, models_folder=tmp_path / "models") as library:
        models = library.services.models
        models.add(other_model, name=OTHER)
        assert _speed(library.services, OTHER) is None
        models.use(OTHER)
        first = _speed(library.services, OTHER)
        assert first is not None
        assert first > 0
        assert models.measure(OTHER) > 0


def _speed(services: Services, name: str) -> float | None:
    return next(info.figures.images_per_second for info in services.models.catalogue() if info.entry.name == name)
