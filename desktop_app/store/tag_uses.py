"""Which tags the photos of a selection have, and which tags the person gave last."""

from __future__ import annotations

import json
from collections.abc import Collection

from desktop_app.domain.edit import EditKind
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagUse
from desktop_app.store.reader import Reader
from desktop_app.store.tags import TAG_COLUMNS, tag_of_row

_GIVING = (EditKind.ADD, EditKind.ACCEPT)


def tag_uses(reader: Reader, photo_ids: Collection[PhotoId]) -> list[TagUse]:
    """Tags that some of these photos have, accepted or suggested: the person's word first, then those of most photos."""
    rows = reader.rows(
        f"""
        SELECT {TAG_COLUMNS}, n.accepted, n.suggested FROM tags t JOIN (
            SELECT a.tag_id, SUM(a.state = 'accepted') AS accepted, SUM(a.state = 'suggested') AS suggested,
                MAX(a.source = 'person') AS own
            FROM json_each(?) p CROSS JOIN tag_assignments a ON a.content_id = p.value
            WHERE a.state != 'rejected' GROUP BY a.tag_id
        ) n ON n.tag_id = t.id ORDER BY n.own DESC, n.accepted DESC, n.suggested DESC, t.name COLLATE NOCASE
        """,
        [json.dumps([int(photo) for photo in photo_ids])],
    )
    return [TagUse(tag_of_row(row), row["accepted"], row["suggested"]) for row in rows]


def recently_given(reader: Reader, *, limit: int) -> list[Tag]:
    """Tags that the person gave to photos, the latest first, as far back as edits are kept."""
    rows = reader.rows(
        f"""
        SELECT {TAG_COLUMNS} FROM tags t JOIN (
            SELECT tag, MAX(id) AS last FROM edits WHERE kind IN (?, ?) AND undone = 0 GROUP BY tag COLLATE NOCASE
        ) e ON e.tag = t.name ORDER BY e.last DESC LIMIT ?
        """,
        [*_GIVING, limit],
    )
    return [tag_of_row(row) for row in rows]
