"""The names of where photos were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

PLACES_SCHEMA: tuple[str, ...] = (
    # `place` is NULL until it was looked up, and empty far from everything: what is left to do is found at once.
    """
    CREATE INDEX contents_without_place ON contents(id)
    WHERE place IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL
    """,
    """
    CREATE TRIGGER place_outdated AFTER UPDATE OF latitude, longitude ON contents
    WHEN old.latitude IS NOT new.latitude OR old.longitude IS NOT new.longitude BEGIN
        UPDATE contents SET place = NULL WHERE id = new.id;
    END
    """,
)
"""Photos whose place has no name yet, by an index; a photo that is moved on the map loses its name."""


def put_places(session: WriteSession, places: Mapping[PhotoId, str | None]) -> LibraryChanges:
    """Set the names of where photos were taken, from near to far: "Montmartre, Paris, France". Empty: nowhere with a name."""
    session.connection.executemany(
        "UPDATE contents SET place = ? WHERE id = ?", [(place, photo_id) for photo_id, place in places.items()]
    )
    return LibraryChanges(updated=frozenset(places))


def unnamed_photos(reader: Reader, *, limit: int) -> list[tuple[PhotoId, float, float]]:
    """Photos with a position whose place was not looked up yet, and the position."""
    rows = reader.rows(
        """
        SELECT id, latitude, longitude FROM contents INDEXED BY contents_without_place
        WHERE place IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY id LIMIT ?
        """,
        [limit],
    )
    return [(PhotoId(row["id"]), row["latitude"], row["longitude"]) for row in rows]


def place_counts(reader: Reader) -> list[tuple[str, int]]:
    """Places with the number of photos taken there, the most photographed first."""
    rows = reader.rows(
        "SELECT place, COUNT(*) AS photos FROM contents WHERE place != '' GROUP BY place ORDER BY photos DESC, place"
    )
    return [(row["place"], row["photos"]) for row in rows]


def photos_in(reader: Reader, names: Sequence[str]) -> int:
    """How many photos were taken at a place that has each of the names as one of its own."""
    if not names:
        return 0
    clause = " AND ".join("instr(', ' || lower(place) || ',', ', ' || lower(?) || ',') > 0" for _ in names)
    return int(reader.value(f"SELECT COUNT(*) FROM contents WHERE {clause}", list(names)))


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
