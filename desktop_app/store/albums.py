"""Albums: photos that a person puts together by hand. Every change is an edit that can be undone."""

from __future__ import annotations

from collections.abc import Collection

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.album import Album, AlbumId
from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.photo import PhotoId
from desktop_app.store.clock import now_text
from desktop_app.store.edit_log import record_edit
from desktop_app.store.filters import LISTED
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession


def albums(reader: Reader) -> list[Album]:
    """All albums by name, each with how many photos it holds."""
    rows = reader.rows(
        f"""
        SELECT a.id, a.name, (
            SELECT COUNT(*) FROM album_photos p JOIN contents c ON c.id = p.content_id
            WHERE p.album_id = a.id AND {LISTED}) AS photos
        FROM albums a ORDER BY a.name COLLATE NOCASE
        """
    )
    return [Album(AlbumId(row["id"]), from_stored_name(row["name"]), row["photos"]) for row in rows]


def album_names(reader: Reader) -> tuple[str, ...]:
    """All albums by name."""
    rows = reader.rows("SELECT name FROM albums ORDER BY name COLLATE NOCASE")
    return tuple(from_stored_name(row["name"]) for row in rows)


def make_album(session: WriteSession, name: str) -> Edited:
    """Make an empty album; nothing happens when there is one of that name."""
    return record_edit(session, EditKind.ALBUM_MAKE, lambda: _made(session, name), tag=name)


def rename_album(session: WriteSession, name: str, new_name: str) -> Edited:
    """Another name for an album. sqlite3.IntegrityError when it is another's."""

    def work() -> int:
        session.connection.execute(
            "UPDATE albums SET name = ? WHERE name = ?", [to_stored_name(new_name), to_stored_name(name)]
        )
        return 0

    return record_edit(session, EditKind.ALBUM_RENAME, work, tag=name, other=new_name)


def delete_album(session: WriteSession, name: str) -> Edited:
    """Delete an album; its photos stay where they are."""

    def work() -> None:
        session.connection.execute("DELETE FROM albums WHERE name = ?", [to_stored_name(name)])

    return record_edit(session, EditKind.ALBUM_DELETE, work, tag=name)


def add_to_album(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """Put photos into an album, which is made when there is none of that name."""

    def work() -> None:
        _made(session, name)
        session.connection.executemany(
            """
            INSERT INTO album_photos (album_id, content_id, added_at)
            SELECT a.id, c.id, ? FROM albums a JOIN contents c ON c.id = ? WHERE a.name = ?
            ON CONFLICT (album_id, content_id) DO NOTHING
            """,
            [(now_text(), photo_id, to_stored_name(name)) for photo_id in photo_ids],
        )

    return record_edit(session, EditKind.ALBUM_ADD, work, tag=name)


def remove_from_album(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """Take photos out of an album; the album stays."""

    def work() -> None:
        session.connection.executemany(
            "DELETE FROM album_photos WHERE content_id = ? AND album_id IN (SELECT id FROM albums WHERE name = ?)",
            [(photo_id, to_stored_name(name)) for photo_id in photo_ids],
        )

    return record_edit(session, EditKind.ALBUM_REMOVE, work, tag=name)


def _made(session: WriteSession, name: str) -> int:
    session.connection.execute(
        "INSERT INTO albums (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        [to_stored_name(name), now_text()],
    )
    return 0
