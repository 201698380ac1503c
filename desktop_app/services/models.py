"""Which model serves, which there are, and changing from one to another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.domain.vocabulary import Vocabulary
from desktop_app.ml.catalogue import (
    BUILT_IN_NAME,
    built_in_entry,
    entries_from_json,
    entries_to_json,
    entry_from_file,
    find_entry,
    hub_entries,
)
from desktop_app.ml.download import download_weights, downloaded_weights
from desktop_app.ml.inference import Inference
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.model_facts import calibration_of
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.services.zero_shot import ZeroShotTagger
from desktop_app.store.embeddings import embedded_counts, put_model
from desktop_app.store.settings import ACTIVE_MODEL, read_setting, write_setting
from desktop_app.store.writer import WriteSession

_ADDED_MODELS = "added_models"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A catalogue entry as it stands in this library."""

    entry: CatalogueEntry
    installed: bool
    active: bool
    embedded: int
    """Photos of this library that the model has embedded."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the composition root decides about models."""

    device: str
    models_folder: Path
    vocabulary: Vocabulary
    background_captions: tuple[str, ...]


class Models:
    """Hands out the active model, and changes it when the person asks."""

    def __init__(self, store: LibraryStore, settings: ModelSettings) -> None:
        self._store = store
        self._settings = settings
        self._lock = threading.RLock()
        self._active: ActiveModel | None = None
        self._closed = False

    def catalogue(self) -> list[ModelInfo]:
        """Every model there is to choose, the built-in one first."""
        counts, active = embedded_counts(self._store.reader), self.active_name()
        return [
            ModelInfo(entry, self._is_installed(entry), entry.name == active, counts.get(entry.name, 0))
            for entry in self._entries()
        ]

    def active_name(self) -> str:
        """Name of the model that serves searches."""
        return read_setting(self._store.reader, ACTIVE_MODEL) or BUILT_IN_NAME

    def active(self) -> ActiveModel:
        """The model that serves; its weights are loaded when first needed."""
        with self._lock:
            if self._closed:
                raise UserFacingError("Keepsight is closing.")
            if self._active is None:
                self._active = self._prepare(find_entry(self._entries(), self.active_name()))
            return self._active

    def device_note(self) -> str:
        """Why the device asked for is not used; empty when it is, or nothing was loaded yet."""
        with self._lock:
            return self._active.inference.device()[1] if self._active else ""

    def use(self, name: str, *, progress: Callable[[str], None] = lambda _: None) -> None:
        """Make another model the active one; a hub model is downloaded first. Run the indexer afterwards.

        The model in use stays until the new one is loaded; when that fails (UserFacingError), nothing changes.
        """
        entry = find_entry(self._entries(), name)
        if entry.origin is ModelOrigin.HUB and not self._is_installed(entry):
            progress(f"Downloading {entry.title} ({entry.size_mb} MB)…")
            download_weights(entry, self._settings.models_folder)
        candidate = self._prepare(entry)
        try:
            candidate.inference.spec()
        except BaseException:
            candidate.inference.close()
            raise
        with self._lock:
            former, self._active = self._active, candidate
        self._store.change(lambda session: _switch(session, name))
        if former is not None:
            former.inference.close()

    def add(self, path: Path, *, architecture: str | None, name: str | None = None) -> CatalogueEntry:
        """Offer a model from this disk under a name of its own. Raises UserFacingError when it is none."""
        entry = entry_from_file(path, architecture=architecture, name=name)
        taken = {other.name for other in self._entries() if other.origin is not ModelOrigin.FILE}
        if entry.name in taken:
            entry = replace(entry, name=f"my-{entry.name}")
        added = [other for other in self._added() if other.name != entry.name] + [entry]
        self._store.writer.do(lambda session: write_setting(session, _ADDED_MODELS, entries_to_json(added)))
        return entry

    def close(self) -> None:
        """Stop the active model. Idempotent."""
        with self._lock:
            self._closed = True
            active, self._active = self._active, None
        if active is not None:
            active.inference.close()

    def _entries(self) -> tuple[CatalogueEntry, ...]:
        return (built_in_entry(), *hub_entries(), *self._added())

    def _added(self) -> tuple[CatalogueEntry, ...]:
        return entries_from_json(read_setting(self._store.reader, _ADDED_MODELS) or "[]")

    def _is_installed(self, entry: CatalogueEntry) -> bool:
        if entry.origin is ModelOrigin.HUB:
            return downloaded_weights(entry, self._settings.models_folder) is not None
        return Path(entry.weights or entry.architecture.removeprefix("local-dir:")).exists()

    def _prepare(self, entry: CatalogueEntry) -> ActiveModel:
        model_id = self._store.writer.do(lambda session: put_model(session, entry.name))
        inference = Inference(
            lambda: load_catalogue_model(
                entry, device=self._settings.device, models_folder=self._settings.models_folder
            )
        )
        texts = TextEmbedding(self._store, inference, model_id=model_id)
        calibration = calibration_of(entry)
        tagger = ZeroShotTagger(
            self._store,
            texts,
            vocabulary=self._settings.vocabulary,
            background_captions=self._settings.background_captions,
            calibration=calibration,
        )
        return ActiveModel(entry, model_id, inference, texts, tagger, calibration)


def _switch(session: WriteSession, name: str) -> LibraryChanges:
    write_setting(session, ACTIVE_MODEL, name)
    return LibraryChanges(model_changed=True)
