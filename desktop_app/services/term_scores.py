"""Probabilities of a question's terms for a set of photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.words import telling_words
from desktop_app.ml.calibration import Background
from desktop_app.ml.matching import PictureCalibration, QueryBackground, sigmoid
from desktop_app.ml.moment_index import MomentIndex
from desktop_app.ml.presence import Words, commonness, familiarity
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.library_similarities import EVERYTHING, LibrarySimilarities, QueryVector, Scope
from desktop_app.store.reader import Reader
from desktop_app.store.search_texts import ranked_matches

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

# Words that stand in a photo's own title, tags or file name are nearly always true of it, but not always.
WORDS_ARE_TRUE = 0.9

_PICTURES = PictureCalibration()


class TermScores:
    """What each term of one question says of `photos`, by one model. Methods raise DamagedVectors."""

    def __init__(
        self,
        photos: Ids,
        *,
        model: ActiveModel,
        snapshot: IndexSnapshot,
        moments: MomentIndex,
        similarities: LibrarySimilarities,
        reader: Reader,
        scope: Scope | None = None,
    ) -> None:
        """`scope`: what the photos are judged within; what they make up themselves if it is not given."""
        self.photos = photos
        self._model = model
        self._snapshot = snapshot
        self._moments = moments
        self._similarities = similarities
        self._reader = reader
        self._written: dict[str, Ids] = {}
        # None where every photo is known, and a slice where they are the whole index: choosing them would cost copies.
        self._known: npt.NDArray[np.bool_] | None = None
        self._rows: Ids | slice = slice(None)
        if photos is not snapshot.ids:
            rows = snapshot.rows_of(photos)
            self._known = None if (rows >= 0).all() else rows >= 0
            self._rows = rows if self._known is None else rows[self._known]
        self.scope = scope or Scope.of(self._rows if isinstance(self._rows, np.ndarray) else None, snapshot)

    def at(self, positions: Ids) -> TermScores:
        """The same for some of the photos, judged as they are among all of these."""
        return self._part(self.photos[positions], self.scope)

    def about(self, photos: Ids) -> TermScores:
        """The same for any photos: judged as they are among these, if they are all of them among these."""
        narrow = self.scope is not EVERYTHING and np.isin(photos, self.photos).all()
        return self._part(photos, self.scope if narrow else EVERYTHING)

    def _part(self, photos: Ids, scope: Scope) -> TermScores:
        part = TermScores(
            photos,
            model=self._model,
            snapshot=self._snapshot,
            moments=self._moments,
            similarities=self._similarities,
            reader=self._reader,
            scope=scope,
        )
        part._written = self._written
        return part

    @property
    def searched(self) -> int:
        """Photos that have an embedding."""
        return len(self.photos) if self._known is None else int(self._known.sum())

    def text(self, text: str) -> QueryVector:
        """What a text is compared by."""
        weight = self._model.matching.now.mean_weight
        return QueryVector(self._model.texts.query(text), by_text=True, mean_weight=weight)

    def scan(self, queries: Sequence[QueryVector]) -> None:
        """Compare all that a question names with the library in one pass, before its terms are asked for one by one."""
        self._similarities.of_all(self._snapshot, queries, self.scope)

    def refine(self, queries: Sequence[QueryVector]) -> None:
        """Make all that is said of these photos exact. For some thousands of photos at most."""
        rows = self._rows if isinstance(self._rows, np.ndarray) else np.arange(len(self._snapshot))
        self._similarities.refine(self._snapshot, queries, rows, self.scope)

    def cosines(self, query: QueryVector) -> Vectors:
        """Cosine similarities of the photos; -1 for those without an embedding."""
        return self._of_photos(self._judged(query)[0], absent=-1.0)

    def vector_of(self, photo_id: PhotoId) -> Vectors | None:
        """The embedding of a photo of the library; None when it has none yet."""
        vectors = self._snapshot.vectors_of([photo_id])
        return vectors[0] if len(vectors) else None

    def shows(self, text: str) -> Vectors:
        """Probability that each photo shows what the text says; 0 for photos without an embedding."""
        vector = self.text(text)
        cosines, query = self._judged(vector)
        background = self._snapshot.background
        photos = Background(background.mean[self._rows], background.deviation[self._rows])
        odds = self._model.matching.now.log_odds(cosines, photos, query) + self._doubt(text, vector, query)
        return self._of_photos(sigmoid(odds), absent=0.0)

    def _doubt(self, text: str, vector: QueryVector, query: QueryBackground) -> np.float32:
        """What to add to all photos' log-odds, for the best of them to say whether anything matches at all."""
        matching = self._model.matching
        if matching.presence is None:
            return np.float32(0.0)
        tagger = self._model.tagger
        words = Words(familiarity(vector.vector, tagger.known_texts()), commonness(text, tagger.common_words))
        return np.float32(matching.now.doubt(query, matching.presence.margin(query, words)))

    def is_like(self, vector: Vectors) -> Vectors:
        """Probability that each photo is like an example given as a unit vector."""
        cosines, query = self._judged(QueryVector(vector, by_text=False))
        return self._of_photos(sigmoid(_PICTURES.log_odds(cosines, query)), absent=0.0)

    def writes(self, text: str) -> Ids | None:
        """Rank by BM25 of the photos that have the text's telling words written about them, -1 for the others; None when
        none has.
        """
        if text not in self._written:
            self._written[text] = ranked_matches(self._reader, telling_words(text))[0]
        ids = self._written[text]
        if not len(ids) or not len(self.photos):
            return None
        table = np.full(int(max(ids.max(), self.photos.max())) + 1, -1, np.int64)
        table[ids] = np.arange(len(ids))
        ranks = table[self.photos]
        return ranks if (ranks >= 0).any() else None

    def meant(self, text: str, *, words_weight: float) -> Vectors:
        """Probability of free text by what a photo shows or what is written about it, each as far as its weight lets it."""
        shown = np.zeros(len(self.photos), np.float32)
        if words_weight < 1.0:
            shown = self.shows(text) * np.float32(min(1.0, 2.0 * (1.0 - words_weight)))
        written = self.writes(text) if words_weight > 0.0 else None
        if written is None:
            return shown
        true = (written >= 0) * np.float32(WORDS_ARE_TRUE * min(1.0, 2.0 * words_weight))
        return np.asarray(1.0 - (1.0 - shown) * (1.0 - true), dtype=np.float32)

    def _judged(self, query: QueryVector) -> tuple[Vectors, QueryBackground]:
        """Cosine similarities of the photos that have an embedding, a video's by its best moment, and what they are to be
        measured against.
        """
        known = self._similarities.of(self._snapshot, query, self.scope)
        cosines = self._moments.lifted(known.cosines, self._snapshot, query.vector, by_text=query.by_text)
        return cosines[self._rows], known.background

    def _of_photos(self, values: Vectors, *, absent: float) -> Vectors:
        if self._known is None:
            return values
        chosen = np.full(len(self.photos), absent, np.float32)
        chosen[self._known] = values
        return chosen
