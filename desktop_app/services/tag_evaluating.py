"""How good the library's tags are, measured against photos whose labels are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.ground_truth import GroundTruth
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag
from desktop_app.domain.tag_quality import TagEvaluation
from desktop_app.domain.tag_truth import is_held_out, parse_tag_truth
from desktop_app.ml import tag_measures as measures
from desktop_app.ml.calibration import background_of
from desktop_app.ml.evaluation import average_precision
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.prompts import LABEL_TEMPLATES, fill_templates
from desktop_app.ml.tag_calibration import TagBackground
from desktop_app.ml.tag_thresholds import best_cuts
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.tag_fitting import fit_if_outgrown
from desktop_app.store.embeddings import embeddings_of
from desktop_app.store.tag_fits import embedded_ids
from desktop_app.store.tags import tag_definition, tag_named

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """Photos of the library with known labels."""

    ids: tuple[PhotoId, ...]
    labels: tuple[str, ...]
    present: Bools
    """bool [photos, labels]."""
    known: Bools
    """False where nobody said: a table that never uses a label says nothing of it."""
    missing: tuple[Path, ...]
    """Photos of the tables that are not in the library."""


class TagEvaluating:
    """Measures what the active model says of labelled photos, by the calibration and the fit that the library uses."""

    def __init__(self, store: LibraryStore, models: Models, *, photo_at: Callable[[Path], PhotoId | None]) -> None:
        self._store = store
        self._models = models
        self._photo_at = photo_at

    def evaluate(self, truths: Sequence[Path], *, held_out_only: bool = False) -> tuple[TagEvaluation, LabelledPhotos]:
        """Measure against tables of photos and labels; files are relative to their table's folder.

        Raises UserFacingError when a table cannot be read or none of its photos is in the library.
        """
        photos = self._labelled(truths, held_out_only=held_out_only)
        model = self._models.active()
        fit_if_outgrown(self._store, model)
        return _measure(_Scored.of(self._store, model, photos), model.entry.name), photos

    def _labelled(self, truths: Sequence[Path], *, held_out_only: bool) -> LabelledPhotos:
        tables = [(path.parent, _read(path)) for path in truths]
        every = {label for _, truth in tables for label in truth.labels}
        labels = tuple(sorted(label for label in every if is_held_out(label) or not held_out_only))
        column = {label: place for place, label in enumerate(labels)}
        ids, present, known, missing = [], [], [], []
        for folder, truth in tables:
            used = np.isin(labels, truth.labels) if labels else np.zeros(0, bool)
            for row in truth.rows:
                path = folder / row.file
                photo = self._photo_at(path)
                if photo is None:
                    missing.append(path)
                    continue
                ids.append(photo)
                true = np.zeros(len(labels), bool)
                true[[column[text] for text in row.texts if text in column]] = True
                present.append(true)
                known.append(used)
        if not ids or not np.any(present):
            raise UserFacingError("None of the labelled photos is in the library.", "Index their folder first.")
        return LabelledPhotos(tuple(ids), labels, np.array(present), np.array(known), tuple(missing))


@dataclass(frozen=True, slots=True)
class _Scored:
    """What the model says: arrays [photos, labels] over the labelled photos that it has seen."""

    cosines: Vectors
    probabilities: Vectors
    chosen: Bools
    present: Bools
    known: Bools

    @classmethod
    def of(cls, store: LibraryStore, model: ActiveModel, photos: LabelledPhotos) -> _Scored:
        found, vectors = embeddings_of(store.reader, model.model_id, photos.ids)
        if not len(found):
            raise UserFacingError("None of the labelled photos was indexed by this model yet.", "Index them first.")
        row_of = {int(photo): row for row, photo in enumerate(found.tolist())}
        rows = [place for place, photo in enumerate(photos.ids) if photo in row_of]
        vectors = vectors[[row_of[photos.ids[place]] for place in rows]]
        tags, texts = _label_vectors(store, model, photos.labels)
        probabilities, ends = _scores_over_library(store, model, vectors, tags=tags, texts=texts)
        known = photos.known[rows]
        return cls(
            np.asarray(vectors @ texts.T, np.float32),
            probabilities,
            (probabilities >= ends) & known,
            photos.present[rows] & known,
            known,
        )


def _label_vectors(store: LibraryStore, model: ActiveModel, labels: Sequence[str]) -> tuple[list[Tag | None], Vectors]:
    """The tag that each label names, if there is one, and the unit vectors [L, D] that it is asked for by."""
    tags, prompts = [], []
    for label in labels:
        tag = tag_named(store.reader, label)
        definition = None if tag is None else tag_definition(store.reader, tag.id)
        tags.append(tag)
        prompts.append(
            fill_templates(label, LABEL_TEMPLATES) if definition is None else model.tagger.prompts_of(definition)
        )
    return tags, model.texts.ensembles(prompts)


def _scores_over_library(
    store: LibraryStore, model: ActiveModel, vectors: Vectors, *, tags: Sequence[Tag | None], texts: Vectors
) -> tuple[Vectors, Vectors]:
    """Probabilities [photos, labels], and where each label's list ends [labels], as if each label were a tag."""
    ids = embedded_ids(store.reader, model.model_id)
    _, library = embeddings_of(store.reader, model.model_id, ids.tolist())
    labels = model.tagger.labels()
    photos, everyone = background_of(vectors, labels.bank), background_of(library, labels.bank)
    library_scores = np.asarray(library @ texts.T, np.float32)
    background = TagBackground.of(library_scores - everyone.mean[:, None])
    odds = model.tagger.calibration.log_odds(np.asarray(vectors @ texts.T, np.float32), photos, background)
    overall = model.tagger.calibration.log_odds(library_scores, everyone, background)
    for place, tag in enumerate(tags):
        at = None if tag is None else labels.place_of(tag.id)
        if at is not None and at in labels.learned:
            odds[:, place] = labels.learned[at].log_odds(vectors, odds[:, place])
            overall[:, place] = labels.learned[at].log_odds(library, overall[:, place])
    ends = labels.rules.ends(best_cuts(sigmoid(overall)), photos=len(ids))
    own = [tag.threshold if tag is not None and tag.threshold is not None else np.nan for tag in tags]
    return sigmoid(odds), np.where(np.isnan(own), ends, own).astype(np.float32)


def _measure(scored: _Scored, model: str) -> TagEvaluation:
    present, known = scored.present, scored.known
    # Nothing that is not known can be chosen: below every threshold and behind every known label.
    cosines = np.where(known, scored.cosines, np.float32(measures.UNKNOWN))
    threshold = measures.best_single_threshold(cosines, present)
    occurring = np.flatnonzero(present.any(axis=0))
    bins = measures.reliability(scored.probabilities[known], present[known])
    given = measures.reliability(scored.probabilities[scored.chosen], present[scored.chosen])
    return TagEvaluation(
        model=model,
        photos=len(present),
        labels=len(occurring),
        mean_average_precision=float(
            np.mean([
                average_precision(scored.probabilities[known[:, at], at], present[known[:, at], at]) for at in occurring
            ])
        ),
        calibrated=measures.measure_chosen(scored.chosen, present),
        single_threshold=measures.measure_chosen(cosines >= threshold, present),
        top_3=measures.measure_chosen(measures.top_k(cosines, 3) & known, present),
        expected_calibration_error=measures.expected_calibration_error(bins),
        suggested_calibration_error=measures.expected_calibration_error(given),
        reliability=bins,
    )  # fmt: skip


def _read(path: Path) -> GroundTruth:
    try:
        return parse_tag_truth(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserFacingError(f"{path} cannot be read as text.") from error
    except ValueError as error:
        raise UserFacingError(
            f"{path} is no table of photos: {error}.", "See `keepsight tags evaluate --help`."
        ) from error
