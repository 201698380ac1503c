"""The query language's leaves as SQL over `contents AS c`. No clause is ever NULL, so that NOT means what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from desktop_app.base.paths import to_stored_name
from desktop_app.domain.geography import KM_PER_DEGREE
from desktop_app.domain.query_terms import (
    ANY_VIDEO,
    TYPE_ALIASES,
    FilterLeaf,
    IsState,
    Meaning,
    Named,
    NameKind,
    NearPlace,
    NearPoint,
    NumberKind,
    NumberWithin,
    RankedLeaf,
    SimilarTo,
    State,
    TakenWithin,
    Words,
)
from desktop_app.domain.words import words_of
from desktop_app.store.search_texts import phrase


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL and the values of its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


_COLUMNS = {
    NumberKind.RATING: "c.rating",
    NumberKind.SIZE: "c.byte_size",
    NumberKind.WIDTH: "c.width",
    NumberKind.HEIGHT: "c.height",
    NumberKind.ISO: "c.iso",
}

_SHOWN_TAG = "state IN ('accepted', 'suggested')"


def tagged_with(which: str) -> str:
    """SQL that is true of photos with a tag of which `which` is true, or with one below it: a dog is an animal."""
    return f"""c.id IN (SELECT content_id FROM tag_assignments WHERE {_SHOWN_TAG} AND tag_id IN (
        WITH RECURSIVE below (id) AS (
            SELECT id FROM tags WHERE {which} UNION SELECT t.id FROM below b JOIN tags t ON t.parent_id = b.id)
        SELECT id FROM below))"""


_STATES = {
    State.FAVOURITE: "c.favourite = 1",
    State.TAGGED: f"c.id IN (SELECT content_id FROM tag_assignments WHERE {_SHOWN_TAG})",
    State.UNTAGGED: f"c.id NOT IN (SELECT content_id FROM tag_assignments WHERE {_SHOWN_TAG})",
    State.RATED: "c.rating > 0",
    State.LOCATED: "(c.latitude IS NOT NULL AND c.longitude IS NOT NULL)",
    State.MISSING: "NOT EXISTS (SELECT 1 FROM files m WHERE m.content_id = c.id AND m.missing_since IS NULL)",
}

# SQLite's own lower() knows ASCII; the same on both sides compares everything else as it is.
_NAMES = {
    NameKind.TAG: tagged_with("name = ?"),
    NameKind.ALBUM: """c.id IN (SELECT content_id FROM album_photos
        WHERE album_id IN (SELECT id FROM albums WHERE name = ?))""",
    NameKind.FOLDER: """c.id IN (SELECT p.content_id FROM files p JOIN roots r ON r.id = p.root_id
        WHERE instr(lower('/' || replace(r.path, '\\', '/') || '/' || p.relative_path), '/' || lower(?) || '/') > 0)""",
    NameKind.CAMERA: "instr(lower(COALESCE(c.camera_make, '') || ' ' || COALESCE(c.camera_model, '')), lower(?)) > 0",
    NameKind.LENS: "instr(lower(COALESCE(c.lens, '')), lower(?)) > 0",
    NameKind.TYPE: f"? IN (c.file_format, iif(c.duration_seconds IS NULL, '', '{ANY_VIDEO}'))",
}


def leaf_clause(leaf: FilterLeaf | RankedLeaf) -> Clause:
    """The clause of one leaf. ValueError for leaves of degree, and for places that were not looked up before."""
    match leaf:
        case Named(kind, name):
            return Clause(_NAMES[kind], (TYPE_ALIASES[name] if kind is NameKind.TYPE else to_stored_name(name),))
        case NumberWithin(kind, low, high):
            return _number(_COLUMNS[kind], low, high=high)
        case TakenWithin(first, last):
            return _taken(first, last)
        case IsState(state):
            return Clause(_STATES[state])
        case NearPoint():
            return _near(leaf)
        case Words(text):
            words = words_of(text)
            if not words:
                return Clause("0")
            return Clause("c.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH ?)", (phrase(words),))
        case NearPlace() | Meaning() | SimilarTo():
            raise ValueError(f"no SQL can say {leaf}")


def _number(column: str, low: int | None, *, high: int | None) -> Clause:
    parts, values = [f"{column} IS NOT NULL"], []
    for bound, sign in ((low, ">="), (high, "<=")):
        if bound is not None:
            parts.append(f"{column} {sign} ?")
            values.append(min(bound, _LARGEST))
    return Clause(f"({' AND '.join(parts)})", tuple(values))


# SQLite's integers have 64 bits.
_LARGEST = (1 << 63) - 1


def _taken(first: date | None, last: date | None) -> Clause:
    parts, values = ["1"], []
    if first is not None:
        parts.append("c.sort_time >= ?")
        values.append(first.isoformat())
    if last is not None:
        parts.append("c.sort_time < ?")
        # "~" sorts after the "T" that begins any time of that day.
        values.append(f"{last.isoformat()}~")
    return Clause(f"({' AND '.join(parts)})", tuple(values))


def _near(point: NearPoint) -> Clause:
    """A band of latitudes, which an index serves, then the exact distance."""
    # A little more than the radius: rounding must not cut off what the exact distance takes in.
    degrees = point.radius_km / KM_PER_DEGREE * 1.001 + 1e-9
    low, high = max(-90.0, point.latitude - degrees), min(90.0, point.latitude + degrees)

    return Clause(
        """(c.latitude IS NOT NULL AND c.longitude IS NOT NULL AND c.latitude BETWEEN ? AND ?
            AND distance_km(c.latitude, c.longitude, ?, ?) <= ?)""",
        (low, high, point.latitude, point.longitude, point.radius_km),
    )
