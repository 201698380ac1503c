"""Which model serves, which there are, and changing from one to another."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.model import CatalogueEntry, ModelId
from desktop_app.domain.model_figures import Evaluation, ModelFigures
from desktop_app.domain.progress import SwitchProgress
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.ml.inference import Inference
from desktop_app.ml.model_facts import calibration_of, tag_calibration_of
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.embedding_index import remove_vector_files
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.model_catalogue import ModelCatalogue, ModelSettings
from desktop_app.services.search_fitting import fit_search_if_outgrown, forget_fitted_matching, matching_for
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.services.zero_shot import ZeroShotTagger
from desktop_app.store.embeddings import embedded_counts, put_model
from desktop_app.store.model_switching import drop_embeddings, embeddable_counts, model_id_of
from desktop_app.store.settings import ACTIVE_MODEL, PENDING_MODEL, drop_setting, read_setting, write_setting
from desktop_app.store.writer import WriteSession

_log = logging.getLogger(__name__)

_WEIGHTS_OF = "weights_of:"
"""Settings that hold the fingerprint of the weights which made a model's embeddings."""

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


class Models:
    """Hands out the active model, and changes it when the person asks.

    A change is without downtime: the model asked for becomes *pending*, the indexer builds its embeddings while the
    active one serves, and `complete_switch` puts it in the active one's place.
    """

    def __init__(self, store: LibraryStore, settings: ModelSettings) -> None:
        self._store = store
        self._settings = settings
        self._catalogue = ModelCatalogue(store, settings)
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
                installed=self._catalogue.is_installed(entry),
                active=entry.name == active,
                embedded=counts.get(entry.name, 0),
                pending=entry.name == pending,
                partial_bytes=self._catalogue.partial_bytes(entry),
                figures=self._catalogue.figures(entry),
            )
            for entry in self._catalogue.entries()
        ]

    def entry(self, name: str) -> CatalogueEntry:
        """The catalogue entry of a name. Raises UserFacingError that lists the names there are."""
        return self._catalogue.entry(name)

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
            if self._pending is None or self._pending.entry.name != name:
                self._set_pending(self._prepare(self.entry(name)))
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
        if not self._catalogue.is_installed(entry):
            raise UserFacingError(f"{entry.title} is not on this machine.", "Download it first.")
        candidate = self._prepare(entry)
        try:
            candidate.inference.spec()
            with self._lock:
                self._store.writer.do(lambda session: write_setting(session, PENDING_MODEL, name))
                self._set_pending(candidate)
        except BaseException:
            candidate.inference.close()
            raise
        return self._nothing_to_wait_for(candidate) and self.complete_switch(candidate)

    def fit_search(self, model: ActiveModel) -> bool:
        """Fit where a model's lists end to this library, unless it states so itself or the last fit suits still."""
        return fit_search_if_outgrown(self._store, model, self._settings.rare_things)

    def complete_switch(self, candidate: ActiveModel) -> bool:
        """Put the pending model in the active one's place: searches use it from now on. False when the person chose
        otherwise a moment ago.
        """
        with self._lock:
            if self._pending is not candidate:
                return False
            self._store.writer.do(lambda session: _switch(session, candidate.entry.name))
            self._retire(self._active)
            self._active, self._pending = candidate, None
        self._store.changes.publish(LibraryChanges(model_changed=True))
        return True

    def cancel_switch(self) -> None:
        """Stay with the active model. What the pending one embedded is kept, for another try."""
        with self._lock:
            self._store.writer.do(lambda session: drop_setting(session, PENDING_MODEL))
            self._set_pending(None)

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
        return self._catalogue.measure(self.entry(name))

    def open_inference(self, name: str) -> Inference:
        """A model for a task of its own, apart from the one that serves. Whoever asks for it closes it."""
        return self._catalogue.open_inference(self.entry(name))

    def beside(self, name: str) -> ActiveModel:
        """A model made ready beside the one that serves, to be compared with it; `let_go` it afterwards.

        Raises UserFacingError when it is not on this machine.
        """
        entry = self.entry(name)
        if not self._catalogue.is_installed(entry):
            raise UserFacingError(f"{entry.title} is not on this machine.", "Download it first.")
        with self._lock:
            pending = self._pending
        return pending if pending is not None and pending.entry.name == name else self._prepare(entry)

    def let_go(self, model: ActiveModel) -> None:
        """The end of what `beside` began."""
        with self._lock:
            serves = model is self._active or model is self._pending
        if not serves:
            model.inference.close()

    def keep_evaluation(self, name: str, evaluation: Evaluation) -> None:
        """Keep what an evaluation measured, for the catalogue."""
        self._catalogue.keep_evaluation(name, evaluation)

    def add(self, path: Path, *, architecture: str | None = None, name: str | None = None) -> CatalogueEntry:
        """Offer a model from this disk under a name of its own. Raises UserFacingError when it is none."""
        return self._catalogue.add(path, architecture=architecture, name=name)

    def remove(self, name: str, *, weights: bool = True, embeddings: bool = True) -> None:
        """Remove a model's downloaded files (a model of the person's own is only forgotten, never deleted) and what it
        embedded. No tag goes with it. Raises UserFacingError for a model in use and for the built-in one's files.
        """
        entry = self.entry(name)
        if name in {self.active_name(), self.pending_name()}:
            raise UserFacingError(f"{entry.title} is in use.", "Choose another model first.")
        if weights:
            self._catalogue.remove(entry)
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

    def _set_pending(self, model: ActiveModel | None) -> None:
        self._retire(self._pending)
        self._pending = model

    def _retire(self, model: ActiveModel | None) -> None:
        """Keep a model that a run or a search may still be using, until `release_former`."""
        if model is not None:
            self._former.append(model)

    def _remove_embeddings(self, name: str) -> None:
        self._store.writer.do(lambda session: forget_fitted_matching(session, name))
        model_id = model_id_of(self._store.reader, name)
        while model_id is not None and self._store.writer.do(
            lambda session: drop_embeddings(session, model_id, limit=_DROP_CHUNK)
        ):
            pass
        if model_id is not None:
            remove_vector_files(self._store.paths.vectors, model_id)

    def _forget_embeddings_of_other_weights(self, entry: CatalogueEntry) -> None:
        """Embeddings that other weights of this name made mean nothing to these: the next indexing run makes new ones."""
        fingerprint = self._catalogue.fingerprint(entry)
        key = f"{_WEIGHTS_OF}{entry.name}"
        known = read_setting(self._store.reader, key)
        if not fingerprint or known == fingerprint:
            return
        if known is not None:
            _log.info("%s has other weights than before: its embeddings are made again", entry.name)
            self._remove_embeddings(entry.name)
        self._store.writer.do(lambda session: write_setting(session, key, fingerprint))

    def _prepare(self, entry: CatalogueEntry) -> ActiveModel:
        self._forget_embeddings_of_other_weights(entry)
        model_id = self._store.writer.do(lambda session: put_model(session, entry.name))
        inference = self._catalogue.open_inference(entry)
        wordings = self._settings.vocabulary.broad_wordings()
        texts = TextEmbedding(self._store, inference, model_id=model_id, wordings=wordings)
        calibration = calibration_of(entry)
        tagger = ZeroShotTagger(
            self._store,
            texts,
            model_id=model_id,
            vocabulary=self._settings.vocabulary,
            background_captions=self._settings.background_captions,
            calibration=tag_calibration_of(entry),
        )
        matching = matching_for(self._store.reader, entry)
        return ActiveModel(entry, model_id, inference, texts, tagger, calibration, matching)


def _switch(session: WriteSession, name: str) -> None:
    write_setting(session, ACTIVE_MODEL, name)
    drop_setting(session, PENDING_MODEL)
