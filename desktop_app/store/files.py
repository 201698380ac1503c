"""Roots and the files known below them: what the scan compares the disk with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import FileKey, KnownFile, KnownFiles
from desktop_app.domain.library import FolderCount, RootInfo
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import ContentHash, FileStamp, PhotoId, RootId, SkippedFile
from desktop_app.store.clock import now_text
from desktop_app.store.filters import prefix_range
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

# Some megabytes of rows: the files of a large library would take a hundred times as much all at once.
_ROWS_AT_ONCE = 10_000


def roots(reader: Reader) -> list[RootInfo]:
    """All watched folders with their counts, in the order they were added."""
    rows = reader.rows(
        """
        SELECT r.id, r.path, COUNT(DISTINCT f.content_id) AS photos
        FROM roots r LEFT JOIN files f ON f.root_id = r.id GROUP BY r.id ORDER BY r.id
        """
    )
    return [RootInfo(RootId(row["id"]), Path(from_stored_name(row["path"])), row["photos"]) for row in rows]


def put_root(session: WriteSession, path: Path) -> tuple[RootId, LibraryChanges]:
    """Add a watched folder; one that is there already is returned as it is."""
    stored = to_stored_name(str(path))
    session.connection.execute(
        "INSERT INTO roots (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING", [stored, now_text()]
    )
    row = session.connection.execute("SELECT id FROM roots WHERE path = ?", [stored]).fetchone()
    return RootId(row[0]), LibraryChanges(roots_changed=True)


def absorb_root(session: WriteSession, child: RootId, *, into: RootId, prefix: str) -> LibraryChanges:
    """Hang the files of a root below another that contains it (at `prefix`), so that nothing is indexed again."""
    for table in ("files", "skipped_files"):
        session.connection.execute(
            f"UPDATE OR REPLACE {table} SET root_id = ?, relative_path = ? || '/' || relative_path WHERE root_id = ?",
            [into, to_stored_name(prefix), child],
        )
    session.connection.execute("DELETE FROM roots WHERE id = ?", [child])
    return LibraryChanges(roots_changed=True)


def drop_root(session: WriteSession, root_id: RootId) -> LibraryChanges:
    """Forget a watched folder and its files; contents stay, with their tags, for when the folder is added again."""
    rows = session.connection.execute("SELECT DISTINCT content_id FROM files WHERE root_id = ?", [root_id]).fetchall()
    session.connection.execute("DELETE FROM roots WHERE id = ?", [root_id])
    photos = frozenset(PhotoId(row[0]) for row in rows)
    return LibraryChanges(updated=photos, missing=photos, roots_changed=True, skipped_changed=True)


def known_files(reader: Reader, root_id: RootId, *, model_id: ModelId | None, below: str = "") -> KnownFiles:
    """What the library remembers of a root's files; only those at or below `below` when given.

    Without a model every photo counts as embedded: for whoever asks about files only.
    """
    scope, values = "", list[str]()
    if below:
        stored = to_stored_name(below)
        scope, values = " AND (relative_path = ? OR (relative_path >= ? AND relative_path < ?))", [stored]
        values += prefix_range(stored)
    known = KnownFiles()
    for name, size, mtime_ns, photo_id, missing, embedded in reader.tuples(
        f"""
        SELECT f.relative_path, f.size, f.mtime_ns, f.content_id, f.missing_since IS NOT NULL,
               ? IS NULL OR EXISTS (SELECT 1 FROM embeddings e WHERE e.content_id = f.content_id AND e.model_id = ?)
        FROM files f WHERE f.root_id = ?{scope}
        """,
        [model_id, model_id, root_id, *values],
    ):
        path = name if name.isascii() else from_stored_name(name)
        if embedded and not missing:
            known.in_order[path] = (size, mtime_ns, photo_id)
        else:
            stamp = FileStamp(size, mtime_ns)
            known.others[path] = KnownFile(stamp, PhotoId(photo_id), embedded=bool(embedded), missing=bool(missing))
    for name, size, mtime_ns, transient in reader.tuples(
        f"SELECT relative_path, size, mtime_ns, transient FROM skipped_files WHERE root_id = ?{scope}",
        [root_id, *values],
    ):
        path = from_stored_name(name)
        known.in_order.pop(path, None)
        known.others[path] = KnownFile(FileStamp(size, mtime_ns), None, embedded=False, retry=bool(transient))
    return known


def has_embedding(reader: Reader, content_hash: ContentHash, model_id: ModelId) -> bool:
    """True when these bytes are in the library and the model has embedded them."""
    return (
        reader.value(
            "SELECT 1 FROM contents c JOIN embeddings e ON e.content_id = c.id AND e.model_id = ? WHERE c.hash = ?",
            [model_id, content_hash],
        )
        is not None
    )


def places_of(reader: Reader, content_hash: ContentHash) -> list[tuple[FileKey, Path]]:
    """Every place where the library believes this content to be, as key and full path."""
    rows = reader.rows(
        """
        SELECT f.root_id, f.relative_path, r.path FROM contents c
        JOIN files f ON f.content_id = c.id JOIN roots r ON r.id = f.root_id WHERE c.hash = ?
        """,
        [content_hash],
    )
    places = []
    for row in rows:
        relative = from_stored_name(row["relative_path"])
        places.append((FileKey(RootId(row["root_id"]), relative), Path(from_stored_name(row["path"]), relative)))
    return places


def skipped_files(reader: Reader) -> list[SkippedFile]:
    """Every file that is not in the library, and why: photos first."""
    rows = reader.rows(
        """
        SELECT r.path, s.relative_path, s.reason, s.is_photo FROM skipped_files s JOIN roots r ON r.id = s.root_id
        ORDER BY s.is_photo DESC, r.path, s.relative_path
        """
    )
    return [
        SkippedFile(
            Path(from_stored_name(row["path"]), from_stored_name(row["relative_path"])),
            row["reason"],
            is_photo=bool(row["is_photo"]),
        )
        for row in rows
    ]


def forget_skips(session: WriteSession, keys: Iterable[FileKey] | None = None) -> LibraryChanges:
    """Forget why files were skipped (these, or all), so that the next scan reads them again."""
    if keys is None:
        session.connection.execute("DELETE FROM skipped_files")
    else:
        places = [(key.root_id, to_stored_name(key.relative_path)) for key in keys]
        session.connection.executemany("DELETE FROM skipped_files WHERE root_id = ? AND relative_path = ?", places)
    return LibraryChanges(skipped_changed=True)


def drop_files(session: WriteSession, keys: Iterable[FileKey]) -> LibraryChanges:
    """Forget files that the library leaves out from now on. Contents stay, with their tags, should they come back."""
    touched: set[PhotoId] = set()
    unskipped = False
    for key in keys:
        place = [key.root_id, to_stored_name(key.relative_path)]
        row = session.connection.execute(
            "DELETE FROM files WHERE root_id = ? AND relative_path = ? RETURNING content_id", place
        ).fetchone()
        if row is not None:
            touched.add(PhotoId(row[0]))
        done = session.connection.execute("DELETE FROM skipped_files WHERE root_id = ? AND relative_path = ?", place)
        unskipped |= done.rowcount > 0
    photos = frozenset(touched)
    return LibraryChanges(updated=photos, missing=photos, skipped_changed=unskipped)


def forget_missing(session: WriteSession, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """Forget the missing files of photos, as the person asked; files that are there stay."""
    ids = frozenset(photo_ids)
    session.connection.executemany(
        "DELETE FROM files WHERE content_id = ? AND missing_since IS NOT NULL", [(photo_id,) for photo_id in ids]
    )
    return LibraryChanges(updated=ids, missing=ids)


def folder_counts(reader: Reader, root_id: RootId) -> list[FolderCount]:
    """Every folder of a root that holds photos, in it or below it, sorted by path. A photo that lies there twice counts once."""
    repeated = "SELECT content_id FROM files WHERE root_id = ? GROUP BY content_id HAVING COUNT(*) > 1"
    copied = frozenset(reader.numbers(repeated, [root_id]).tolist())
    single: Counter[str] = Counter()
    several: dict[str, set[int]] = {}
    sql = "SELECT relative_path, content_id FROM files WHERE root_id = ?"
    for rows in reader.chunks(sql, [root_id], size=_ROWS_AT_ONCE):
        for path, content_id in rows:
            folder = path.rpartition("/")[0]
            if content_id in copied:
                several.setdefault(folder, set()).add(content_id)
            else:
                single[folder] += 1
    counts: Counter[str] = Counter()
    copies: dict[str, set[int]] = {}
    for folder in single.keys() | several.keys():
        for above in _folder_and_above(from_stored_name(folder)):
            counts[above] += single[folder]
            copies.setdefault(above, set()).update(several.get(folder, ()))
    return [FolderCount(root_id, folder, counts[folder] + len(copies[folder])) for folder in sorted(copies)]


def _folder_and_above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
