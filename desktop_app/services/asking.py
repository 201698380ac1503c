"""The search box's path: text to tree, tree to probabilities under filters, probabilities to a list that ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.cutoff import FLOOR, CutOff
from desktop_app.domain.fusion import fused_scores
from desktop_app.domain.language.degrees import degrees, positive_terms, sure_part, uncertain_terms
from desktop_app.domain.language_hint import language_hint
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Expression, SearchResult, is_filter
from desktop_app.domain.query_terms import Meaning, SimilarTo
from desktop_app.domain.question import Answer, EndedBy, Question, Reason
from desktop_app.imaging.decode import decode_pixels
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.explaining import reasons_for
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.searching import Searching
from desktop_app.services.term_scores import LibrarySimilarities, TermScores
from desktop_app.services.understanding import Understanding
from desktop_app.store.photos import photo_ids

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

NEAREST = 12
"""How many photos are offered when nothing matches."""

# Keeps a probability of exactly 0 or 1 from outweighing every other opinion in a sum of log-odds.
_SUREST = 1e-4


class Asking:
    """Answers questions in the query language. All calls block; run them off the GUI thread."""

    def __init__(self, store: LibraryStore, models: Models, searching: Searching, understanding: Understanding) -> None:
        self._store = store
        self._models = models
        self._searching = searching
        self._understanding = understanding
        self._similarities = LibrarySimilarities()

    def ask(self, question: Question, *, limit: int | None = None) -> Answer:
        """The answer to a question. Raises QueryProblem (with its place in the text) for what is not understood.

        Raises UserFacingError when the model cannot be loaded or a query picture cannot be read.
        """
        started = time.perf_counter()
        tree = self._understanding.tree(question.text)
        while True:
            judge = self._judge(question, tree)
            if judge is None:
                return self._unranked(question, tree, limit=limit, started=started)
            try:
                return judge.answer(limit, started)
            except UserFacingError:
                # Another model took this one's place while it was asked: ask that one.
                if self._models.active() is judge.model:
                    raise

    def why(self, question: Question, ids: list[PhotoId]) -> dict[PhotoId, tuple[Reason, ...]]:
        """What each term of the question says of some photos, in the order of the text. For a few hundred photos at most."""
        tree = self._understanding.tree(question.text)
        photos = np.array(ids, np.int64)
        judge = self._judge(question, tree, photos=photos)
        return reasons_for(tree, photos, self._store.reader, judge)

    def _judge(self, question: Question, tree: Expression, *, photos: Ids | None = None) -> Judge | None:
        """What weighs the photos that pass the filters; None when there is nothing to weigh."""
        has_pictures = bool(question.like or question.image)
        if is_filter(tree) and not has_pictures:
            return None
        sure, rest = sure_part(tree)
        candidates = self._searching.candidates(And((question.where, sure))) if photos is None else photos
        model = self._models.active()
        index = self._searching.index_of(model)
        scores = TermScores(
            candidates,
            model=model,
            snapshot=index,
            similarities=self._similarities,
            reader=self._store.reader,
        )
        pictures = list(index.vectors[[row for row in index.rows_of(np.array(question.like, np.int64)) if row >= 0]])
        if question.image is not None:
            pictures.append(_embedded(question.image, model))
        if has_pictures and not pictures:
            raise UserFacingError("The photo has not been indexed yet.", "Try again when indexing is done.")
        example = _unit(np.mean(pictures, axis=0)) if pictures else None
        return Judge(question, rest, model, scores, example, self._store)

    def _unranked(self, question: Question, tree: Expression, *, limit: int | None, started: float) -> Answer:
        """Filters alone: every photo that passes, newest first."""
        ids = self._searching.candidates(And((question.where, tree)))
        shown = ids if limit is None else ids[:limit]
        empty = np.empty(0, np.float32)
        result = SearchResult(shown, empty, empty, len(ids), len(ids), time.perf_counter() - started)
        ended_by = EndedBy.LIMIT if len(shown) < len(ids) else EndedBy.CUT_OFF
        return Answer(result, ended_by if len(ids) else EndedBy.NOTHING_MATCHES, len(ids))


@dataclass(frozen=True, slots=True)
class Judge:
    """Weighs the candidates of one question by one model."""

    question: Question
    tree: Expression
    """What is left to judge by degrees when the sure filters have passed."""
    model: ActiveModel
    scores: TermScores
    example: Vectors | None
    """The mean of the example pictures, a unit vector."""
    store: LibraryStore

    def answer(self, limit: int | None, started: float) -> Answer:
        """Rank, end the list, and put the answer together."""
        probabilities, ranking, certain = self._weigh()
        uncut = self.question.everything or not certain
        within = np.arange(len(probabilities)) if uncut else _worth_ranking(probabilities)
        order = within[np.argsort(-ranking[within], kind="stable")]
        best_first = np.sort(probabilities[within])[::-1]
        cut_off = CutOff(self.model.matching.bar, self.question.sensitivity)
        matches = len(order) if uncut else cut_off.length(best_first, terms=self._uncertain())
        if not uncut and matches:
            # The most probable ones are listed; the ranking orders them.
            least = best_first[matches - 1]
            order = order[probabilities[order] >= least]
            matches = len(order)
        listed = order[: matches if limit is None else min(matches, limit)]
        result = SearchResult(
            self.scores.photos[listed],
            self._cosines()[listed],
            probabilities[listed] if certain else np.full(len(listed), np.nan, np.float32),
            self.scores.searched,
            len(self.scores.photos),
            time.perf_counter() - started,
            note=language_hint(_free_text(self.tree), self.model.entry.languages),
        )
        if not matches:
            nearest = order[:NEAREST]
            return Answer(result, EndedBy.NOTHING_MATCHES, 0, self.scores.photos[nearest], probabilities[nearest])
        limited = len(listed) < matches or uncut
        return Answer(result, EndedBy.LIMIT if limited else EndedBy.CUT_OFF, matches)

    def leaf(self, term: Expression) -> Vectors:
        """One term's (or one subtree of filters') probability for each photo."""
        if isinstance(term, Meaning):
            return self.scores.meant(term.text, words_weight=self.question.words_weight)
        if isinstance(term, SimilarTo):
            return self.scores.is_like(self._example_of(term))
        passed = photo_ids(self.store.reader, term)
        return np.isin(self.scores.photos, passed).astype(np.float32)

    def _weigh(self) -> tuple[Vectors, npt.NDArray[np.float64], bool]:
        """Probabilities, ranking scores (higher is better), and whether the probabilities mean anything."""
        has_words = self.tree != And(())
        worded = degrees(self.tree, self.leaf) if has_words else np.empty(0, np.float32)
        if self.example is None:
            return worded, self._fused(worded), True
        if not has_words:
            # Pictures among pictures: an order, but where likeness ends is for the eye to say.
            return (
                self.scores.is_like(self.example),
                self.scores.cosines(self.example, by_text=False).astype(np.float64),
                False,
            )
        weight = self.question.picture_weight
        odds = weight * _log_odds(self.scores.is_like(self.example)) + (1.0 - weight) * _log_odds(worded)
        mixed = np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)
        return mixed, mixed.astype(np.float64), True

    def _fused(self, probabilities: Vectors) -> npt.NDArray[np.float64]:
        """Meaning's and words' rankings as one; probabilities alone when no words were found."""
        text = _free_text(self.tree)
        weight = self.question.words_weight
        written = self.scores.writes(text) if text and weight > 0.0 else np.full(len(probabilities), -1, np.int64)
        if not (written >= 0).any():
            return probabilities.astype(np.float64)
        shown = degrees(self.tree, replace(self, question=replace(self.question, words_weight=0.0)).leaf)
        ranks = np.empty(len(shown), np.int64)
        ranks[np.argsort(-shown, kind="stable")] = np.arange(len(shown))
        return fused_scores(ranks, written, words_weight=weight)

    def _cosines(self) -> Vectors:
        """The cosine similarity to what is ranked by, where that is one thing; else the probabilities say it all."""
        if self.example is not None and self.tree == And(()):
            return self.scores.cosines(self.example, by_text=False)
        first = next((term for term in positive_terms(self.tree) if isinstance(term, Meaning)), None)
        if first is not None:
            return self.scores.cosines(self.model.texts.query(first.text), by_text=True)
        return np.full(len(self.scores.photos), np.nan, np.float32)

    def _uncertain(self) -> int:
        return 1 if self.example is not None else uncertain_terms(self.tree)

    def _example_of(self, term: SimilarTo) -> Vectors:
        """The vector of the photo that `Understanding` looked up."""
        vector = self.scores.vector_of(PhotoId(int(term.reference.removeprefix("#"))))
        if vector is None:
            raise UserFacingError("The photo has not been indexed yet.", "Try again when indexing is done.")
        return vector


def _worth_ranking(probabilities: Vectors) -> npt.NDArray[np.int64]:
    """Photos that can be listed, or else offered as the nearest: sorting a whole library would cost more than weighing it."""
    likely = np.flatnonzero(probabilities >= FLOOR)
    if len(likely) >= NEAREST or len(probabilities) <= NEAREST:
        return likely if len(likely) >= NEAREST else np.arange(len(probabilities))
    return np.sort(np.argpartition(-probabilities, NEAREST)[:NEAREST])


def _free_text(tree: Expression) -> str:
    """All free text that speaks for a photo."""
    return " ".join(term.text for term in positive_terms(tree) if isinstance(term, Meaning))


def _embedded(image: Path, model: ActiveModel) -> Vectors:
    try:
        pixels = decode_pixels(image, model.inference.spec())
    except PhotoSkipped as skip:
        raise UserFacingError(f"{image.name} cannot be searched for: {skip.reason}") from skip
    vector: Vectors = model.inference.embed_images(pixels[None]).result()[0]
    return vector


def _log_odds(probabilities: Vectors) -> Vectors:
    bounded = np.clip(probabilities, _SUREST, 1.0 - _SUREST)
    return np.asarray(np.log(bounded / (1.0 - bounded)), dtype=np.float32)


def _unit(vector: npt.NDArray[np.floating]) -> Vectors:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
