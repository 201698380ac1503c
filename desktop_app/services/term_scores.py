"""Probabilities of a question's terms for a set of photos."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.words import telling_words
from desktop_app.ml.calibration import Background
from desktop_app.ml.matching import PictureCalibration, QueryBackground, sigmoid
from desktop_app.ml.moment_index import MomentIndex
from desktop_app.ml.vector_index import IndexSnapshot
from desktop_app.services.active_model import ActiveModel
from desktop_app.store.reader import Reader
from desktop_app.store.search_texts import ranked_matches

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

# Words that stand in a photo's own title, tags or file name are nearly always true of it, but not always.
WORDS_ARE_TRUE = 0.9

_PICTURES = PictureCalibration()

# Similarities of a whole library are kept for the latest terms, so that moving a slider or adding a filter costs nothing.
_REMEMBERED = 8


class LibrarySimilarities:
    """Similarities of query vectors to every photo of an index snapshot, the latest few remembered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[bool, bytes], tuple[IndexSnapshot, Vectors, QueryBackground]] = OrderedDict()

    def of(self, snapshot: IndexSnapshot, vector: Vectors, *, by_text: bool) -> tuple[Vectors, QueryBackground]:
        """Cosine similarities [N] of a unit vector, and what they are to be measured against."""
        key = (by_text, vector.tobytes())
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] is snapshot:
                self._kept.move_to_end(key)
                return kept[1], kept[2]
        similarities = snapshot.vectors @ vector
        # A text's lead over the background captions; pictures are compared as they are.
        background = QueryBackground.of(similarities - snapshot.background.mean if by_text else similarities)
        with self._lock:
            self._kept[key] = (snapshot, similarities, background)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return similarities, background


class TermScores:
    """What each term of one question says of `photos`, by one model."""

    def __init__(
        self,
        photos: Ids,
        *,
        model: ActiveModel,
        snapshot: IndexSnapshot,
        moments: MomentIndex,
        similarities: LibrarySimilarities,
        reader: Reader,
    ) -> None:
        self.photos = photos
        self._model = model
        self._snapshot = snapshot
        self._moments = moments
        self._similarities = similarities
        self._reader = reader
        self._rows = snapshot.rows_of(photos)
        self._known = self._rows >= 0

    @property
    def searched(self) -> int:
        """Photos that have an embedding."""
        return int(self._known.sum())

    def cosines(self, vector: Vectors, *, by_text: bool) -> Vectors:
        """Cosine similarities of the photos; -1 for those without an embedding."""
        similarities, _ = self._of_library(vector, by_text=by_text)
        return self._of_photos(similarities, absent=-1.0)

    def vector_of(self, photo_id: PhotoId) -> Vectors | None:
        """The embedding of a photo of the library; None when it has none yet."""
        row = int(self._snapshot.rows_of(np.array([photo_id], np.int64))[0])
        return self._snapshot.vectors[row] if row >= 0 else None

    def shows(self, text: str) -> Vectors:
        """Probability that each photo shows what the text says; 0 for photos without an embedding."""
        similarities, background = self._of_library(self._model.texts.query(text), by_text=True)
        rows = self._rows[self._known]
        photos = Background(self._snapshot.background.mean[rows], self._snapshot.background.deviation[rows])
        found = self._model.matching.now.probabilities(similarities[rows], photos, background)
        probabilities = np.zeros(len(self.photos), np.float32)
        probabilities[self._known] = found
        return probabilities

    def is_like(self, vector: Vectors) -> Vectors:
        """Probability that each photo is like an example given as a unit vector."""
        similarities, background = self._of_library(vector, by_text=False)
        odds = _PICTURES.log_odds(similarities, background)
        return self._of_photos(sigmoid(odds), absent=0.0)

    def writes(self, text: str) -> npt.NDArray[np.int64]:
        """Rank by BM25 of the photos that have the text's telling words written about them; -1 for the others."""
        ids, _ = ranked_matches(self._reader, telling_words(text))
        ranks = np.full(len(self.photos), -1, np.int64)
        if len(ids) and len(self.photos):
            table = np.full(int(max(ids.max(), self.photos.max())) + 1, -1, np.int64)
            table[ids] = np.arange(len(ids))
            ranks = table[self.photos]
        return ranks

    def meant(self, text: str, *, words_weight: float) -> Vectors:
        """Probability of free text by what a photo shows or what is written about it, each as far as its weight lets it."""
        shown = np.zeros(len(self.photos), np.float32)
        if words_weight < 1.0:
            shown = self.shows(text) * min(1.0, 2.0 * (1.0 - words_weight))
        if words_weight <= 0.0:
            return np.asarray(shown, dtype=np.float32)
        written = (self.writes(text) >= 0) * (WORDS_ARE_TRUE * min(1.0, 2.0 * words_weight))
        return np.asarray(1.0 - (1.0 - shown) * (1.0 - written), dtype=np.float32)

    def _of_library(self, vector: Vectors, *, by_text: bool) -> tuple[Vectors, QueryBackground]:
        """Similarities of all photos, a video's by its best moment, and what they are to be measured against."""
        similarities, background = self._similarities.of(self._snapshot, vector, by_text=by_text)
        return self._moments.lifted(similarities, self._snapshot, vector, by_text=by_text), background

    def _of_photos(self, values: Vectors, *, absent: float) -> Vectors:
        chosen = np.full(len(self.photos), absent, np.float32)
        chosen[self._known] = values[self._rows[self._known]]
        return chosen
