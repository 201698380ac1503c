"""What a change of models asks of the library: which photos the new model has not seen, and forgetting an old model's embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row

import numpy as np
import numpy.typing as npt

from desktop_app.base.paths import from_stored_name
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import FileStamp, PhotoId
from desktop_app.store.embedding_changes import unfollow
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class UnembeddedPhoto:
    """A photo that a model has not seen, with one file of it and that file's stamp when its bytes were last read."""

    photo_id: PhotoId
    path: Path
    stamp: FileStamp
    is_video: bool = False


# The photos with a file that is there, as far as the library knows: the ones a model can be asked to embed.
_EMBEDDABLE = """
    FROM contents c JOIN files f ON f.id = (
        SELECT MIN(g.id) FROM files g WHERE g.content_id = c.id AND g.missing_since IS NULL)
    LEFT JOIN embeddings e ON e.content_id = c.id AND e.model_id = ?
"""


def model_id_of(reader: Reader, name: str) -> ModelId | None:
    """The row id of a model that this library has seen."""
    found: int | None = reader.value("SELECT id FROM models WHERE name = ?", [name])
    return None if found is None else ModelId(found)


def unembedded_photos(reader: Reader, model_id: ModelId, *, after: PhotoId | None, limit: int) -> list[UnembeddedPhoto]:
    """The next photos, by rising id, that a model has not embedded though they have a file."""
    rows = reader.rows(
        f"""
        SELECT c.id, r.path, f.relative_path, f.size, f.mtime_ns, c.duration_seconds IS NOT NULL AS is_video
        {_EMBEDDABLE} JOIN roots r ON r.id = f.root_id
        WHERE e.content_id IS NULL AND c.id > ? ORDER BY c.id LIMIT ?
        """,
        [model_id, -1 if after is None else after, limit],
    )
    return [_unembedded(row) for row in rows]


def _unembedded(row: Row) -> UnembeddedPhoto:
    return UnembeddedPhoto(
        PhotoId(row["id"]),
        Path(from_stored_name(row["path"]), from_stored_name(row["relative_path"])),
        FileStamp(row["size"], row["mtime_ns"]),
        is_video=bool(row["is_video"]),
    )


def unembedded_among(reader: Reader, model_id: ModelId, ids: Sequence[PhotoId]) -> list[UnembeddedPhoto]:
    """Those of some photos that a model has not embedded though they have a file."""
    rows = reader.rows(
        f"""
        SELECT c.id, r.path, f.relative_path, f.size, f.mtime_ns, c.duration_seconds IS NOT NULL AS is_video
               {_EMBEDDABLE} JOIN roots r ON r.id = f.root_id
        WHERE e.content_id IS NULL AND c.id IN (SELECT value FROM json_each(?)) ORDER BY c.id
        """,
        [model_id, json.dumps(list(ids))],
    )
    return [_unembedded(row) for row in rows]


def embeddable_counts(reader: Reader, model_id: ModelId) -> tuple[int, int]:
    """Photos with a file that a model has embedded, and photos with a file in all."""
    row = reader.row(f"SELECT COUNT(e.content_id), COUNT(*) {_EMBEDDABLE}", [model_id])
    assert row is not None  # an aggregate always has one row
    return row[0], row[1]


def drop_embeddings(session: WriteSession, model_id: ModelId, *, limit: int) -> int:
    """Delete at most so many embeddings of a model, and all its text embeddings and moments; return how many went. Its vector
    file is followed no more.
    """
    unfollow(session, model_id)
    for table in ("text_embeddings", "moments"):
        session.connection.execute(f"DELETE FROM {table} WHERE model_id = ?", [model_id])
    return session.connection.execute(
        """
        DELETE FROM embeddings WHERE model_id = ? AND content_id IN (
            SELECT content_id FROM embeddings WHERE model_id = ? LIMIT ?)
        """,
        [model_id, model_id, limit],
    ).rowcount
