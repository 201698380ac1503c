"""The search box's path: text to tree, tree to probabilities under filters, probabilities to a list that ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.fusion import fused_scores
from desktop_app.domain.language.degrees import degrees, positive_terms, sure_part, uncertain_terms
from desktop_app.domain.language_hint import language_hint
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import And, Expression, is_filter
from desktop_app.domain.query_terms import Meaning, SimilarTo
from desktop_app.domain.question import Answer, Question, Reason
from desktop_app.domain.weighed import Weighed
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.explaining import reasons_for
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.query_pictures import QueryPictures
from desktop_app.services.searching import Searching
from desktop_app.services.term_scores import LibrarySimilarities, TermScores
from desktop_app.services.understanding import Understanding
from desktop_app.store.photos import photo_ids

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

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
        self._pictures = QueryPictures()

    def ask(self, question: Question, *, limit: int | None = None) -> Answer:
        """The answer to a question. Raises QueryProblem (with its place in the text) for what is not understood.

        Raises UserFacingError when the model cannot be loaded or a query picture cannot be read.
        """
        started = time.perf_counter()
        weighed = self.weigh(question)
        answer = weighed.answer(sensitivity=question.sensitivity, everything=question.everything, limit=limit)
        return replace(answer, result=replace(answer.result, seconds=time.perf_counter() - started))

    def weigh(self, question: Question) -> Weighed:
        """All photos that pass the filters, weighed: answers for any sensitivity follow from it at once.

        Raises as `ask` does.
        """
        started = time.perf_counter()
        tree = self._understanding.tree(question.text)
        while True:
            judge = self._judge(question, tree)
            if judge is None:
                photos = self._searching.candidates(And((question.where, tree)), stacks=question.stacks)
                return Weighed(photos, len(photos), time.perf_counter() - started)
            try:
                return judge.weighed(started)
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

    def moments(self, question: Question, ids: list[PhotoId]) -> dict[PhotoId, float]:
        """At which second each video among some photos matches the question best; empty where nothing is looked for."""
        tree = self._understanding.tree(question.text)
        judge = self._judge(question, tree, photos=np.array(ids, np.int64))
        vector = None if judge is None else judge.looked_for()
        if judge is None or vector is None:
            return {}
        found = self._searching.moments_of(judge.model).seconds_of(judge.scores.photos, vector)
        return {PhotoId(video): second for video, second in found.items()}

    def _judge(self, question: Question, tree: Expression, *, photos: Ids | None = None) -> Judge | None:
        """What weighs the photos that pass the filters; None when there is nothing to weigh."""
        has_pictures = bool(question.like or question.image)
        if is_filter(tree) and not has_pictures:
            return None
        sure, rest = sure_part(tree)
        if photos is None:
            candidates = self._searching.candidates(And((question.where, sure)), stacks=question.stacks)
        else:
            candidates = photos
        model = self._models.active()
        index = self._searching.index_of(model)
        scores = TermScores(
            candidates,
            model=model,
            snapshot=index,
            moments=self._searching.moments_of(model),
            similarities=self._similarities,
            reader=self._store.reader,
        )
        pictures = list(index.vectors[[row for row in index.rows_of(np.array(question.like, np.int64)) if row >= 0]])
        if question.image is not None:
            pictures.append(self._pictures.vector(question.image, model))
        if has_pictures and not pictures:
            raise UserFacingError("The photo has not been indexed yet.", "Try again when indexing is done.")
        example = _unit(np.mean(pictures, axis=0)) if pictures else None
        return Judge(question, rest, model, scores, example, self._store)


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

    def weighed(self, started: float) -> Weighed:
        """What the question's terms together say of every candidate."""
        probabilities, ranking, certain = self._weigh()
        return Weighed(
            self.scores.photos,
            self.scores.searched,
            time.perf_counter() - started,
            probabilities=probabilities,
            ranking=ranking,
            cosines=self._cosines(),
            certain=certain,
            bar=self.model.matching.now.bar,
            terms=self._uncertain(),
            note=language_hint(_free_text(self.tree), self.model.entry.languages),
        )

    def leaf(self, term: Expression) -> Vectors:
        """One term's (or one subtree of filters') probability for each photo."""
        if isinstance(term, Meaning):
            return self.scores.meant(term.text, words_weight=self.question.words_weight)
        if isinstance(term, SimilarTo):
            return self.scores.is_like(self._example_of(term))
        passed = photo_ids(self.store.reader, term)
        return np.isin(self.scores.photos, passed).astype(np.float32)

    def looked_for(self) -> Vectors | None:
        """The unit vector of what the question wants to see: its first free text, or its example pictures."""
        first = next((term for term in positive_terms(self.tree) if isinstance(term, Meaning)), None)
        return self.example if first is None else self.model.texts.query(first.text)

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


def _free_text(tree: Expression) -> str:
    """All free text that speaks for a photo."""
    return " ".join(term.text for term in positive_terms(tree) if isinstance(term, Meaning))


def _log_odds(probabilities: Vectors) -> Vectors:
    bounded = np.clip(probabilities, _SUREST, 1.0 - _SUREST)
    return np.asarray(np.log(bounded / (1.0 - bounded)), dtype=np.float32)


def _unit(vector: npt.NDArray[np.floating]) -> Vectors:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
