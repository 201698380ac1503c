"""Keeps the vector file of the model in use in step with the library, and hands out what is in it."""

from __future__ import annotations

import hashlib
import itertools
import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from desktop_app.domain.model import ModelId
from desktop_app.ml.vectors.layout import DamagedVectors, Header
from desktop_app.ml.vectors.rounding import finite
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.ml.vectors.storage import FileStorage, MemoryStorage, Storage
from desktop_app.ml.vectors.vector_file import VectorFile
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.embedding_changes import (
    EmbeddingChanges,
    Followed,
    changes_since,
    follow,
    followed,
    forget_changes,
    lineages,
)
from desktop_app.store.embeddings import load_embeddings

_log = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

_SUFFIX = ".vectors"

# Another Keepsight process holds the lock while it appends (milliseconds) or builds (some seconds per million photos).
_LOCK_TIMEOUT_S = 20.0

# The mean that is taken off all vectors is good when it is that of some thousands. A file that was begun with fewer is
# begun anew when the library has become so many times larger: a handful of times in a library's life.
_ENOUGH_FOR_A_MEAN = 4096
_GROWN_TIMES = 8

# Dead rows cost time in every scan; a file with more than a quarter of them (and not just a few) is built anew.
_FEW_DEAD = 1000
_MOST_DEAD = 0.25

# Notes of changes that the file includes are dropped so many at a time, since that is a write to the library.
_FORGET_EVERY = 2000


@dataclass(frozen=True, slots=True)
class _Open:
    """The file in use."""

    model: ActiveModel
    bank: Vectors
    file: VectorFile
    snapshot: IndexSnapshot
    in_memory: bool


class EmbeddingIndex:
    """The embeddings of one model at a time, mapped into memory. Thread-safe; may read or write files.

    Nothing is read until a snapshot is asked for. A file that is damaged, older or from another library is built again from
    the database; where none can be written, the same is kept in memory.
    """

    def __init__(self, store: LibraryStore) -> None:
        self._store = store
        self._folder = store.paths.vectors
        # Held while a file is built, which takes seconds and may wait for the writer: the writer must never want it.
        self._lock = threading.Lock()
        self._open: _Open | None = None
        self._forgotten = 0

    def snapshot(self, model: ActiveModel) -> IndexSnapshot:
        """All embeddings by a model at this moment; the same object until one is added or removed.

        Raises UserFacingError when the library cannot be read.
        """
        with self._lock:
            state = followed(self._store.reader, model.model_id)
            opened = self._open if self._open is not None and self._open.model is model else None
            if opened is None or state is None or not _up_to_date(opened.file, state):
                opened = self._open = self._brought_up_to_date(model, opened)
            return opened.snapshot

    def discard(self, damaged: IndexSnapshot) -> None:
        """Build the file of a snapshot again at the next use: it was found damaged. No effect when that was done meanwhile."""
        with self._lock:
            if self._open is None or self._open.snapshot is not damaged:
                return
            model, self._open = self._open.model, None
            _log.warning("The vector file of %s is damaged: it is built again", model.entry.name)
            self._store.writer.do(lambda session: follow(session, model.model_id))

    def close(self) -> None:
        """Let go of the file. A later use opens it again."""
        with self._lock:
            self._open = None

    def _brought_up_to_date(self, model: ActiveModel, former: _Open | None) -> _Open:
        bank = model.tagger.bank() if former is None else former.bank
        if former is None or not former.in_memory:
            try:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                with FileLock(self._folder / "lock", timeout=_LOCK_TIMEOUT_S):
                    opened = self._continued(model, bank, former) or self._built(model, bank)
                    _remove_unused(self._folder, lineages(self._store.reader))
                    return opened
            except (OSError, NotImplementedError) as error:
                _log.warning("The vectors of %s are kept in memory: %s", model.entry.name, str(error))
        return self._in_memory(model, bank, former)

    def _continued(self, model: ActiveModel, bank: Vectors, former: _Open | None) -> _Open | None:
        """The present file with what it lacks; None when it must be built anew. Raises OSError."""
        state = followed(self._store.reader, model.model_id)
        path = None if state is None else vector_path(self._folder, model.model_id, state.lineage)
        if state is None or path is None or not path.exists():
            return None
        try:
            file = VectorFile.opened(
                FileStorage(path), lineage=state.lineage, bank=_fingerprint(bank), dimension=bank.shape[1]
            )
            earlier = None if former is None else former.snapshot
            snapshot = self._with_changes(model, bank, file, earlier=earlier)
        except DamagedVectors as damage:
            _log.warning("%s is built again: %s", path.name, str(damage))
            return None
        return None if _outgrown(file) else _Open(model, bank, file, snapshot, in_memory=False)

    def _built(self, model: ActiveModel, bank: Vectors) -> _Open:
        """A new file from all that the library has. Raises OSError."""
        state: Followed = self._store.writer.do(lambda session: follow(session, model.model_id))
        file = self._filled(
            FileStorage(vector_path(self._folder, model.model_id, state.lineage)), state, model=model, bank=bank
        )
        try:
            return _Open(model, bank, file, self._with_changes(model, bank, file), in_memory=False)
        except DamagedVectors as damage:
            raise OSError(f"what was just written is not there: {damage}") from damage

    def _in_memory(self, model: ActiveModel, bank: Vectors, former: _Open | None) -> _Open:
        """The same without a file. It follows what another process's file follows, if there is one."""
        if former is not None and former.in_memory:
            with suppress(DamagedVectors):
                return replace(former, snapshot=self._with_changes(model, bank, former.file))
        state = followed(self._store.reader, model.model_id)
        if state is None:
            state = self._store.writer.do(lambda session: follow(session, model.model_id))
        file = self._filled(MemoryStorage(), state, model=model, bank=bank)
        return _Open(model, bank, file, self._with_changes(model, bank, file), in_memory=True)

    def _filled(self, storage: Storage, state: Followed, *, model: ActiveModel, bank: Vectors) -> VectorFile:
        """Everything the library has, as the state of a change that came before it was read. Raises OSError."""
        chunks = load_embeddings(self._store.reader, model.model_id)
        first = next(chunks, (np.empty(0, np.int64), np.empty((0, bank.shape[1]), np.float32)))
        mean = finite(first[1]).mean(axis=0) if len(first[0]) else np.zeros(bank.shape[1], np.float32)
        file = VectorFile.made(storage, Header(state.lineage, _fingerprint(bank), len(first[0]), mean))
        for ids, vectors in itertools.chain([first], chunks):
            file.append(ids, vectors, bank)
        file.write_commit(revision=state.revision, token=state.token)
        return file

    def _with_changes(
        self, model: ActiveModel, bank: Vectors, file: VectorFile, *, earlier: IndexSnapshot | None = None
    ) -> IndexSnapshot:
        """Bring a file up to date. Raises DamagedVectors when it does not fit this library's history, OSError."""
        commit, model_id = file.commit, model.model_id
        changes = changes_since(self._store.reader, model_id, revision=commit.revision, token=commit.token)
        if changes is None:
            raise DamagedVectors("the library has another history")
        if changes.revision > commit.revision:
            _apply(file, changes, bank)
        if file.commit.alive != changes.photos:
            raise DamagedVectors(f"{file.commit.alive} photos where the library has {changes.photos}")
        if not 0 <= changes.revision - self._forgotten < _FORGET_EVERY:
            self._forgotten = changes.revision
            self._store.writer.submit(lambda session: forget_changes(session, model_id, before=changes.revision))
        return IndexSnapshot(file, earlier=earlier)


def _apply(file: VectorFile, changes: EmbeddingChanges, bank: Vectors) -> None:
    columns = file.columns(file.blocks())
    file.mark_dead(np.flatnonzero(np.isin(columns.ids, changes.gone)))
    if len(changes.ids):
        file.append(changes.ids, changes.vectors, bank)
    file.write_commit(revision=changes.revision, token=changes.token)


def _up_to_date(file: VectorFile, state: Followed) -> bool:
    commit = file.commit
    return (file.header.lineage, commit.revision, commit.token) == (state.lineage, state.revision, state.token)


def _outgrown(file: VectorFile) -> bool:
    commit, sampled = file.commit, file.header.sampled
    dead = commit.rows - commit.alive
    return dead > max(_FEW_DEAD, commit.alive * _MOST_DEAD) or (
        sampled < _ENOUGH_FOR_A_MEAN and commit.alive > _GROWN_TIMES * max(sampled, 1)
    )


def vector_path(folder: Path, model_id: ModelId, lineage: int) -> Path:
    """The file of one model. A new one has a new name, since a file that is mapped cannot be replaced on Windows."""
    return folder / f"model-{model_id}-{lineage:016x}{_SUFFIX}"


def _remove_unused(folder: Path, used: dict[int, int]) -> None:
    """Delete the files that the library uses no more, as far as nobody has them open."""
    names = {vector_path(folder, ModelId(model_id), lineage).name for model_id, lineage in used.items()}
    for path in folder.glob(f"*{_SUFFIX}"):
        if path.name not in names:
            with suppress(OSError):  # open in another process, which Windows does not allow: next time
                path.unlink()


def remove_vector_files(folder: Path, model_id: ModelId) -> None:
    """Delete a model's files, as far as nobody has them open; what stays is deleted when another file is opened."""
    for path in folder.glob(f"model-{model_id}-*{_SUFFIX}"):
        with suppress(OSError):
            path.unlink()


def _fingerprint(bank: Vectors) -> int:
    return int.from_bytes(hashlib.blake2b(np.ascontiguousarray(bank).tobytes(), digest_size=8).digest(), "little")
