"""What a person says of photos beyond tags: stars, favourites, titles, albums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

from desktop_app.base.paths import to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.store.clock import now_text
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession


def rate(session: WriteSession, photo_ids: Iterable[PhotoId], *, stars: int) -> LibraryChanges:
    """Give photos 1 to 5 stars, or take them away (0). ValueError for other numbers."""
    if not 0 <= stars <= 5:
        raise ValueError(f"{stars} stars")
    return _set(session, "rating", dict.fromkeys(photo_ids, stars))


def mark_favourite(session: WriteSession, photo_ids: Iterable[PhotoId], *, favourite: bool) -> LibraryChanges:
    """Make photos favourites, or no longer."""
    return _set(session, "favourite", {photo_id: int(favourite) for photo_id in photo_ids})


def entitle(session: WriteSession, titles: Mapping[PhotoId, str | None]) -> LibraryChanges:
    """Set the titles of photos; None for none."""
    return _set(session, "title", titles)


def describe(session: WriteSession, descriptions: Mapping[PhotoId, str | None]) -> LibraryChanges:
    """Set the descriptions of photos; None for none."""
    return _set(session, "description", descriptions)


def put_places(session: WriteSession, places: Mapping[PhotoId, str | None]) -> LibraryChanges:
    """Set the names of where photos were taken, from near to far: "Montmartre, Paris, France"."""
    return _set(session, "place", places)


def _set(session: WriteSession, column: str, values: Mapping[PhotoId, int | str | None]) -> LibraryChanges:
    session.connection.executemany(
        f"UPDATE contents SET {column} = ? WHERE id = ?", [(value, photo_id) for photo_id, value in values.items()]
    )
    return LibraryChanges(updated=frozenset(values))


def add_to_album(session: WriteSession, album: str, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """Put photos into an album, which is made when there is none of that name."""
    stored = to_stored_name(album)
    session.connection.execute(
        "INSERT INTO albums (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", [stored, now_text()]
    )
    ids = frozenset(photo_ids)
    session.connection.executemany(
        """
        INSERT INTO album_photos (album_id, content_id, added_at) SELECT id, ?, ? FROM albums WHERE name = ?
        ON CONFLICT (album_id, content_id) DO NOTHING
        """,
        [(photo_id, now_text(), stored) for photo_id in ids],
    )
    return LibraryChanges(updated=ids)


def remove_from_album(session: WriteSession, album: str, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """Take photos out of an album; the album stays."""
    ids = frozenset(photo_ids)
    session.connection.executemany(
        "DELETE FROM album_photos WHERE content_id = ? AND album_id IN (SELECT id FROM albums WHERE name = ?)",
        [(photo_id, to_stored_name(album)) for photo_id in ids],
    )
    return LibraryChanges(updated=ids)


def names_in_library(reader: Reader, sql_column: str) -> tuple[str, ...]:
    """Different values of "camera", "lens" or "place", the most frequent first."""
    column = {
        "camera": "TRIM(COALESCE(camera_make, '') || ' ' || COALESCE(camera_model, ''))",
        "lens": "lens",
        "place": "place",
    }[sql_column]
    rows = reader.rows(
        f"SELECT {column} AS value FROM contents WHERE {column} != '' GROUP BY value ORDER BY COUNT(*) DESC LIMIT 500"
    )
    return tuple(row["value"] for row in rows)


def place_centre(reader: Reader, place: str) -> tuple[float, float] | None:
    """The middle of the photos whose place has this name as a part ("Paris" of "Montmartre, Paris, France").

    The median of each coordinate: a single photo with a wrong position does not move it.
    """
    rows = reader.rows(
        """
        SELECT latitude, longitude FROM contents WHERE latitude IS NOT NULL AND longitude IS NOT NULL
        AND instr(', ' || lower(place) || ',', ', ' || lower(?) || ',') > 0
        """,
        [place],
    )
    if not rows:
        return None
    return median(row["latitude"] for row in rows), median(row["longitude"] for row in rows)


def album_names(reader: Reader) -> tuple[str, ...]:
    """All albums by name."""
    return tuple(row["name"] for row in reader.rows("SELECT name FROM albums ORDER BY name COLLATE NOCASE"))
