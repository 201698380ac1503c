"""What a person says of photos beyond tags: stars, favourites, titles; and the places of photos."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from desktop_app.base.paths import from_stored_name
from desktop_app.domain.annotations import MOST_STARS
from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.photo import Curation, PhotoId
from desktop_app.store.edit_log import record_edit
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession


def curation_of(reader: Reader, photo_ids: Sequence[int]) -> Curation:
    """What is said of a photo; of several: stars, favourite, label and albums as far as it is the same of all.

    Titles and descriptions are each photo's own, so several have none in common. Empty for photos that are not there.
    """
    wanted = json.dumps([int(photo_id) for photo_id in photo_ids])
    row = reader.row(
        """
        SELECT COUNT(*), MIN(rating), MAX(rating), MIN(favourite), MIN(label), COUNT(label), COUNT(DISTINCT label),
            MIN(title), MIN(description)
        FROM contents WHERE id IN (SELECT value FROM json_each(?))
        """,
        [wanted],
    )
    assert row is not None  # an aggregate always has one row
    count, lowest, highest, favourite, label, labelled, labels, title, description = row
    if not count:
        return Curation()
    albums = reader.rows(
        """
        SELECT a.name FROM album_photos p JOIN albums a ON a.id = p.album_id
        WHERE p.content_id IN (SELECT value FROM json_each(?))
        GROUP BY a.id HAVING COUNT(*) = ? ORDER BY a.name COLLATE NOCASE
        """,
        [wanted, count],
    )
    return Curation(
        rating=lowest if lowest == highest else 0,
        favourite=bool(favourite),
        title=title if count == 1 else None,
        description=description if count == 1 else None,
        label=label if labelled == count and labels == 1 else None,
        albums=tuple(from_stored_name(album["name"]) for album in albums),
    )


def rate(session: WriteSession, photo_ids: Collection[PhotoId], *, stars: int) -> Edited:
    """Give photos 1 to 5 stars, or take them away (0). ValueError for other numbers."""
    if not 0 <= stars <= MOST_STARS:
        raise ValueError(f"{stars} stars")
    given = f"{stars or 'no'} star{'' if stars == 1 else 's'}"
    return _say(session, EditKind.RATE, "rating", dict.fromkeys(photo_ids, stars), given)


def mark_favourite(session: WriteSession, photo_ids: Collection[PhotoId], *, favourite: bool) -> Edited:
    """Make photos favourites, or no longer."""

    def work() -> None:
        session.connection.executemany(
            "UPDATE contents SET favourite = ? WHERE id = ?", [(int(favourite), photo_id) for photo_id in photo_ids]
        )

    return record_edit(session, EditKind.FAVOURITE, work, tag="marking" if favourite else "unmarking")


def entitle(session: WriteSession, titles: Mapping[PhotoId, str | None]) -> Edited:
    """Set the titles of photos; None for none."""
    return _say(session, EditKind.ENTITLE, "title", titles)


def describe(session: WriteSession, descriptions: Mapping[PhotoId, str | None]) -> Edited:
    """Set the descriptions of photos; None for none."""
    return _say(session, EditKind.DESCRIBE, "description", descriptions)


def _say(
    session: WriteSession, kind: EditKind, column: str, values: Mapping[PhotoId, int | str | None], given: str = ""
) -> Edited:
    """The person's word: no file changes it from now on."""

    def work() -> None:
        session.connection.executemany(
            f"UPDATE contents SET {column} = ?, {column}_by_person = 1 WHERE id = ?",
            [(value, photo_id) for photo_id, value in values.items()],
        )

    return record_edit(session, kind, work, tag=given)


def names_in_library(reader: Reader, sql_column: str) -> tuple[str, ...]:
    """Different values of "camera" or "lens", the most frequent first."""
    column = {
        "camera": "TRIM(COALESCE(camera_make, '') || ' ' || COALESCE(camera_model, ''))",
        "lens": "lens",
    }[sql_column]
    rows = reader.rows(
        f"SELECT {column} AS value FROM contents WHERE {column} != '' GROUP BY value ORDER BY COUNT(*) DESC LIMIT 500"
    )
    return tuple(row["value"] for row in rows)
