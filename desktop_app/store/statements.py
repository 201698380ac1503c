"""What the library holds of photos, put together for writing it into sidecars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row

from desktop_app.domain.annotations import Position, TagPath
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.sidecar import Detail, SidecarNaming, Statement
from desktop_app.store.annotations import written_keywords
from desktop_app.store.reader import Reader
from desktop_app.store.settings import read_setting, write_setting
from desktop_app.store.writer import WriteSession

_NAMING = "sidecar_naming"


@dataclass(frozen=True, slots=True)
class TagPlaces:
    """Every tag with the tags it stands below, and its other names."""

    paths: Mapping[int, TagPath]
    words: Mapping[int, frozenset[str]]
    """Case-folded name and aliases, by tag."""
    placed: frozenset[int]
    """Tags that the person put where they stand, or one that they stand below."""


def tag_places(reader: Reader) -> TagPlaces:
    """Read all tags at once: a few thousand at most, needed for every photo."""
    rows = {row["id"]: row for row in reader.rows("SELECT id, name, parent_id, from_person FROM tags")}
    words = {tag_id: {row["name"].casefold()} for tag_id, row in rows.items()}
    for row in reader.rows("SELECT tag_id, alias FROM tag_aliases"):
        words[row["tag_id"]].add(row["alias"].casefold())
    paths: dict[int, TagPath] = {}
    placed = set()
    for tag_id in rows:
        path: list[str] = []
        at: int | None = tag_id
        while at is not None and len(path) <= len(rows):
            path.append(rows[at]["name"])
            if rows[at]["from_person"] and rows[at]["parent_id"] is not None:
                placed.add(tag_id)
            at = rows[at]["parent_id"]
        paths[tag_id] = tuple(reversed(path))
    return TagPlaces(paths, {tag_id: frozenset(each) for tag_id, each in words.items()}, frozenset(placed))


def statements(reader: Reader, photo_ids: Sequence[PhotoId], tags: TagPlaces) -> dict[PhotoId, Statement]:
    """What is to be said of up to a few hundred photos; those that are not in the library are left out."""
    ids = [int(photo_id) for photo_id in photo_ids]
    marks = ",".join("?" * len(ids))
    said = _said_of(reader, ids, tags)
    written = written_keywords(reader, ids)
    return {
        PhotoId(row["id"]): _statement(
            row, said.get(row["id"], _Said()), tags, written=written.get(PhotoId(row["id"]), frozenset())
        )
        for row in reader.rows(f"SELECT * FROM contents WHERE id IN ({marks})", ids)
    }


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said of one photo's tags."""

    accepted: list[int] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    """The case-folded words of tags that it does not have."""


def _said_of(reader: Reader, ids: Sequence[int], tags: TagPlaces) -> dict[int, _Said]:
    """By photo. What a machine holds to be true of sensitive things is left out: it is told nobody."""
    found: dict[int, _Said] = {}
    for row in reader.rows(
        f"""
        SELECT a.content_id, a.tag_id, a.state FROM tag_assignments a JOIN tags t ON t.id = a.tag_id
        WHERE a.content_id IN ({",".join("?" * len(ids))}) AND a.state != 'suggested'
            AND NOT (t.sensitive AND a.source NOT IN ('person', 'file'))
        """,
        ids,
    ):
        said = found.setdefault(row["content_id"], _Said())
        if row["state"] == "accepted":
            said.accepted.append(row["tag_id"])
        else:
            said.rejected.update(tags.words[row["tag_id"]])
    return found


def _statement(row: Row, said: _Said, tags: TagPlaces, *, written: frozenset[str]) -> Statement:
    """Of one photo, from its row of `contents`; `written` are the keywords that Keepsight wrote before."""
    paths = tuple(sorted(tags.paths[tag_id] for tag_id in said.accepted))
    names = {path[-1].casefold() for path in paths}
    known_as = {(word, tags.paths[tag_id][-1].casefold()) for tag_id in said.accepted for word in tags.words[tag_id]}
    gone = said.rejected | {word for word, _ in known_as} | written
    return Statement(
        tags=paths,
        dropped=frozenset(gone - names),
        placed=frozenset(tags.paths[tag_id][-1].casefold() for tag_id in said.accepted if tag_id in tags.placed),
        other_names=frozenset((word, name) for word, name in known_as if word != name),
        rating=row["rating"],
        title=row["title"],
        description=row["description"],
        position=_position(row),
        decided=frozenset(detail for detail in Detail if row[f"{detail.value}_by_person"]),
    )


def _position(row: Row) -> Position | None:
    if row["latitude"] is None or row["longitude"] is None:
        return None
    return Position(row["latitude"], row["longitude"], row["altitude_m"])


def sidecar_naming(reader: Reader) -> SidecarNaming:
    """How the person wants sidecars to be called."""
    return SidecarNaming(read_setting(reader, _NAMING) or SidecarNaming.AUTOMATIC)


def put_sidecar_naming(session: WriteSession, naming: SidecarNaming) -> None:
    """Call sidecars so from now on."""
    write_setting(session, _NAMING, naming.value)


def usual_naming(reader: Reader) -> SidecarNaming:
    """What most sidecars in the library are called; by the photo's whole name when there are none."""
    row = reader.row(
        """
        SELECT COUNT(*) AS sidecars, COALESCE(SUM(EXISTS (
            SELECT 1 FROM files f WHERE f.root_id = s.root_id
            AND f.relative_path = substr(s.relative_path, 1, length(s.relative_path) - 4))), 0) AS by_full_name
        FROM skipped_files s WHERE s.relative_path LIKE '%.xmp'
        """
    )
    assert row is not None  # an aggregate always has one row
    return SidecarNaming.FULL_NAME if row["by_full_name"] * 2 >= row["sidecars"] else SidecarNaming.STEM
