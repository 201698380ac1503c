"""Why a photo is in a list: what each term of the question says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.domain.language.chips import Chip, ChipKind, chips
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Expression
from desktop_app.domain.query_terms import Meaning, Words
from desktop_app.domain.question import Reason, ReasonKind
from desktop_app.domain.words import telling_words, words_of
from desktop_app.services.term_scores import TermScores
from desktop_app.store.photo_sets import photos_where
from desktop_app.store.reader import Reader
from desktop_app.store.search_texts import FIELDS, PERSONAL_FIELDS, texts_of

Ids = npt.NDArray[np.int64]

_FIELD_NAMES = {"name": "file name", "tags": "tag", "machine_tags": "tag"}


class Weighed(Protocol):
    """What weighed the photos: a judge of one question."""

    @property
    def scores(self) -> TermScores:
        """Probabilities by term."""
        ...

    def likeness(self) -> npt.NDArray[np.float32] | None:
        """Probability that each photo is like the example pictures."""
        ...

    def leaf(self, term: Expression) -> npt.NDArray[np.float32]:
        """One term's probability for each photo."""
        ...


def reasons_for(
    tree: Expression, photos: Ids, reader: Reader, judge: Weighed | None
) -> dict[PhotoId, tuple[Reason, ...]]:
    """The reasons of each photo, one for every term, in the order of the text."""
    texts = texts_of(reader, photos.tolist())
    reasons: dict[PhotoId, list[Reason]] = {PhotoId(photo): [] for photo in photos.tolist()}
    alike = None if judge is None else judge.likeness()
    if alike is not None:
        for photo, likeness in zip(photos.tolist(), alike, strict=True):
            reasons[PhotoId(photo)].append(Reason(ReasonKind.PICTURE, "the example", round(float(likeness), 4)))
    for chip in chips(tree):
        for photo, found in zip(photos.tolist(), _of_term(chip, photos, reader=reader, judge=judge), strict=True):
            reasons[PhotoId(photo)].append(_with_texts(found, chip, texts.get(photo, {})))
    return {photo: tuple(found) for photo, found in reasons.items()}


def _of_term(chip: Chip, photos: Ids, *, reader: Reader, judge: Weighed | None) -> list[Reason]:
    if judge is not None and isinstance(chip.term, Meaning):
        probabilities, kind = judge.leaf(chip.term), ReasonKind.MEANING
    elif judge is not None and chip.kind is ChipKind.SIMILAR:
        probabilities, kind = judge.leaf(chip.term), ReasonKind.PICTURE
    else:
        probabilities = np.isin(photos, photos_where(reader, chip.term, among=photos.tolist())).astype(np.float32)
        kind = ReasonKind.WORDS if isinstance(chip.term, Words) else ReasonKind.FILTER
    return [Reason(kind, chip.text, round(float(value), 4), chip.negated, (), chip.span) for value in probabilities]


def _with_texts(reason: Reason, chip: Chip, texts: Mapping[str, tuple[str, ...]]) -> Reason:
    """The reason with the texts that the term's words stand in."""
    if isinstance(chip.term, Words):
        wanted = words_of(chip.term.text)
        found = _where(texts, FIELDS, lambda words: _has_phrase(words, wanted))
    elif isinstance(chip.term, Meaning):
        telling = set(telling_words(chip.term.text))
        found = _where(texts, PERSONAL_FIELDS, lambda words: bool(telling & set(words)))
    else:
        return reason
    return replace(reason, found=found)


def _where(
    texts: Mapping[str, tuple[str, ...]], fields: Iterable[str], fits: Callable[[list[str]], bool]
) -> tuple[str, ...]:
    return tuple(
        f"{_FIELD_NAMES.get(field, field)}: {text}"
        for field in fields
        for text in texts.get(field, ())
        if fits(words_of(text))
    )


def _has_phrase(words: list[str], wanted: list[str]) -> bool:
    return any(words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1))
