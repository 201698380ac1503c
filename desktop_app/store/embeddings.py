"""Embeddings and text embeddings, keyed by (content, model) and (prompts, model)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoId
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

Vectors = npt.NDArray[np.float32]


def put_model(session: WriteSession, name: str) -> ModelId:
    """The row of a model, made on first use."""
    session.connection.execute("INSERT INTO models (name) VALUES (?) ON CONFLICT (name) DO NOTHING", [name])
    return ModelId(session.connection.execute("SELECT id FROM models WHERE name = ?", [name]).fetchone()[0])


def embedded_counts(reader: Reader) -> dict[str, int]:
    """How many embeddings each model of this library has, by name."""
    rows = reader.rows(
        "SELECT m.name, COUNT(e.content_id) AS n FROM models m LEFT JOIN embeddings e ON e.model_id = m.id GROUP BY m.id"
    )
    return {row["name"]: row["n"] for row in rows}


def load_embeddings(
    reader: Reader, model_id: ModelId, *, chunk: int = 4096
) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
    """All embeddings of a model in chunks of (content ids [n], vectors float32 [n, D])."""
    sql = "SELECT content_id, vector FROM embeddings WHERE model_id = ? ORDER BY content_id"
    for rows in reader.chunks(sql, [model_id], size=chunk):
        yield _stacked([(row[0], row[1]) for row in rows])


def embeddings_of(
    reader: Reader, model_id: ModelId, content_ids: Sequence[int]
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """The embeddings of some photos, as (ids, vectors); photos without one are left out."""
    found: list[tuple[int, bytes]] = []
    # SQLite allows 32,766 values in one statement.
    for start in range(0, len(content_ids), 10_000):
        part = [int(content_id) for content_id in content_ids[start : start + 10_000]]
        marks = ",".join("?" * len(part))
        rows = reader.rows(
            f"SELECT content_id, vector FROM embeddings WHERE model_id = ? AND content_id IN ({marks})",
            [model_id, *part],
        )
        found.extend((row[0], row[1]) for row in rows)
    return _stacked(found)


def _stacked(rows: Sequence[tuple[int, bytes]]) -> tuple[npt.NDArray[np.int64], Vectors]:
    if not rows:
        return np.empty(0, np.int64), np.empty((0, 0), np.float32)
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), -1)
    return ids, vectors.astype(np.float32)


def put_embeddings(session: WriteSession, model_id: ModelId, ids: Sequence[PhotoId], vectors: Vectors) -> None:
    """Store embeddings of photos that are in the library; those of photos that left it meanwhile are dropped."""
    # Not "INSERT OR REPLACE": it deletes a former row behind the back of the triggers that count them.
    session.connection.executemany(
        """
        INSERT INTO embeddings (model_id, content_id, vector) SELECT ?, id, ? FROM contents WHERE id = ?
        ON CONFLICT (model_id, content_id) DO UPDATE SET vector = excluded.vector
        """,
        [(model_id, vector.astype("<f2").tobytes(), photo_id) for photo_id, vector in zip(ids, vectors, strict=True)],
    )


def load_text_embeddings(reader: Reader, model_id: ModelId, keys: Sequence[str]) -> dict[str, Vectors]:
    """Cached text embeddings of a model, float32 [D], by those of these keys of prompts that are there."""
    rows = reader.rows(
        """
        SELECT prompts_key, vector FROM text_embeddings
        WHERE model_id = ? AND prompts_key IN (SELECT value FROM json_each(?))
        """,
        [model_id, json.dumps(keys)],
    )
    return {row["prompts_key"]: np.frombuffer(row["vector"], dtype="<f4").copy() for row in rows}


def put_text_embeddings(session: WriteSession, model_id: ModelId, vectors: dict[str, Vectors]) -> None:
    """Cache text embeddings by the key of their prompts."""
    session.connection.executemany(
        "INSERT OR REPLACE INTO text_embeddings (model_id, prompts_key, vector) VALUES (?, ?, ?)",
        [(model_id, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()],
    )
