"""Keeping what was fitted to tags: their backgrounds by model, and tags learned from examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagId
from desktop_app.store.clock import now_text
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FittedTag:
    """How one tag scores over the library."""

    location: float
    spread: float
    best: float
    cut: float
    """Probability at which its list is best cut."""
    words: str
    """Fingerprint of the prompts that it was asked for by."""


@dataclass(frozen=True, slots=True)
class TagFit:
    """All tags as they were fitted for one model."""

    photos: int
    made_with: str
    """Fingerprint of the calibration and the background captions."""
    floors: Mapping[str, float]
    """Lowest probability that is suggested, by strictness."""
    tags: Mapping[TagId, FittedTag]


@dataclass(frozen=True, slots=True)
class StoredLesson:
    """A tag learned from examples."""

    tag_id: TagId
    weights: Vectors
    """float32 [D]."""
    bias: float
    blend: float
    accepted: int
    rejected: int
    precision: float | None
    """By leave-one-out; None where it says nothing."""
    recall: float | None


def tag_fit(reader: Reader, model_id: ModelId) -> TagFit | None:
    """What was fitted for a model."""
    row = reader.row("SELECT photos, made_with, floors FROM tag_fits WHERE model_id = ?", [model_id])
    if row is None:
        return None
    tags = reader.rows(
        "SELECT tag_id, location, spread, best, cut, words FROM tag_backgrounds WHERE model_id = ?", [model_id]
    )
    return TagFit(
        row["photos"],
        row["made_with"],
        {str(name): float(value) for name, value in json.loads(row["floors"]).items()},
        {TagId(each["tag_id"]): FittedTag(*(each[1:])) for each in tags},
    )


def put_tag_fit(session: WriteSession, model_id: ModelId, fit: TagFit) -> None:
    """Keep what was fitted, in place of an earlier fit."""
    session.connection.execute("DELETE FROM tag_fits WHERE model_id = ?", [model_id])
    session.connection.execute(
        "INSERT INTO tag_fits (model_id, photos, made_with, floors) VALUES (?, ?, ?, ?)",
        [model_id, fit.photos, fit.made_with, json.dumps(dict(fit.floors))],
    )
    session.connection.executemany(
        # A tag that was deleted while the fit was made is left out.
        """
        INSERT INTO tag_backgrounds (model_id, tag_id, location, spread, best, cut, words)
        SELECT ?, id, ?, ?, ?, ?, ? FROM tags WHERE id = ?
        """,
        [
            (model_id, tag.location, tag.spread, tag.best, tag.cut, tag.words, tag_id)
            for tag_id, tag in fit.tags.items()
        ],
    )


def lessons(reader: Reader, model_id: ModelId) -> dict[TagId, StoredLesson]:
    """The tags that were learned for a model."""
    rows = reader.rows("SELECT * FROM learned_tags WHERE model_id = ?", [model_id])
    return {
        TagId(row["tag_id"]): StoredLesson(
            TagId(row["tag_id"]),
            np.frombuffer(row["weights"], dtype="<f4").astype(np.float32),
            row["bias"],
            row["blend"],
            row["accepted"],
            row["rejected"],
            row["precision"],
            row["recall"],
        )
        for row in rows
    }


def put_lesson(session: WriteSession, model_id: ModelId, lesson: StoredLesson) -> None:
    """Keep a learned tag, in place of an earlier lesson of the same."""
    session.connection.execute(
        """
        INSERT OR REPLACE INTO learned_tags
            (model_id, tag_id, weights, bias, blend, accepted, rejected, precision, recall, learned_at)
        SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ? FROM tags WHERE id = ?
        """,
        [
            model_id,
            lesson.weights.astype("<f4").tobytes(),
            lesson.bias,
            lesson.blend,
            lesson.accepted,
            lesson.rejected,
            lesson.precision,
            lesson.recall,
            now_text(),
            lesson.tag_id,
        ],
    )


def drop_lessons(session: WriteSession, tag_id: TagId) -> None:
    """Forget what any model learned of a tag; the words alone decide again."""
    session.connection.execute("DELETE FROM learned_tags WHERE tag_id = ?", [tag_id])


def taught_tags(reader: Reader) -> tuple[TagId, ...]:
    """Tags that the person taught some model, by id."""
    return tuple(TagId(row[0]) for row in reader.rows("SELECT DISTINCT tag_id FROM learned_tags ORDER BY tag_id"))


def outdated_lessons(reader: Reader, model_id: ModelId) -> tuple[TagId, ...]:
    """Taught tags about which the person decided something since, or took something back."""
    rows = reader.rows(
        """
        SELECT l.tag_id FROM learned_tags l LEFT JOIN (
            SELECT tag_id, SUM(decision = 'accepted') AS accepted, SUM(decision = 'rejected') AS rejected,
                MAX(decided_at) AS latest
            FROM tag_assignments WHERE decision IS NOT NULL AND tag_id IN (SELECT tag_id FROM learned_tags)
            GROUP BY tag_id
        ) d ON d.tag_id = l.tag_id
        WHERE l.model_id = ? AND ((l.accepted, l.rejected) IS NOT (COALESCE(d.accepted, 0), COALESCE(d.rejected, 0))
            OR d.latest > l.learned_at)
        ORDER BY l.tag_id
        """,
        [model_id],
    )
    return tuple(TagId(row[0]) for row in rows)


def decisions_on(reader: Reader, tag_id: TagId) -> dict[PhotoId, bool]:
    """What the person decided about a tag: True for accepted. Latest decisions first."""
    rows = reader.rows(
        """
        SELECT content_id, decision FROM tag_assignments
        WHERE tag_id = ? AND decision IS NOT NULL ORDER BY decided_at DESC, content_id DESC
        """,
        [tag_id],
    )
    return {PhotoId(row[0]): row[1] == "accepted" for row in rows}


def tags_with_decisions(reader: Reader) -> tuple[TagId, ...]:
    """Tags that the person decided about, by id."""
    rows = reader.rows("SELECT DISTINCT tag_id FROM tag_assignments WHERE decision IS NOT NULL ORDER BY tag_id")
    return tuple(TagId(row[0]) for row in rows)


def embedded_ids(reader: Reader, model_id: ModelId) -> npt.NDArray[np.int64]:
    """The photos that a model has embedded, by rising id."""
    return reader.numbers("SELECT content_id FROM embeddings WHERE model_id = ? ORDER BY content_id", [model_id])
