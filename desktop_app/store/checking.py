"""Checking the library's own files: what SQLite finds, rows that point nowhere, thumbnails, vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from desktop_app.base.paths import from_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.health import DatabaseHealth, FileToCheck
from desktop_app.domain.photo import ContentHash, FileStamp
from desktop_app.store.filters import LISTED
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

# Half precision rounds each of some hundred numbers by 0.05 % at most: a sound vector is far nearer to length 1.
_LENGTH_TOLERANCE = 0.02

_CHUNK = 4096

# Begins and ends as every JPEG does (ITU-T T.81, B.2.1): what was cut or written over does not.
_BROKEN_THUMBNAIL = "substr(jpeg, 1, 3) != x'ffd8ff' OR substr(jpeg, -2) != x'ffd9'"

_WITHOUT_THUMBNAIL = f"{LISTED} AND NOT EXISTS (SELECT 1 FROM {{thumbnails}} t WHERE t.hash = c.hash)"


def check_database(reader: Reader) -> DatabaseHealth:
    """Check everything but the photos' files. Takes seconds for a large library."""
    faults = [
        str(row[0])
        for schema in ("main", "thumbs")
        for row in reader.rows(f"PRAGMA {schema}.integrity_check(100)")
        if row[0] != "ok"
    ]
    vectors, damaged = _check_vectors(reader)
    return DatabaseHealth(
        tuple(faults),
        dangling_rows=len(reader.rows("PRAGMA main.foreign_key_check")),
        photos_without_texts=reader.value(
            f"""
            SELECT COUNT(*) FROM contents c
            WHERE {LISTED} AND NOT EXISTS (SELECT 1 FROM search_texts s WHERE s.content_id = c.id)
            """
        ),
        photos_without_thumbnail=reader.value(
            f"SELECT COUNT(*) FROM contents c WHERE {_WITHOUT_THUMBNAIL.format(thumbnails='thumbs.thumbnails')}"
        ),
        damaged_thumbnails=reader.value(f"SELECT COUNT(*) FROM thumbs.thumbnails WHERE {_BROKEN_THUMBNAIL}"),
        unused_thumbnails=reader.value(
            "SELECT COUNT(*) FROM thumbs.thumbnails t WHERE NOT EXISTS (SELECT 1 FROM contents c WHERE c.hash = t.hash)"
        ),
        vectors=vectors,
        damaged_vectors=len(damaged),
    )


def count_files_to_check(reader: Reader) -> int:
    """How many files should be there."""
    return int(reader.value("SELECT COUNT(*) FROM files WHERE missing_since IS NULL"))


def files_to_check(reader: Reader) -> Iterator[FileToCheck]:
    """Every file that should be there, by folder."""
    sql = """
        SELECT r.path, f.relative_path, f.size, f.mtime_ns, c.hash
        FROM files f JOIN roots r ON r.id = f.root_id JOIN contents c ON c.id = f.content_id
        WHERE f.missing_since IS NULL ORDER BY r.id, f.relative_path
    """
    for rows in reader.chunks(sql, size=_CHUNK):
        for row in rows:
            path = Path(from_stored_name(row["path"]), from_stored_name(row["relative_path"]))
            yield FileToCheck(path, FileStamp(row["size"], row["mtime_ns"]), ContentHash(row["hash"]))


def repair(session: WriteSession, reader: Reader) -> LibraryChanges:
    """Have the next indexing run make anew what is damaged: photos without a whole thumbnail or with a damaged vector are read
    again. What can be put right at once is: texts for word search, thumbnails that nobody uses.
    """
    _, damaged = _check_vectors(reader)
    session.connection.executemany("DELETE FROM embeddings WHERE model_id = ? AND content_id = ?", damaged)
    session.thumbnails.execute(f"DELETE FROM thumbnails WHERE {_BROKEN_THUMBNAIL}")
    hashes = {row[0] for row in session.thumbnails.execute("SELECT hash FROM thumbnails")}
    known = session.connection.execute(f"SELECT c.id, c.hash, {LISTED} FROM contents c").fetchall()
    bare = [(row[0],) for row in known if row[2] and row[1] not in hashes]
    session.connection.executemany("DELETE FROM embeddings WHERE content_id = ?", bare)
    unused = hashes - {row[1] for row in known}
    session.thumbnails.executemany("DELETE FROM thumbnails WHERE hash = ?", [(name,) for name in unused])
    session.connection.execute(
        "INSERT OR IGNORE INTO search_stale (content_id) SELECT id FROM contents WHERE id NOT IN"
        " (SELECT content_id FROM search_texts)"
    )
    return LibraryChanges(roots_changed=True)


def _check_vectors(reader: Reader) -> tuple[int, list[tuple[int, int]]]:
    """How many vectors there are, and the damaged ones as (model, content): wrong size, not numbers, not of length 1."""
    count, damaged = 0, list[tuple[int, int]]()
    usual = {
        row["model_id"]: row["bytes"]
        for row in reader.rows(
            """
            SELECT model_id, length(vector) AS bytes, COUNT(*) AS n FROM embeddings
            GROUP BY model_id, length(vector) ORDER BY n
            """
        )
    }
    sql = "SELECT model_id, content_id, vector FROM embeddings ORDER BY model_id, content_id"
    for rows in reader.chunks(sql, size=_CHUNK):
        count += len(rows)
        damaged += [
            (row["model_id"], row["content_id"])
            for row in rows
            if len(row["vector"]) != usual[row["model_id"]] or not _is_sound(row["vector"])
        ]
    return count, damaged


def _is_sound(blob: bytes) -> bool:
    vector = np.frombuffer(blob, dtype="<f2").astype(np.float32)
    return abs(float(np.linalg.norm(vector)) - 1.0) <= _LENGTH_TOLERANCE  # false for NaN too
