"""Fitting tags to one library: how each scores over it, and where its list is best cut. From stored embeddings."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from desktop_app.domain.tag_choice import Strictness
from desktop_app.ml.calibration import background_of
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.tag_calibration import TagBackground
from desktop_app.ml.tag_thresholds import best_cuts, floor_for
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.embeddings import embeddings_of
from desktop_app.store.tag_fits import FittedTag, TagFit, embedded_ids, put_tag_fit, tag_fit

_log = logging.getLogger(__name__)

Ids = npt.NDArray[np.int64]

# A median of so many is exact to a few hundredths of a standard deviation, whatever the library's size.
_SAMPLE = 4_000

# Fitted again when the library has become so many times larger or smaller: seldom in a large one, at once in a tiny one.
_OUTGROWN = 1.2

# Tags that may change without the rule for all of them being weighed again.
_FEW = 0.1

# Odd and without common factors with 2^32: spreads ids over all numbers (Knuth 1998, section 6.4).
_MULTIPLIER = 2_654_435_761


def fit_if_outgrown(store: LibraryStore, model: ActiveModel) -> bool:
    """Fit the tags when that was never done, some changed, or the library outgrew the last fit. True when it was done.

    Where only a few tags changed, only these are fitted anew: nothing that was said of the others changes.
    """
    ids = embedded_ids(store.reader, model.model_id)
    if not len(ids):
        return False
    words = model.tagger.words_of_tags()
    known = tag_fit(store.reader, model.model_id)
    if known is not None and (known.made_with != model.tagger.made_with or _is_outgrown(known, len(ids))):
        known = None
    changed = [tag for tag in words if known is None or tag not in known.tags or known.tags[tag].words != words[tag]]
    if not changed:
        return False
    fit = _fit(store, model, ids)
    if known is not None and len(changed) <= _FEW * len(words):
        fit = replace(known, tags={tag: (fit if tag in changed else known).tags[tag] for tag in words})
    store.writer.do(lambda session: put_tag_fit(session, model.model_id, fit))
    model.tagger.forget_labels()
    _log.info("Fitted %d tags of %s to %d photos", len(changed), model.entry.name, len(ids))
    return True


def _is_outgrown(known: TagFit, photos: int) -> bool:
    return not 1.0 / _OUTGROWN <= photos / max(known.photos, 1) <= _OUTGROWN


def sampled(ids: Ids, most: int) -> Ids:
    """At most so many of the ids, spread evenly; nearly the same ones again when some ids come or go."""
    if len(ids) <= most:
        return ids
    order = np.argsort((ids * _MULTIPLIER) % 2**32, kind="stable")
    return np.sort(ids[order[:most]])


def _fit(store: LibraryStore, model: ActiveModel, ids: Ids) -> TagFit:
    model.tagger.forget_labels()
    labels = model.tagger.labels()
    _, vectors = embeddings_of(store.reader, model.model_id, sampled(ids, _SAMPLE).tolist())
    photos = background_of(vectors, labels.bank)
    similarities = np.asarray(vectors @ labels.vectors.T, np.float32)
    background = TagBackground.of(similarities - photos.mean[:, None])
    odds = model.tagger.calibration.log_odds(similarities, photos, background)
    for place, lesson in labels.learned.items():
        odds[:, place] = lesson.log_odds(vectors, odds[:, place])
    probabilities = sigmoid(odds)
    cuts = best_cuts(probabilities)
    floors = {each.value: floor_for(probabilities, cuts, precision=each.precision) for each in Strictness}
    columns = (
        background.location.tolist(),
        background.spread.tolist(),
        background.best.tolist(),
        cuts.tolist(),
        labels.words,
    )
    tags = {tag.id: FittedTag(*column) for tag, *column in zip(labels.tags, *columns, strict=True)}
    return TagFit(len(ids), model.tagger.made_with, floors, tags)
