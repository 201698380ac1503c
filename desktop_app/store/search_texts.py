"""The text index: what is written about a photo, kept in step with the library, and searched with BM25."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.base.paths import from_stored_name
from desktop_app.domain.words import SEPARATOR
from desktop_app.store.reader import Reader

FIELDS = ("name", "folder", "title", "description", "tags", "machine_tags", "place", "camera")
"""Columns of the index."""

# What free words are looked for in: not in what a model said, which the same model's vectors say better.
PERSONAL_FIELDS = tuple(field for field in FIELDS if field != "machine_tags")

# How much a word found in each of FIELDS tells: a title or tag was given on purpose, a folder holds many things.
_WEIGHTS = (2.0, 1.0, 4.0, 2.0, 4.0, 1.0, 2.0, 0.5)

_CHUNK = 500

_MACHINES = "('zero-shot', 'learned')"

_PUT = f"""
    INSERT INTO search_texts (content_id, {", ".join(FIELDS)}) VALUES (?{", ?" * len(FIELDS)})
    ON CONFLICT (content_id) DO UPDATE SET {", ".join(f"{field} = excluded.{field}" for field in FIELDS)}
    WHERE {" OR ".join(f"search_texts.{field} != excluded.{field}" for field in FIELDS)}
"""


def refresh_texts(connection: sqlite3.Connection, *, at_most: int | None = None) -> bool:
    """Put together anew the texts of photos that were touched. Costs two look-ups when there are none.

    True when there were more than `at_most`: they stay noted as stale, in the library itself, for the next call.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_stale'").fetchone():
        return False  # a file of another kind, which has no photos
    limit = -1 if at_most is None else at_most + 1
    stale = [row[0] for row in connection.execute("SELECT content_id FROM search_stale LIMIT ?", [limit])]
    waiting = at_most is not None and len(stale) > at_most
    for start in range(0, len(stale) - waiting, _CHUNK):
        ids = stale[start : min(start + _CHUNK, len(stale) - waiting)]
        _refresh(connection, ids)
        connection.execute(f"DELETE FROM search_stale WHERE content_id IN ({','.join('?' * len(ids))})", ids)
    return waiting


def _refresh(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    marks = ",".join("?" * len(ids))
    texts: dict[int, dict[str, list[str]]] = {
        row[0]: {
            "title": [row[1] or ""],
            "description": [row[2] or ""],
            "place": [row[3] or ""],
            "camera": [" ".join(part for part in row[4:7] if part)],
            "tags": [row[7]] if row[7] else [],
        }
        for row in connection.execute(
            f"""
            SELECT id, title, description, place, camera_make, camera_model, lens, label FROM contents WHERE id IN ({marks})
            """,
            ids,
        )
    }
    for content_id, field, words in (*_file_words(connection, marks, ids), *_tag_words(connection, marks, ids)):
        texts[content_id].setdefault(field, []).append(words)
    connection.executemany(_PUT, [(content_id, *_fields(parts)) for content_id, parts in texts.items()])


def _file_words(connection: sqlite3.Connection, marks: str, ids: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    """Photo, field of the index, and words of each place in which a photo lies: the file's name, and its folders."""
    for content_id, root, path in connection.execute(
        f"""
        SELECT f.content_id, r.path, f.relative_path FROM files f JOIN roots r ON r.id = f.root_id
        WHERE f.content_id IN ({marks}) ORDER BY f.id
        """,
        ids,
    ):
        folder, _, name = from_stored_name(path).rpartition("/")
        root_name = from_stored_name(root).replace("\\", "/").rstrip("/").rpartition("/")[2]
        yield content_id, "name", name
        yield content_id, "folder", f"{root_name}/{folder}"


def _tag_words(connection: sqlite3.Connection, marks: str, ids: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    """Photo, field of the index, and name of each tag; the other names, too, of a tag that a person or a file gave."""
    yield from connection.execute(
        f"""
        SELECT a.content_id, iif(a.source IN {_MACHINES}, 'machine_tags', 'tags'), t.name
        FROM tag_assignments a JOIN tags t ON t.id = a.tag_id
        WHERE a.state = 'accepted' AND a.content_id IN ({marks}) ORDER BY t.name
        """,
        ids,
    )
    yield from connection.execute(
        f"""
        SELECT a.content_id, 'tags', o.alias FROM tag_assignments a JOIN tag_aliases o ON o.tag_id = a.tag_id
        WHERE a.state = 'accepted' AND a.source NOT IN {_MACHINES} AND a.content_id IN ({marks}) ORDER BY o.alias
        """,
        ids,
    )


def _fields(parts: dict[str, list[str]]) -> list[str]:
    joined = (f" {SEPARATOR} ".join(dict.fromkeys(parts.get(field, []))) for field in FIELDS)
    # A lone surrogate (an undecodable byte of a file name) is no text to SQLite, and no word to anybody.
    return [text.encode("utf-8", "replace").decode("utf-8") for text in joined]


def phrase(words: Iterable[str]) -> str:
    """An FTS5 phrase of words, which are letters and digits only (`domain.words.words_of`)."""
    return '"' + " ".join(words) + '"'


def ranked_matches(reader: Reader, words: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Photos with all of the words in what people wrote of them, best first, and their BM25 scores (higher is better)."""
    if not words:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    match = f"{{{' '.join(PERSONAL_FIELDS)}}} : ({' AND '.join(phrase([word]) for word in words)})"
    weights = ", ".join(str(weight) for weight in _WEIGHTS)
    rows = reader.rows(
        f"SELECT rowid, -bm25(search_fts, {weights}) AS score FROM search_fts WHERE search_fts MATCH ? ORDER BY score DESC",
        [match],
    )
    ids = np.fromiter((row[0] for row in rows), np.int64, count=len(rows))
    return ids, np.fromiter((row[1] for row in rows), np.float32, count=len(rows))


def texts_of(reader: Reader, photo_ids: Sequence[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    """What is written about some photos: by field, the single texts."""
    marks = ",".join("?" * len(photo_ids))
    rows = reader.rows(
        f"SELECT content_id, {', '.join(FIELDS)} FROM search_texts WHERE content_id IN ({marks})",
        [int(photo_id) for photo_id in photo_ids],
    )
    return {
        row["content_id"]: {
            field: tuple(part for part in row[field].split(f" {SEPARATOR} ") if part) for field in FIELDS
        }
        for row in rows
    }
