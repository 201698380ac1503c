"""The models there are to choose from, as they stand on this machine: files, figures, loading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_there
from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.domain.model_figures import Evaluation, ModelFigures
from desktop_app.domain.vocabulary import Vocabulary
from desktop_app.ml.catalogue import (
    built_in_entry,
    entries_from_json,
    entries_to_json,
    entry_from_file,
    find_entry,
    hub_entries,
)
from desktop_app.ml.download import discard, downloaded_folder, partial_bytes
from desktop_app.ml.embedder import Embedder
from desktop_app.ml.figures_file import FiguresFile
from desktop_app.ml.fingerprint import weights_fingerprint
from desktop_app.ml.inference import Inference
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.speed import images_per_second
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.settings import read_setting, write_setting

_ADDED_MODELS = "added_models"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the composition root decides about models."""

    device: str
    models_folder: Path
    vocabulary: Vocabulary
    background_captions: tuple[str, ...]
    rare_things: tuple[str, ...]
    """What hardly any photo shows, and words that mean nothing: see `ml.unlabelled_fitting`."""


class ModelCatalogue:
    """Built-in, downloadable and the person's own models. The last are listed in the library's settings."""

    def __init__(self, store: LibraryStore, settings: ModelSettings) -> None:
        self._store = store
        self._device = settings.device
        self._models_folder = settings.models_folder
        self._figures = FiguresFile(settings.models_folder)

    def entries(self) -> tuple[CatalogueEntry, ...]:
        """All of them, the built-in one first."""
        return (built_in_entry(), *hub_entries(), *self._added())

    def entry(self, name: str) -> CatalogueEntry:
        """The entry of a name. Raises UserFacingError that lists the names there are."""
        return find_entry(self.entries(), name)

    def is_installed(self, entry: CatalogueEntry) -> bool:
        """True when its files are on this machine."""
        if entry.origin is ModelOrigin.HUB:
            return downloaded_folder(entry, self._models_folder) is not None
        return is_there(Path(entry.weights or entry.architecture.removeprefix("local-dir:")))

    def partial_bytes(self, entry: CatalogueEntry) -> int:
        """How much of an interrupted download is here."""
        return partial_bytes(entry, self._models_folder) if entry.origin is ModelOrigin.HUB else 0

    def fingerprint(self, entry: CatalogueEntry) -> str:
        """Changes with the weights; empty while they are not here."""
        return weights_fingerprint(entry, self._models_folder)

    def figures(self, entry: CatalogueEntry) -> ModelFigures:
        """What was measured of a model."""
        return self._figures.of(entry)

    def keep_evaluation(self, name: str, evaluation: Evaluation) -> None:
        """Keep what an evaluation measured."""
        self._figures.put_evaluation(name, evaluation)

    def add(self, path: Path, *, architecture: str | None, name: str | None) -> CatalogueEntry:
        """Offer a model from this disk under a name of its own. Raises UserFacingError when it is none."""
        entry = entry_from_file(path, architecture=architecture, name=name)
        taken = {other.name for other in self.entries() if other.origin is not ModelOrigin.FILE}
        if entry.name in taken:
            entry = replace(entry, name=f"my-{entry.name}")
        self._keep_added([other for other in self._added() if other.name != entry.name] + [entry])
        return entry

    def remove(self, entry: CatalogueEntry) -> None:
        """Delete what was downloaded; a model of the person's own is only taken off the list.

        Raises UserFacingError for the built-in model.
        """
        if entry.origin is ModelOrigin.BUILT_IN:
            raise UserFacingError("The built-in model is part of Keepsight.", "What it embedded can be removed alone.")
        if entry.origin is ModelOrigin.FILE:
            self._keep_added([other for other in self._added() if other.name != entry.name])
        else:
            discard(entry, self._models_folder)
        self._figures.forget(entry.name)

    def open_inference(self, entry: CatalogueEntry) -> Inference:
        """A thread for this model, which is loaded at its first job; the first time on this machine it is measured then."""
        return Inference(lambda: self._load(entry))

    def measure(self, entry: CatalogueEntry) -> float:
        """Measure a model's speed again, in images a second. Raises UserFacingError when it cannot be loaded."""
        inference = Inference(
            lambda: load_catalogue_model(entry, device=self._device, models_folder=self._models_folder)
        )
        try:
            return inference.run(lambda embedder: self._measure(entry, embedder)).result()
        finally:
            inference.close()

    def _load(self, entry: CatalogueEntry) -> Embedder:
        embedder = load_catalogue_model(entry, device=self._device, models_folder=self._models_folder)
        if self._figures.of(entry).images_per_second is None:
            self._measure(entry, embedder)
        return embedder

    def _measure(self, entry: CatalogueEntry, embedder: Embedder) -> float:
        rate = images_per_second(embedder)
        self._figures.put_speed(entry.name, images_per_second=rate, device=embedder.device.name)
        return rate

    def _added(self) -> tuple[CatalogueEntry, ...]:
        return entries_from_json(read_setting(self._store.reader, _ADDED_MODELS) or "[]")

    def _keep_added(self, entries: list[CatalogueEntry]) -> None:
        self._store.writer.do(lambda session: write_setting(session, _ADDED_MODELS, entries_to_json(entries)))
