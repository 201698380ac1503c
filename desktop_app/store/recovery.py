"""Missing photos, pairs that may be the same, and moving what is known of a folder to where it is now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from sqlite3 import Row

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.recovery import MissingPhoto
from desktop_app.store.filters import prefix_range
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

_NOT_THERE = "NOT EXISTS (SELECT 1 FROM files h WHERE h.content_id = {id} AND h.missing_since IS NULL)"

# How long before it was missed a photo's successor may have been found: the old folder may be looked at a day later.
_DAYS_BEFORE = 1.0


def missing_photos(reader: Reader) -> list[MissingPhoto]:
    """Every photo that no file holds any more, the latest losses first."""
    rows = reader.rows(
        f"""
        SELECT f.content_id, r.path, f.relative_path, MIN(f.missing_since) AS since
        FROM files f JOIN roots r ON r.id = f.root_id
        WHERE f.missing_since IS NOT NULL AND {_NOT_THERE.format(id="f.content_id")}
        GROUP BY f.content_id ORDER BY since DESC, r.path, f.relative_path
        """
    )
    return [_missing(row) for row in rows]


def _missing(row: Row) -> MissingPhoto:
    path = Path(from_stored_name(row["path"]), from_stored_name(row["relative_path"]))
    return MissingPhoto(PhotoId(row["content_id"]), path, datetime.fromisoformat(row["since"]))


def successors(reader: Reader) -> list[tuple[PhotoId, PhotoId]]:
    """Pairs of a missing photo and a later one, taken in the same second with the same camera, that nobody has told apart."""
    rows = reader.rows(
        f"""
        SELECT DISTINCT m.id AS missing, p.id AS found
        FROM files f JOIN contents m ON m.id = f.content_id
        JOIN contents p ON p.sort_time = m.sort_time AND p.id > m.id AND p.taken_at IS NOT NULL
            AND p.camera_model = m.camera_model AND p.camera_make IS m.camera_make
        WHERE f.missing_since IS NOT NULL AND m.taken_at IS NOT NULL AND {_NOT_THERE.format(id="m.id")}
            AND EXISTS (SELECT 1 FROM files t WHERE t.content_id = p.id AND t.missing_since IS NULL)
            AND julianday(p.added_at) >= julianday(f.missing_since) - ?
            AND NOT EXISTS (SELECT 1 FROM different_photos d WHERE d.missing_id = m.id AND d.found_id = p.id)
        """,
        [_DAYS_BEFORE],
    )
    return [(PhotoId(row["missing"]), PhotoId(row["found"])) for row in rows]


def tell_apart(session: WriteSession, missing: PhotoId, found: PhotoId) -> LibraryChanges:
    """The person said that these are different photos: they are not offered again."""
    session.connection.execute("INSERT OR IGNORE INTO different_photos VALUES (?, ?)", [missing, found])
    return LibraryChanges(updated=frozenset([missing]))


def join_photos(session: WriteSession, missing: PhotoId, found: PhotoId) -> LibraryChanges:
    """The person said that one photo became the other: it takes over what was said of the missing one, where nothing was
    said of it yet, and the missing one leaves the list.
    """
    _take_over_decisions(session, missing, found)
    _take_over_details(session, missing, found)
    session.connection.execute(
        """
        INSERT OR IGNORE INTO album_photos (album_id, content_id, added_at)
        SELECT album_id, ?, added_at FROM album_photos WHERE content_id = ?
        """,
        [found, missing],
    )
    session.connection.execute("DELETE FROM files WHERE content_id = ? AND missing_since IS NOT NULL", [missing])
    both = frozenset([missing, found])
    return LibraryChanges(updated=both, missing=frozenset([missing]), retagged=frozenset([found]))


def _take_over_decisions(session: WriteSession, missing: PhotoId, found: PhotoId) -> None:
    """What the person decided of the missing photo's tags holds for the other, where they decided nothing there."""
    session.connection.execute(
        """
        INSERT INTO tag_assignments (content_id, tag_id, decision, decided_at)
        SELECT ?, tag_id, decision, decided_at FROM tag_assignments WHERE content_id = ? AND decision IS NOT NULL
        ON CONFLICT (content_id, tag_id) DO UPDATE SET decision = excluded.decision, decided_at = excluded.decided_at
        WHERE decision IS NULL
        """,
        [found, missing],
    )


def _take_over_details(session: WriteSession, missing: PhotoId, found: PhotoId) -> None:
    """Rating, title, description and the heart: what the person set on the photo itself stands, the missing one's come next."""
    session.connection.execute(
        """
        UPDATE contents SET
            rating = CASE WHEN contents.rating_by_person OR m.rating = 0 THEN contents.rating ELSE m.rating END,
            title = CASE WHEN contents.title_by_person THEN contents.title ELSE COALESCE(m.title, contents.title) END,
            description = CASE WHEN contents.description_by_person THEN contents.description
                ELSE COALESCE(m.description, contents.description) END,
            favourite = MAX(contents.favourite, m.favourite),
            rating_by_person = MAX(contents.rating_by_person, m.rating_by_person),
            title_by_person = MAX(contents.title_by_person, m.title_by_person),
            description_by_person = MAX(contents.description_by_person, m.description_by_person)
        FROM (SELECT * FROM contents WHERE id = ?) AS m WHERE contents.id = ?
        """,
        [missing, found],
    )


def rehang(session: WriteSession, *, source: RootId, below: str, target: RootId, prefix: str) -> LibraryChanges:
    """Move what is known of a root's files (those below a folder) to another root, below a prefix there.

    What the target knows of a place already is kept: it was seen there.
    """
    old, new = to_stored_name(below), to_stored_name(prefix)
    scope, bounds = ("", ()) if not old else (" AND relative_path >= ? AND relative_path < ?", prefix_range(old))
    head, cut = (f"{new}/" if new else ""), len(old) + 2 if old else 1
    rows = session.connection.execute(
        f"SELECT DISTINCT content_id FROM files WHERE root_id = ?{scope}", [source, *bounds]
    ).fetchall()
    for table in ("files", "skipped_files"):
        session.connection.execute(
            f"UPDATE OR IGNORE {table} SET root_id = ?, relative_path = ? || substr(relative_path, ?)"
            f" WHERE root_id = ?{scope}",
            [target, head, cut, source, *bounds],
        )
        session.connection.execute(f"DELETE FROM {table} WHERE root_id = ?{scope}", [source, *bounds])
    return LibraryChanges(updated=frozenset(PhotoId(row[0]) for row in rows), roots_changed=True)


def forget_root(session: WriteSession, root_id: RootId) -> LibraryChanges:
    """Forget a root that has no files left."""
    session.connection.execute("DELETE FROM roots WHERE id = ?", [root_id])
    return LibraryChanges(roots_changed=True)
