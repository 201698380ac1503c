"""Reading tags: what there is, what they are defined by, how many photos have them."""

from __future__ import annotations

import json
from collections.abc import Collection
from sqlite3 import Row

import numpy as np
import numpy.typing as npt

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query import Filter
from desktop_app.domain.review import OpenTag, ReviewItem
from desktop_app.domain.tag import AssignedTag, Tag, TagCount, TagDefinition, TagId, TagSource, TagState
from desktop_app.store.filters import LISTED, where
from desktop_app.store.reader import Reader

Ids = npt.NDArray[np.int64]

TAG_COLUMNS = "t.id, t.name, t.group_name, t.parent_id, t.colour, t.threshold, t.looked_for, t.sensitive"
"""What a `Tag` is made of, of `tags t`."""

# Of so many tags some will have photos whose files are not missing.
_CANDIDATES = 20


def all_tags(reader: Reader) -> list[Tag]:
    """Every tag there is, used or not, by name."""
    rows = reader.rows(f"SELECT {TAG_COLUMNS} FROM tags t ORDER BY t.name COLLATE NOCASE")
    return [tag_of_row(row) for row in rows]


def tag_named(reader: Reader, name: str) -> Tag | None:
    """The tag of that name or with that alias, in any case."""
    row = reader.row(
        f"""
        SELECT {TAG_COLUMNS} FROM tags t
        WHERE t.name = ? OR t.id = (SELECT tag_id FROM tag_aliases WHERE alias = ?) ORDER BY t.name = ? DESC
        """,
        [name, name, name],
    )
    return None if row is None else tag_of_row(row)


def tag_aliases(reader: Reader) -> dict[str, str]:
    """The other names of tags, each with the name of its tag."""
    rows = reader.rows(
        "SELECT a.alias, t.name FROM tag_aliases a JOIN tags t ON t.id = a.tag_id ORDER BY a.alias COLLATE NOCASE"
    )
    return {row["alias"]: row["name"] for row in rows}


def tag_definition(reader: Reader, tag_id: TagId) -> TagDefinition | None:
    """All about one tag."""
    found = _definitions(reader, "t.id = ?", [tag_id])
    return found[0] if found else None


def tag_definitions(reader: Reader) -> list[TagDefinition]:
    """All about every tag, by name."""
    return _definitions(reader, "1", [])


def looked_for_tags(reader: Reader) -> list[TagDefinition]:
    """The tags that models score photos for, by id."""
    return sorted(_definitions(reader, "t.looked_for = 1", []), key=lambda definition: definition.tag.id)


def _definitions(reader: Reader, which: str, values: list[int]) -> list[TagDefinition]:
    # Three reads and no join: a tag of five aliases would come five times.
    aliases = _words_by_tag(reader, "SELECT tag_id, alias FROM tag_aliases ORDER BY alias")
    names = _words_by_tag(reader, "SELECT tag_id, word FROM vocabulary_words WHERE tag_id IS NOT NULL ORDER BY word")
    rows = reader.rows(
        f"SELECT {TAG_COLUMNS}, t.templates FROM tags t WHERE {which} ORDER BY t.name COLLATE NOCASE", values
    )
    return [
        TagDefinition(
            tag_of_row(row),
            tuple(aliases.get(row["id"], ())),
            None if row["templates"] is None else tuple(json.loads(row["templates"])),
            tuple(names.get(row["id"], ())),
        )
        for row in rows
    ]


def _words_by_tag(reader: Reader, sql: str) -> dict[int, list[str]]:
    words: dict[int, list[str]] = {}
    for tag_id, word in reader.rows(sql):
        words.setdefault(tag_id, []).append(word)
    return words


def tag_counts(reader: Reader, filter_: Filter, *, with_parents: bool = False) -> list[TagCount]:
    """Tags that photos under the filter have, and the person's own tags even at zero; most frequent first.

    A photo with a tag counts for all tags above it, too, once for each: as filtering by them finds it.

    With `with_parents` also the tags that stand above these, so that a tree can be made of them.
    """
    clause = where(filter_)
    rows = reader.rows(
        f"""
        WITH RECURSIVE above (tag_id, id) AS (
            SELECT id, parent_id FROM tags WHERE parent_id IS NOT NULL
            UNION SELECT a.tag_id, t.parent_id FROM above a JOIN tags t ON t.id = a.id WHERE t.parent_id IS NOT NULL
        ), family (tag_id, id) AS MATERIALIZED (
            SELECT tag_id, id FROM above UNION SELECT id, id FROM above
        ), has (photo, tag_id) AS MATERIALIZED (
            SELECT a.content_id, a.tag_id FROM tag_assignments a JOIN contents c ON c.id = a.content_id
            WHERE a.state != 'rejected' AND {LISTED} AND ({clause.sql})
        ), n (tag_id, photos) AS MATERIALIZED (
            SELECT tag_id, COUNT(*) FROM has WHERE tag_id NOT IN (SELECT id FROM above) GROUP BY tag_id
            UNION ALL
            SELECT f.id, COUNT(DISTINCT h.photo) FROM has h JOIN family f ON f.tag_id = h.tag_id
            WHERE f.id IN (SELECT id FROM above) GROUP BY f.id
        ), shown (id) AS (
            SELECT tag_id FROM n UNION SELECT id FROM tags WHERE from_person = 1
            UNION SELECT u.parent_id FROM shown s JOIN tags u ON u.id = s.id WHERE ? AND u.parent_id IS NOT NULL
        )
        SELECT {TAG_COLUMNS}, COALESCE(n.photos, 0) AS photos
        FROM shown s JOIN tags t ON t.id = s.id LEFT JOIN n ON n.tag_id = t.id
        ORDER BY photos DESC, t.name COLLATE NOCASE
        """,
        [*clause.values, with_parents],
    )
    return [TagCount(tag_of_row(row), row["photos"]) for row in rows]


def tags_of(reader: Reader, photo_id: PhotoId) -> tuple[AssignedTag, ...]:
    """A photo's accepted and suggested tags: the person's own first, then by falling probability."""
    rows = reader.rows(
        f"""
        SELECT {TAG_COLUMNS}, a.source, a.state, a.probability
        FROM tag_assignments a JOIN tags t ON t.id = a.tag_id WHERE a.content_id = ? AND a.state != 'rejected'
        ORDER BY a.source != 'person', a.probability DESC, t.name COLLATE NOCASE
        """,
        [photo_id],
    )
    return tuple(
        AssignedTag(tag_of_row(row), TagSource(row["source"]), TagState(row["state"]), row["probability"])
        for row in rows
    )


def tag_of_row(row: Row) -> Tag:
    """The tag in a row with `TAG_COLUMNS`."""
    parent = row["parent_id"]
    return Tag(
        TagId(row["id"]),
        row["name"],
        row["group_name"],
        None if parent is None else TagId(parent),
        colour=row["colour"],
        threshold=row["threshold"],
        looked_for=bool(row["looked_for"]),
        sensitive=bool(row["sensitive"]),
    )


def assigned_photos(reader: Reader, tag_id: TagId) -> tuple[Ids, Ids]:
    """Photos that have a tag by a machine's word alone, accepted, the least probable first; and those that the person
    or the file has settled.
    """
    rows = reader.rows(
        """
        SELECT content_id, source FROM tag_assignments
        WHERE tag_id = ? AND (state = 'accepted' OR decision IS NOT NULL) ORDER BY probability
        """,
        [tag_id],
    )
    by_machine = [row["content_id"] for row in rows if row["source"] in {"zero-shot", "learned"}]
    settled = [row["content_id"] for row in rows if row["source"] in {"person", "file"}]
    return np.array(by_machine, np.int64), np.array(settled, np.int64)


def is_in_files(reader: Reader, tag_id: TagId) -> bool:
    """Whether any photo's own file or sidecar says this tag: other programs know it by its name."""
    row = reader.row("SELECT 1 FROM tag_assignments WHERE tag_id = ? AND in_file = 1 LIMIT 1", [tag_id])
    return row is not None


def to_review(reader: Reader, tag_id: TagId, *, limit: int | None = None) -> list[ReviewItem]:
    """Photos that a machine says have a tag and nobody has decided about, the most uncertain first."""
    rows = reader.rows(
        f"""
        SELECT a.content_id, a.probability, a.state FROM tag_assignments a JOIN contents c ON c.id = a.content_id
        WHERE a.tag_id = ? AND a.source IN ('zero-shot', 'learned') AND {LISTED}
        ORDER BY abs(a.probability - 0.5), a.content_id LIMIT ?
        """,
        [tag_id, -1 if limit is None else limit],
    )
    return [ReviewItem(PhotoId(row["content_id"]), row["probability"], TagState(row["state"])) for row in rows]


def most_suggested(reader: Reader, *, besides: Collection[TagId] = ()) -> OpenTag | None:
    """The tag that most photos wait to be decided about for, `besides` these; None when no photo waits."""
    # Counted from the index alone; whether photos are listed is asked only of the few tags with most suggestions.
    row = reader.row(
        f"""
        SELECT {TAG_COLUMNS}, (
            SELECT COUNT(*) FROM tag_assignments a JOIN contents c ON c.id = a.content_id
            WHERE a.tag_id = t.id AND a.state = 'suggested' AND {LISTED}
        ) AS waiting FROM tags t JOIN (
            SELECT id, (SELECT COUNT(*) FROM tag_assignments WHERE tag_id = tags.id AND state = 'suggested') AS all_photos
            FROM tags WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY all_photos DESC, id LIMIT {_CANDIDATES}
        ) most ON most.id = t.id WHERE waiting ORDER BY waiting DESC, t.name COLLATE NOCASE LIMIT 1
        """,
        [json.dumps([int(tag) for tag in besides])],
    )
    return None if row is None else OpenTag(tag_of_row(row), row["waiting"])
