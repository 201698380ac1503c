"""Where lists of a model without figures of its own end: fitted to each library, from stored embeddings."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from desktop_app.domain.model import CatalogueEntry
from desktop_app.ml.matching import DEFAULT_MATCHING, MatchCalibration
from desktop_app.ml.model_facts import stated_matching, stated_presence
from desktop_app.ml.prompts import QUERY_TEMPLATES, fill_templates
from desktop_app.ml.unlabelled_fitting import LEAST_PHOTOS, fit_to_library
from desktop_app.services.active_model import ActiveModel, Matching
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.tag_fitting import sampled
from desktop_app.store.embeddings import embeddings_of
from desktop_app.store.reader import Reader
from desktop_app.store.settings import drop_setting, read_setting, write_setting
from desktop_app.store.tag_fits import embedded_ids
from desktop_app.store.writer import WriteSession

_log = logging.getLogger(__name__)

_FITTED = "matching_of:"
"""Settings that hold what was fitted for a model, and to how many photos."""

# Photos and names beyond these move no figure by more than a hundredth.
_PHOTOS = 2_000
_NAMES = 300

# Fitted again when the library has become so many times larger or smaller.
_OUTGROWN = 1.5


def fit_search_if_outgrown(store: LibraryStore, model: ActiveModel, rare_things: Sequence[str]) -> bool:
    """Fit how a model's similarities become probabilities, unless it states that itself or the last fit still suits the
    library. True when it was done; searches go by it at once.
    """
    if model.matching.stated:
        return False
    ids = embedded_ids(store.reader, model.model_id)
    name = model.entry.name
    if len(ids) < LEAST_PHOTOS or not _is_outgrown(_read(store.reader, name).get("photos"), len(ids)):
        return False
    labels = model.tagger.labels()
    rare = model.texts.ensembles([fill_templates(text, QUERY_TEMPLATES) for text in rare_things])
    _, photos = embeddings_of(store.reader, model.model_id, sampled(ids, _PHOTOS).tolist())
    asked = labels.vectors[:: -(-len(labels.vectors) // _NAMES)]
    found = fit_to_library(asked, rare, photos=photos, bank=labels.bank) or DEFAULT_MATCHING
    text = json.dumps({"photos": len(ids), "matching": asdict(found)})
    store.writer.do(lambda session: write_setting(session, f"{_FITTED}{name}", text))
    model.matching.now = found
    _log.info("Fitted the search of %s to %d photos: %s", name, len(ids), found)
    return True


def matching_for(reader: Reader, entry: CatalogueEntry) -> Matching:
    """What the model states, else what was fitted to this library, else the default."""
    stated = stated_matching(entry)
    if stated is not None:
        return Matching(stated, stated=True, presence=stated_presence(entry))
    figures = _read(reader, entry.name).get("matching")
    return Matching(MatchCalibration(**figures) if figures else DEFAULT_MATCHING, stated=False)


def forget_fitted_matching(session: WriteSession, name: str) -> None:
    """What other weights of this name were fitted to means nothing any more."""
    drop_setting(session, f"{_FITTED}{name}")


def _read(reader: Reader, name: str) -> dict[str, Any]:
    """What was fitted and to how many photos; nothing when that was done by another form of calibration."""
    text = read_setting(reader, f"{_FITTED}{name}")
    known = json.loads(text) if text else {}
    names = {field.name for field in fields(MatchCalibration)}
    return known if isinstance(known, dict) and set(known.get("matching", ())) == names else {}


def _is_outgrown(known: object, photos: int) -> bool:
    return not isinstance(known, int) or not 1.0 / _OUTGROWN <= photos / max(known, 1) <= _OUTGROWN
