"""The search box's path: text to tree, tree to probabilities under filters, probabilities to a list that ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.cutoff import FLOOR
from desktop_app.domain.fusion import fused_scores
from desktop_app.domain.language.degrees import degrees, leaves, positive_terms, sure_part, uncertain_terms
from desktop_app.domain.language_hint import language_hint
from desktop_app.domain.negation_hint import negation_hint
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.pooling import pooled
from desktop_app.domain.query import And, Expression, Filter, is_filter
from desktop_app.domain.query_terms import Meaning, SimilarTo
from desktop_app.domain.question import Answer, Question, Reason
from desktop_app.domain.weighed import Weighed, worth_ranking
from desktop_app.ml.unit_vector import unit
from desktop_app.ml.vectors.snapshot import IndexSnapshot
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.explaining import reasons_for
from desktop_app.services.library_similarities import QueryVector
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.photo_filters import PhotoFilters
from desktop_app.services.query_pictures import QueryPictures
from desktop_app.services.searching import Searching
from desktop_app.services.term_scores import TermScores
from desktop_app.services.understanding import Understanding

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

# Photos down to this fraction of the least probability that can be listed are compared exactly: an 8-bit similarity moves a
# probability by a tenth of itself at most.
_ROUGHLY = 2.0

# More photos than this are never compared exactly (some milliseconds); those behind them keep the 8-bit order, whose errors
# of a thousandth nobody sees at the four thousandth place.
_COMPARED = 4096

# Cosine similarity from which two photos are one picture, saved twice.
_SAME_PICTURE = 0.99


class Asking:
    """Answers questions in the query language. All calls block; run them off the GUI thread."""

    def __init__(self, store: LibraryStore, models: Models, searching: Searching, understanding: Understanding) -> None:
        self._store = store
        self._models = models
        self._searching = searching
        self._understanding = understanding
        self._pictures = QueryPictures()

    def ask(self, question: Question, *, limit: int | None = None) -> Answer:
        """The answer to a question. Raises QueryProblem (with its place in the text) for what is not understood.

        Raises UserFacingError when the model cannot be loaded or a query picture cannot be read.
        """
        started = time.perf_counter()
        weighed = self.weigh(question)
        answer = weighed.answer(
            sensitivity=question.sensitivity,
            generosity=question.generosity,
            everything=question.everything,
            limit=limit,
        )
        return replace(answer, result=replace(answer.result, seconds=time.perf_counter() - started))

    def weigh(self, question: Question) -> Weighed:
        """All photos that pass the filters, weighed: answers for any sensitivity follow from it at once.

        Raises as `ask` does.
        """
        started = time.perf_counter()
        tree = self._understanding.tree(question.text)
        weighed = self._weighed(question, tree, started)
        if not len(weighed.photos):
            self._understanding.check_found_nothing(tree)
        return weighed

    def _weighed(self, question: Question, tree: Expression, started: float) -> Weighed:
        if not _has_degrees(question, tree):
            photos = self._searching.candidates(_all_of(question.where, tree), stacks=question.stacks)
            return Weighed(photos, len(photos), time.perf_counter() - started)
        while True:
            model = self._models.active()
            try:
                return self._weigh(question, tree, model, started)
            except UserFacingError:
                # Another model took this one's place while it was asked: ask that one.
                if self._models.active() is model:
                    raise

    def _weigh(self, question: Question, tree: Expression, model: ActiveModel, started: float) -> Weighed:
        def weighed(index: IndexSnapshot) -> Weighed:
            return self._judge(question, tree, model=model, index=index).weighed(started)

        return self._searching.with_index(model, weighed)

    def why(self, question: Question, ids: list[PhotoId]) -> dict[PhotoId, tuple[Reason, ...]]:
        """What each term of the question says of some photos, in the order of the text. For a few hundred photos at most."""
        tree = self._understanding.tree(question.text)
        photos = np.array(ids, np.int64)
        reader = self._store.reader
        if not _has_degrees(question, tree):
            return reasons_for(tree, photos, reader, None)
        model = self._models.active()

        def reasons(index: IndexSnapshot) -> dict[PhotoId, tuple[Reason, ...]]:
            judge = self._judge(question, tree, model=model, index=index, photos=photos)
            judge.compare()
            return reasons_for(tree, photos, reader, judge)

        return self._searching.with_index(model, reasons)

    def moments(self, question: Question, ids: Sequence[int] | Ids) -> dict[PhotoId, float]:
        """At which second each video among some photos matches the question best; empty where nothing is looked for."""
        tree = self._understanding.tree(question.text)
        if not _has_degrees(question, tree):
            return {}
        model = self._models.active()
        videos = np.intersect1d(np.asarray(ids, np.int64), self._searching.moments_of(model).ids)
        if not len(videos):
            return {}

        def seconds(index: IndexSnapshot) -> dict[PhotoId, float]:
            judge = self._judge(question, tree, model=model, index=index, photos=videos)
            vector = judge.looked_for()
            if vector is None:
                return {}
            found = self._searching.moments_of(model).seconds_of(judge.scores.photos, vector)
            return {PhotoId(video): second for video, second in found.items()}

        return self._searching.with_index(model, seconds)

    def _judge(
        self,
        question: Question,
        tree: Expression,
        *,
        model: ActiveModel,
        index: IndexSnapshot,
        photos: Ids | None = None,
    ) -> Judge:
        """What weighs the photos that pass the filters, or those given, in the same way."""
        sure, rest = sure_part(tree)
        scores = TermScores(
            self._searching.candidates_for(_all_of(question.where, sure), index, stacks=question.stacks),
            model=model,
            snapshot=index,
            moments=self._searching.moments_of(model),
            similarities=self._searching.similarities,
            reader=self._store.reader,
        )
        if photos is not None:
            scores = scores.about(photos)
        pictures = list(index.vectors_of(question.like))
        if question.image is not None:
            pictures.append(self._pictures.vector(question.image, model))
        if question.like and not pictures:
            raise _not_indexed()
        example = unit(np.mean(pictures, axis=0)) if pictures else None
        return Judge(question, rest, model, scores, example, self._searching.filters)


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
    filters: PhotoFilters

    def weighed(self, started: float) -> Weighed:
        """What the question's terms together say of every candidate."""
        self.scores.scan(self._queries())
        probabilities = self.probabilities()
        # All photos were compared roughly: those that can be listed, or offered as the nearest, are compared exactly.
        near = worth_ranking(probabilities, at_least=FLOOR / _ROUGHLY, at_most=_COMPARED)
        likely = replace(self, scores=self.scores.at(near))
        likely.compare()
        probabilities[near] = likely.probabilities()
        text = _free_text(self.tree)
        return Weighed(
            self.scores.photos,
            self.scores.searched,
            time.perf_counter() - started,
            probabilities=probabilities,
            ranking=self._ranking(probabilities),
            cosines=self._cosines(),
            bar=self.model.matching.now.bar,
            terms=self._uncertain(),
            note=language_hint(text, self.model.entry.languages) or negation_hint(text),
        )

    def compare(self) -> None:
        """Make all that is said of the photos exact. For some thousands of photos at most."""
        self.scores.refine(self._queries())

    def leaf(self, term: Expression) -> Vectors:
        """One term's (or one subtree of filters') probability for each photo."""
        if isinstance(term, Meaning):
            return self.scores.meant(term.text, words_weight=self.question.words_weight)
        if isinstance(term, SimilarTo):
            return self._like(self._example_of(term), [_row_of(term)])
        table = self.filters.passing(term)
        return table[np.minimum(self.scores.photos, len(table) - 1)].astype(np.float32)

    def likeness(self) -> Vectors | None:
        """Probability that each photo is like the example pictures; None where there are none."""
        return None if self.example is None else self._like(self.example, self.question.like)

    def looked_for(self) -> Vectors | None:
        """The unit vector of what the question wants to see: its first free text, or its example pictures."""
        first = next((term for term in positive_terms(self.tree) if isinstance(term, Meaning)), None)
        return self.example if first is None else self.model.texts.query(first.text)

    @property
    def _pictures_alone(self) -> bool:
        """Nothing was said beside the example pictures: likeness is all that counts."""
        return self.example is not None and self.tree == And(())

    def _queries(self) -> list[QueryVector]:
        """All that the photos are compared with."""
        queries = [] if self.example is None else [QueryVector(self.example, by_text=False)]
        for term in leaves(self.tree):
            if isinstance(term, Meaning):
                queries.append(self.scores.text(term.text))
            elif isinstance(term, SimilarTo):
                queries.append(QueryVector(self._example_of(term), by_text=False))
        return queries

    def probabilities(self) -> Vectors:
        """That each photo is what was asked for."""
        if self.example is None:
            return degrees(self.tree, self.leaf)
        if self._pictures_alone:
            return self._like(self.example, self.question.like)
        alike, meant = self._likeness_beside_words(self.example), degrees(self.tree, self.leaf)
        return pooled(alike, meant, picture_weight=self.question.picture_weight)

    def _likeness_beside_words(self, example: Vectors) -> Vectors:
        """Likeness to the example pictures; they themselves are no more like it than the likest other photo, or no word could
        move them from the head of the list. The more the picture outweighs the words, the more they are.
        """
        alike, itself = self.scores.is_like(example), self._is_example(example, self.question.like)
        others = float(alike[~itself].max(initial=0.0))
        outweighs = max(0.0, 2.0 * self.question.picture_weight - 1.0)
        return np.where(itself, np.float32(others + outweighs * (1.0 - others)), alike)

    def _like(self, vector: Vectors, examples: Sequence[int]) -> Vectors:
        """Likeness to an example; the example photos themselves are like it, whatever the library's spread makes of them."""
        return np.where(self._is_example(vector, examples), np.float32(1.0), self.scores.is_like(vector))

    def _is_example(self, vector: Vectors, examples: Sequence[int]) -> npt.NDArray[np.bool_]:
        same = self.scores.cosines(QueryVector(vector, by_text=False)) >= _SAME_PICTURE
        return np.isin(self.scores.photos, np.array(examples, np.int64)) | same

    def _ranking(self, probabilities: Vectors) -> npt.NDArray[np.float64]:
        """What orders the list, higher is better."""
        if self.example is None:
            return self._fused(probabilities)
        if self._pictures_alone:
            return self.scores.cosines(QueryVector(self.example, by_text=False)).astype(np.float64)
        return probabilities.astype(np.float64)

    def _fused(self, probabilities: Vectors) -> npt.NDArray[np.float64]:
        """Meaning's and words' rankings as one; probabilities alone when no words were found."""
        text = _free_text(self.tree)
        weight = self.question.words_weight
        written = self.scores.writes(text) if text and weight > 0.0 else None
        if written is None:
            return probabilities.astype(np.float64)
        shown = degrees(self.tree, replace(self, question=replace(self.question, words_weight=0.0)).leaf)
        ranks = np.empty(len(shown), np.int64)
        ranks[np.argsort(-shown, kind="stable")] = np.arange(len(shown))
        return fused_scores(ranks, written, words_weight=weight)

    def _cosines(self) -> Vectors:
        """The cosine similarity to what is ranked by, where that is one thing; else the probabilities say it all."""
        if self.example is not None and self._pictures_alone:
            return self.scores.cosines(QueryVector(self.example, by_text=False))
        first = next((term for term in positive_terms(self.tree) if isinstance(term, Meaning)), None)
        if first is not None:
            return self.scores.cosines(self.scores.text(first.text))
        return np.full(len(self.scores.photos), np.nan, np.float32)

    def _uncertain(self) -> int:
        return 1 if self.example is not None else uncertain_terms(self.tree)

    def _example_of(self, term: SimilarTo) -> Vectors:
        """The vector of the photo that `Understanding` looked up."""
        vector = self.scores.vector_of(_row_of(term))
        if vector is None:
            raise _not_indexed()
        return vector


def _all_of(*filters: Filter) -> Filter:
    """What passes every filter; in its plainest form, under which it is remembered."""
    return And(tuple(part for part in filters if part != And(())))


def _has_degrees(question: Question, tree: Expression) -> bool:
    """Whether there is anything to weigh: filters alone only let photos pass."""
    return bool(question.like or question.image) or not is_filter(tree)


def _not_indexed() -> UserFacingError:
    return UserFacingError("The photo has not been indexed yet.", "Try again when indexing is done.")


def _row_of(term: SimilarTo) -> PhotoId:
    """The example photo, by the row id that `Understanding` looked up."""
    return PhotoId(int(term.reference.removeprefix("#")))


def _free_text(tree: Expression) -> str:
    """All free text that speaks for a photo."""
    return " ".join(term.text for term in positive_terms(tree) if isinstance(term, Meaning))
