"""What became of a model's embeddings since its vector file was begun, so that the file can follow instead of being built anew.

Triggers number every change of a followed model's embeddings and give it a random token. A vector file notes the last change
that it includes: when number and token are found here, the file belongs to this very history of the library (not to one that
a restored backup undid), and what came later is all it lacks. A model without a vector file is not followed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.model import ModelId
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Followed:
    """How a model's embeddings stand at this moment."""

    lineage: int
    """Which vector file is the one in use: a new one for every file that is begun."""
    revision: int
    """Changes since that file was begun."""
    token: int
    """The last change's random number."""


@dataclass(frozen=True, slots=True)
class EmbeddingChanges:
    """What a file lacks."""

    revision: int
    token: int
    photos: int
    """How many embeddings there are with these changes."""
    gone: npt.NDArray[np.int64]
    """Photos whose embedding was removed or is another one now."""
    ids: npt.NDArray[np.int64]
    vectors: Vectors
    """What to add: float32 [n, D], row by row for `ids`."""


def follow(session: WriteSession, model_id: ModelId) -> Followed:
    """Begin to note a model's changes, for a new vector file. What was noted for an older file is forgotten."""
    connection = session.connection
    unfollow(session, model_id)
    # 63 bits: SQLite's whole numbers are signed, and a file name is easier to read without a sign.
    followed = Followed(secrets.randbits(63), 0, secrets.randbits(63))
    (photos,) = connection.execute("SELECT COUNT(*) FROM embeddings WHERE model_id = ?", [model_id]).fetchone()
    connection.execute(
        "INSERT INTO followed_models (model_id, lineage, revision, token, photos) VALUES (?, ?, 0, ?, ?)",
        [model_id, followed.lineage, followed.token, photos],
    )
    connection.execute(
        "INSERT INTO embedding_changes (model_id, revision, token, photos, content_id) VALUES (?, 0, ?, ?, NULL)",
        [model_id, followed.token, photos],
    )
    return followed


def unfollow(session: WriteSession, model_id: ModelId) -> None:
    """Note a model's changes no more: whatever vector file it has is out of use."""
    for table in ("followed_models", "embedding_changes"):
        session.connection.execute(f"DELETE FROM {table} WHERE model_id = ?", [model_id])


def followed(reader: Reader, model_id: ModelId) -> Followed | None:
    """How a model stands; None when it has no vector file."""
    row = reader.row("SELECT lineage, revision, token FROM followed_models WHERE model_id = ?", [model_id])
    return None if row is None else Followed(*row)


def lineages(reader: Reader) -> dict[int, int]:
    """The lineage of every followed model, by model id."""
    return {row[0]: row[1] for row in reader.rows("SELECT model_id, lineage FROM followed_models")}


def changes_since(reader: Reader, model_id: ModelId, *, revision: int, token: int) -> EmbeddingChanges | None:
    """All later changes; None when this history of the library has no such change."""
    # One statement sees one state of the library: the embeddings belong to the very last change that it lists.
    rows = reader.rows(
        """
        SELECT j.revision, j.token, j.photos, j.content_id, e.vector
        FROM embedding_changes j LEFT JOIN embeddings e ON e.model_id = j.model_id AND e.content_id = j.content_id
        WHERE j.model_id = ? AND j.revision >= ? ORDER BY j.revision
        """,
        [model_id, revision],
    )
    if not rows or (rows[0]["revision"], rows[0]["token"]) != (revision, token):
        return None
    vectors = {row["content_id"]: row["vector"] for row in rows[1:]}
    there = {photo: vector for photo, vector in vectors.items() if vector is not None}
    return EmbeddingChanges(
        rows[-1]["revision"],
        rows[-1]["token"],
        rows[-1]["photos"],
        np.fromiter(vectors, np.int64, count=len(vectors)),
        np.fromiter(there, np.int64, count=len(there)),
        np.array([np.frombuffer(vector, "<f2") for vector in there.values()], np.float32),
    )


def forget_changes(session: WriteSession, model_id: ModelId, *, before: int) -> None:
    """Drop the notes of changes that the vector file includes."""
    session.connection.execute("DELETE FROM embedding_changes WHERE model_id = ? AND revision < ?", [model_id, before])


def _following_trigger(event: str, *, row: str, photos: str) -> str:
    return f"""
    CREATE TRIGGER embedding_{event.lower()} AFTER {event} ON embeddings BEGIN
        UPDATE followed_models SET revision = revision + 1, token = random(), photos = photos {photos}
        WHERE model_id = {row}.model_id;
        INSERT INTO embedding_changes (model_id, revision, token, photos, content_id)
        SELECT model_id, revision, token, photos, {row}.content_id FROM followed_models WHERE model_id = {row}.model_id;
    END
    """


EMBEDDING_CHANGES_SCHEMA: tuple[str, ...] = (
    """
    CREATE TABLE followed_models (
        model_id INTEGER PRIMARY KEY REFERENCES models(id) ON DELETE CASCADE,
        lineage INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        token INTEGER NOT NULL,
        photos INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE embedding_changes (
        model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        token INTEGER NOT NULL,
        photos INTEGER NOT NULL,
        content_id INTEGER,
        PRIMARY KEY (model_id, revision)
    ) STRICT, WITHOUT ROWID
    """,
    _following_trigger("INSERT", row="new", photos="+ 1"),
    _following_trigger("UPDATE", row="new", photos="+ 0"),
    _following_trigger("DELETE", row="old", photos="- 1"),
)
