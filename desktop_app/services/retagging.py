"""Bring machine tags up to date when the tags, the calibration, the library's size or the model changed: from stored embeddings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import numpy.typing as npt

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import MachineTag
from desktop_app.domain.photo import PhotoId
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.lessons import learn_again
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.tag_fitting import fit_if_outgrown
from desktop_app.store.assignments import retag, without_machine_tags
from desktop_app.store.embeddings import embeddings_of, load_embeddings
from desktop_app.store.settings import read_setting, write_setting
from desktop_app.store.writer import WriteSession

_TAGGED_WITH = "tagged_with"

# Photos per transaction: well under a tenth of a second, so that a person's own write never waits long.
_CHUNK = 512


def retag_if_outdated(store: LibraryStore, model: ActiveModel, *, cancelled: Callable[[], bool]) -> bool:
    """Score all stored embeddings again when what the tags were made with has changed. True when it did so.

    Interrupted, it starts over next time: the marker is written last.
    """
    learn_again(store, model)
    fit_if_outgrown(store, model)
    if tags_are_current(store, model):
        return False
    wanted = _wanted(model)
    model.tagger.forget_labels()
    for ids, vectors in load_embeddings(store.reader, model.model_id, chunk=_CHUNK):
        if cancelled():
            return False
        store.index_write(_retagging(_tags_of(ids, vectors, model), model)).result()
    store.writer.do(lambda session: write_setting(session, _TAGGED_WITH, wanted))
    return True


def tags_are_current(store: LibraryStore, model: ActiveModel) -> bool:
    """Whether machine tags were made with what tags and model are now."""
    return read_setting(store.reader, _TAGGED_WITH) == _wanted(model)


def keep_tags_current(store: LibraryStore, model: ActiveModel, *, touched: Iterable[PhotoId]) -> None:
    """Spare the next run scoring all tags again, when the only tag that changed was scored along with the change.

    Of the photos that it `touched`, those that have no machine tag left are given their most probable one, as each photo is.

    Not where every photo has its best few tags: there a tag that comes or goes takes or leaves another's place.
    """
    if model.tagger.labels().rules.top is not None:
        return
    _suggest_for_bare(store, model, touched)
    wanted = _wanted(model)
    store.writer.do(lambda session: write_setting(session, _TAGGED_WITH, wanted))


def _suggest_for_bare(store: LibraryStore, model: ActiveModel, touched: Iterable[PhotoId]) -> None:
    bare = without_machine_tags(store.reader, touched)
    for start in range(0, len(bare), _CHUNK):
        ids, vectors = embeddings_of(store.reader, model.model_id, bare[start : start + _CHUNK])
        if len(ids):
            store.change(partial(retag, tags=_tags_of(ids, vectors, model), model_id=model.model_id))


def _tags_of(
    ids: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32], model: ActiveModel
) -> list[tuple[PhotoId, tuple[MachineTag, ...]]]:
    tags = model.tagger.tags_for(vectors)
    return [(PhotoId(photo_id), chosen) for photo_id, chosen in zip(ids.tolist(), tags, strict=True)]


def _wanted(model: ActiveModel) -> str:
    return f"{model.entry.name}:{model.tagger.fingerprint}"


def _retagging(
    tags: list[tuple[PhotoId, tuple[MachineTag, ...]]], model: ActiveModel
) -> Callable[[WriteSession], tuple[object, LibraryChanges]]:
    return lambda session: (None, retag(session, tags, model_id=model.model_id))
