"""Which model serves, which there are, and changing from one to another."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.model import CatalogueEntry, ModelId, ModelOrigin
from desktop_app.domain.model_figures import Evaluation, ModelFigures
from desktop_app.domain.progress import SwitchProgress
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
from desktop_app.ml.download import discard, downloaded_folder, partial_bytes
from desktop_app.ml.embedder import Embedder
from desktop_app.ml.figures_file import FiguresFile
from desktop_app.ml.inference import Inference
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.model_facts import calibration_of, matching_of
from desktop_app.ml.speed import images_per_second
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.services.zero_shot import ZeroShotTagger
from desktop_app.store.embeddings import embedded_counts, put_model
from desktop_app.store.model_switching import drop_embeddings, embeddable_counts, model_id_of
from desktop_app.store.settings import ACTIVE_MODEL, PENDING_MODEL, drop_setting, read_setting, write_setting
from desktop_app.store.writer import WriteSession

_ADDED_MODELS = "added_models"

# Embeddings deleted per transaction: some milliseconds each, so that nobody's write waits behind a million of them.
_DROP_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A catalogue entry as it stands in this library."""

    entry: CatalogueEntry
    installed: bool
    active: bool
    embedded: int
    """Photos of this library that the model has embedded."""
    pending: bool = False
    """True for the model that is to serve next; its embeddings are being built."""
    partial_bytes: int = 0
    """More than 0 when a download was interrupted and can go on."""
    figures: ModelFigures = field(default_factory=ModelFigures)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the composition root decides about models."""

    device: str
    models_folder: Path
    vocabulary: Vocabulary
    background_captions: tuple[str, ...]


class Models:
    """Hands out the active model, and changes it when the person asks.

    A change is without downtime: the model asked for becomes *pending*, the indexer builds its embeddings while the
    active one serves, and `complete_switch` puts it in the active one's place.
    """

    def __init__(self, store: LibraryStore, settings: ModelSettings) -> None:
        self._store = store
        self._settings = settings
        self._figures = FiguresFile(settings.models_folder)
        self._lock = threading.RLock()
        self._active: ActiveModel | None = None
        self._pending: ActiveModel | None = None
        self._former: list[ActiveModel] = []
        self._closed = False

    def catalogue(self) -> list[ModelInfo]:
        """Every model there is to choose, the built-in one first."""
        counts, active, pending = embedded_counts(self._store.reader), self.active_name(), self.pending_name()
        return [
            ModelInfo(
                entry,
                installed=self._is_installed(entry),
                active=entry.name == active,
                embedded=counts.get(entry.name, 0),
                pending=entry.name == pending,
                partial_bytes=self._partial_bytes(entry),
                figures=self._figures.of(entry),
            )
            for entry in self._entries()
        ]

    def entry(self, name: str) -> CatalogueEntry:
        """The catalogue entry of a name. Raises UserFacingError that lists the names there are."""
        return find_entry(self._entries(), name)

    def active_name(self) -> str:
        """Name of the model that serves searches."""
        return read_setting(self._store.reader, ACTIVE_MODEL) or BUILT_IN_NAME

    def pending_name(self) -> str | None:
        """Name of the model that is to serve next, or None."""
        return read_setting(self._store.reader, PENDING_MODEL)

    def active(self) -> ActiveModel:
        """The model that serves; its weights are loaded when first needed."""
        with self._lock:
            if self._closed:
                raise UserFacingError("Keepsight is closing.")
            if self._active is None:
                self._active = self._prepare(self.entry(self.active_name()))
            return self._active

    def pending(self) -> ActiveModel | None:
        """The model that is to serve next, or None; its weights are loaded when first needed."""
        with self._lock:
            name = self.pending_name()
            if name is None or self._closed:
                return None
            if self._pending is None:
                self._pending = self._prepare(self.entry(name))
            return self._pending

    def switch_progress(self) -> SwitchProgress | None:
        """How far the pending model's embeddings have come, or None when no switch is pending."""
        name = self.pending_name()
        if name is None:
            return None
        model_id = model_id_of(self._store.reader, name) or ModelId(0)  # no row has the id 0
        done, total = embeddable_counts(self._store.reader, model_id)
        return SwitchProgress(name, done, total)

    def warm_up(self) -> None:
        """Have the active model loaded in the background, so that the first search need not wait. Returns at once."""
        self.active().inference.warm_up()

    def device_note(self) -> str:
        """Why the device asked for is not used; empty when it is, or nothing was loaded yet."""
        with self._lock:
            return self._active.inference.device()[1] if self._active else ""

    def use(self, name: str) -> bool:
        """Change to another model. True when it serves from now on; False when its embeddings are to be built first: the
        indexer does so from its next run on, and the model in use serves until then.

        Raises UserFacingError when the model is not on this machine or cannot be loaded; then nothing changes.
        """
        entry = self.entry(name)
        if name == self.active_name():
            self.cancel_switch()
            return True
        if not self._is_installed(entry):
            raise UserFacingError(f"{entry.title} is not on this machine.", "Download it first.")
        candidate = self._prepare(entry)
        try:
            candidate.inference.spec()
        except BaseException:
            candidate.inference.close()
            raise
        at_once = self._nothing_to_wait_for(candidate)
        if not at_once:
            self._store.writer.do(lambda session: write_setting(session, PENDING_MODEL, name))
        with self._lock:
            self._retire(self._pending)
            self._pending = candidate
        if at_once:
            self.complete_switch()
        return at_once

    def complete_switch(self) -> None:
        """Put the pending model in the active one's place: searches use it from now on."""
        with self._lock:
            candidate = self._pending
            if candidate is None:
                return
            self._store.writer.do(lambda session: _switch(session, candidate.entry.name))
            self._retire(self._active)
            self._active, self._pending = candidate, None
        self._store.changes.publish(LibraryChanges(model_changed=True))

    def cancel_switch(self) -> None:
        """Stay with the active model. What the pending one embedded is kept, for another try."""
        self._store.writer.do(lambda session: drop_setting(session, PENDING_MODEL))
        with self._lock:
            self._retire(self._pending)
            self._pending = None

    def release_former(self) -> None:
        """Let go of models that no longer serve. The indexer calls it between runs, when none of its own uses one."""
        with self._lock:
            former, self._former = self._former, []
        for model in former:
            model.inference.close()

    def measure(self, name: str) -> float:
        """Measure a model's speed on this machine, in images a second; takes seconds. It is kept for the catalogue.

        Raises UserFacingError when the model is not on this machine or cannot be loaded.
        """
        entry, inference = self.entry(name), self.open_inference(name)
        try:
            return inference.run(lambda embedder: self._measure(entry, embedder)).result()
        finally:
            inference.close()

    def open_inference(self, name: str) -> Inference:
        """A model for a task of its own, apart from the one that serves. Whoever asks for it closes it."""
        entry = self.entry(name)
        return Inference(lambda: self._load(entry, measure=False))

    def keep_evaluation(self, name: str, evaluation: Evaluation) -> None:
        """Keep what an evaluation measured, for the catalogue."""
        self._figures.put_evaluation(name, evaluation)

    def add(self, path: Path, *, architecture: str | None = None, name: str | None = None) -> CatalogueEntry:
        """Offer a model from this disk under a name of its own. Raises UserFacingError when it is none."""
        entry = entry_from_file(path, architecture=architecture, name=name)
        taken = {other.name for other in self._entries() if other.origin is not ModelOrigin.FILE}
        if entry.name in taken:
            entry = replace(entry, name=f"my-{entry.name}")
        self._keep_added([other for other in self._added() if other.name != entry.name] + [entry])
        return entry

    def remove(self, name: str, *, weights: bool = True, embeddings: bool = True) -> None:
        """Remove a model's downloaded files (a model of the person's own is only forgotten, never deleted) and what it
        embedded. No tag goes with it. Raises UserFacingError for a model in use and for the built-in one's files.
        """
        entry = self.entry(name)
        if name in {self.active_name(), self.pending_name()}:
            raise UserFacingError(f"{entry.title} is in use.", "Choose another model first.")
        if weights and entry.origin is ModelOrigin.BUILT_IN:
            raise UserFacingError("The built-in model is part of Keepsight.", "What it embedded can be removed alone.")
        if weights:
            self._remove_weights(entry)
        if embeddings:
            self._remove_embeddings(name)

    def close(self) -> None:
        """Stop every model. Idempotent."""
        with self._lock:
            self._closed = True
            self._retire(self._active)
            self._retire(self._pending)
            self._active = self._pending = None
        self.release_former()

    def _nothing_to_wait_for(self, candidate: ActiveModel) -> bool:
        """True when no search would find less with the candidate than with the model in use."""
        counts = embedded_counts(self._store.reader)
        done, total = embeddable_counts(self._store.reader, candidate.model_id)
        return not counts.get(self.active_name()) or done == total

    def _retire(self, model: ActiveModel | None) -> None:
        """Keep a model that a run or a search may still be using, until `release_former`."""
        if model is not None:
            self._former.append(model)

    def _remove_weights(self, entry: CatalogueEntry) -> None:
        if entry.origin is ModelOrigin.FILE:
            self._keep_added([other for other in self._added() if other.name != entry.name])
        else:
            discard(entry, self._settings.models_folder)
        self._figures.forget(entry.name)

    def _remove_embeddings(self, name: str) -> None:
        model_id = model_id_of(self._store.reader, name)
        while model_id is not None and self._store.writer.do(
            lambda session: drop_embeddings(session, model_id, limit=_DROP_CHUNK)
        ):
            pass

    def _entries(self) -> tuple[CatalogueEntry, ...]:
        return (built_in_entry(), *hub_entries(), *self._added())

    def _added(self) -> tuple[CatalogueEntry, ...]:
        return entries_from_json(read_setting(self._store.reader, _ADDED_MODELS) or "[]")

    def _keep_added(self, entries: list[CatalogueEntry]) -> None:
        self._store.writer.do(lambda session: write_setting(session, _ADDED_MODELS, entries_to_json(entries)))

    def _is_installed(self, entry: CatalogueEntry) -> bool:
        if entry.origin is ModelOrigin.HUB:
            return downloaded_folder(entry, self._settings.models_folder) is not None
        return Path(entry.weights or entry.architecture.removeprefix("local-dir:")).exists()

    def _partial_bytes(self, entry: CatalogueEntry) -> int:
        return partial_bytes(entry, self._settings.models_folder) if entry.origin is ModelOrigin.HUB else 0

    def _load(self, entry: CatalogueEntry, *, measure: bool) -> Embedder:
        """Load a model on its inference thread; the first time on this machine, measure its speed on the way."""
        settings = self._settings
        embedder = load_catalogue_model(entry, device=settings.device, models_folder=settings.models_folder)
        if measure and self._figures.of(entry).images_per_second is None:
            self._measure(entry, embedder)
        return embedder

    def _measure(self, entry: CatalogueEntry, embedder: Embedder) -> float:
        rate = images_per_second(embedder)
        self._figures.put_speed(entry.name, images_per_second=rate, device=embedder.device.name)
        return rate

    def _prepare(self, entry: CatalogueEntry) -> ActiveModel:
        model_id = self._store.writer.do(lambda session: put_model(session, entry.name))
        inference = Inference(lambda: self._load(entry, measure=True))
        texts = TextEmbedding(self._store, inference, model_id=model_id)
        calibration = calibration_of(entry)
        tagger = ZeroShotTagger(
            self._store,
            texts,
            vocabulary=self._settings.vocabulary,
            background_captions=self._settings.background_captions,
            calibration=calibration,
        )
        return ActiveModel(entry, model_id, inference, texts, tagger, calibration, matching_of(entry))


def _switch(session: WriteSession, name: str) -> None:
    write_setting(session, ACTIVE_MODEL, name)
    drop_setting(session, PENDING_MODEL)
