"""Which photos have a sensitive tag, or one below such a tag."""

from __future__ import annotations

import json
from collections.abc import Collection

from desktop_app.domain.photo import PhotoId
from desktop_app.store.reader import Reader

# A machine's guess that is more likely wrong than right hides nothing.
_LIKELY = 0.5

_SENSITIVE = f"""
    WITH RECURSIVE sensitive(id) AS (
        SELECT id FROM tags WHERE sensitive = 1
        UNION SELECT t.id FROM tags t JOIN sensitive s ON t.parent_id = s.id)
    SELECT DISTINCT content_id FROM tag_assignments
    WHERE tag_id IN (SELECT id FROM sensitive)
    AND (state = 'accepted' OR (state = 'suggested' AND probability >= {_LIKELY}))
"""


def sensitive_photos(reader: Reader) -> frozenset[PhotoId]:
    """All of them: tagged so by the person, by a file, or by a machine that is more likely right than wrong."""
    return frozenset(PhotoId(row[0]) for row in reader.rows(_SENSITIVE))


def sensitive_among(reader: Reader, photo_ids: Collection[int]) -> frozenset[PhotoId]:
    """Those among some photos."""
    ids = json.dumps([int(photo) for photo in photo_ids])
    rows = reader.rows(f"{_SENSITIVE} AND content_id IN (SELECT value FROM json_each(?))", [ids])
    return frozenset(PhotoId(row[0]) for row in rows)
