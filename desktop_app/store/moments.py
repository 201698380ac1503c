"""Embeddings of videos' moments, keyed by (content, model, second)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.domain.indexing import MomentVector
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoId
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

Vectors = npt.NDArray[np.float32]

VIDEO_SCHEMA = (
    "ALTER TABLE contents ADD COLUMN duration_seconds REAL",
    "ALTER TABLE contents ADD COLUMN motion INTEGER NOT NULL DEFAULT 0",
    """
    CREATE TABLE moments (
        model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        second REAL NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (model_id, content_id, second)
    ) STRICT
    """,
    # What could not be read before may be read now: the next scan looks at it again.
    "DELETE FROM skipped_files WHERE reason LIKE '%cannot be read yet' OR reason = 'This is a video, not a photo'",
)


def put_moments(session: WriteSession, model_id: ModelId, photo_id: PhotoId, moments: Sequence[MomentVector]) -> None:
    """Store the moments of a video, in place of those that it had."""
    connection = session.connection
    connection.execute("DELETE FROM moments WHERE model_id = ? AND content_id = ?", [model_id, photo_id])
    connection.executemany(
        """
        INSERT OR REPLACE INTO moments (model_id, content_id, second, vector)
        SELECT ?, id, ?, ? FROM contents WHERE id = ?
        """,
        [(model_id, moment.second, moment.vector.astype("<f2").tobytes(), photo_id) for moment in moments],
    )


def moments_version(reader: Reader, model_id: ModelId) -> tuple[int, int]:
    """Differs from before when there may be other moments than before."""
    row = reader.row("SELECT COUNT(*), COALESCE(MAX(rowid), 0) FROM moments WHERE model_id = ?", [model_id])
    assert row is not None  # an aggregate always has one row
    return row[0], row[1]


def load_moments(reader: Reader, model_id: ModelId) -> tuple[npt.NDArray[np.int64], Vectors, Vectors]:
    """All moments of a model: the video of each [M], its second [M], and its unit vector float32 [M, D]."""
    rows = reader.rows(
        "SELECT content_id, second, vector FROM moments WHERE model_id = ? ORDER BY content_id, second", [model_id]
    )
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.float32), np.empty((0, 0), np.float32)
    ids = np.fromiter((row[0] for row in rows), np.int64, count=len(rows))
    seconds = np.fromiter((row[1] for row in rows), np.float32, count=len(rows))
    vectors = np.frombuffer(b"".join(row[2] for row in rows), "<f2").reshape(len(rows), -1)
    return ids, seconds, vectors.astype(np.float32)
