"""Taking in what photos' own files and sidecars say. What the person said here outranks it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.annotations import Annotations, TagPath
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import FileKey
from desktop_app.domain.photo import PhotoId, PhotoLocation, RootId
from desktop_app.domain.tag import PERSONAL_GROUP, TagId
from desktop_app.store.assignments import put_file_tags
from desktop_app.store.reader import Reader
from desktop_app.store.tag_names import is_below, tag_id_of
from desktop_app.store.writer import WriteSession

_READ = "A sidecar file: what it says of its photo is in the library"


@dataclass(frozen=True, slots=True)
class DuePhoto:
    """A photo whose annotations are to be read."""

    photo_id: PhotoId
    locations: tuple[PhotoLocation, ...]
    """Its files that are there, in folders that are there."""
    written: frozenset[str]
    """Case-folded keywords that Keepsight wrote into its sidecars itself."""
    times: int = 1
    """How often it became due; a number that is higher when it is stored tells of a change meanwhile."""


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """What was read of one photo."""

    due: DuePhoto
    annotations: Annotations
    complete: bool = True
    """False when a part was damaged: then nothing that was read before is taken back."""
    position_known: bool = False
    """Whether the photo's own file could be asked where it was taken."""
    sidecars: tuple[tuple[FileKey, str], ...] = ()
    """Its sidecars, each with what is wrong with it, or nothing."""


def due_photos(reader: Reader, roots: Sequence[RootId], *, after: PhotoId, limit: int) -> list[DuePhoto]:
    """The next photos to be read, by id, of those with a file in these roots."""
    marks = ",".join("?" * len(roots))
    there = f"f.content_id = d.content_id AND f.missing_since IS NULL AND f.root_id IN ({marks})"
    rows = reader.rows(
        f"""
        SELECT d.content_id, d.times, f.root_id, r.path, f.relative_path FROM (
            SELECT content_id, times FROM annotations_due d
            WHERE content_id > ? AND EXISTS (SELECT 1 FROM files f WHERE {there}) ORDER BY content_id LIMIT ?
        ) d JOIN files f ON {there} JOIN roots r ON r.id = f.root_id ORDER BY d.content_id, f.id
        """,
        [after, *roots, limit, *roots],
    )
    photos: dict[PhotoId, list[PhotoLocation]] = {}
    times: dict[PhotoId, int] = {}
    for row in rows:
        photo_id = PhotoId(row["content_id"])
        location = PhotoLocation(
            RootId(row["root_id"]), Path(from_stored_name(row["path"])), from_stored_name(row["relative_path"])
        )
        photos.setdefault(photo_id, []).append(location)
        times[photo_id] = row["times"]
    written = written_keywords(reader, tuple(photos))
    return [
        DuePhoto(photo_id, tuple(locations), written.get(photo_id, frozenset()), times[photo_id])
        for photo_id, locations in photos.items()
    ]


def written_keywords(reader: Reader, photo_ids: Sequence[int]) -> dict[PhotoId, frozenset[str]]:
    """Case-folded keywords that Keepsight wrote into sidecars, by photo."""
    marks = ",".join("?" * len(photo_ids))
    rows = reader.rows(
        f"SELECT content_id, keyword FROM written_keywords WHERE content_id IN ({marks})", list(photo_ids)
    )
    found: dict[PhotoId, set[str]] = {}
    for row in rows:
        found.setdefault(PhotoId(row["content_id"]), set()).add(row["keyword"])
    return {photo_id: frozenset(keywords) for photo_id, keywords in found.items()}


def put_written_keywords(session: WriteSession, photo_id: PhotoId, keywords: Iterable[str]) -> None:
    """Remember which case-folded keywords of a photo's sidecars are Keepsight's own."""
    session.connection.execute("DELETE FROM written_keywords WHERE content_id = ?", [photo_id])
    session.connection.executemany(
        "INSERT INTO written_keywords (content_id, keyword) VALUES (?, ?)",
        [(photo_id, keyword) for keyword in sorted(set(keywords))],
    )


def mark_due(session: WriteSession, photo_ids: Iterable[PhotoId]) -> LibraryChanges:
    """Have the next run read these photos' annotations again."""
    session.connection.executemany(
        """
        INSERT INTO annotations_due (content_id) SELECT id FROM contents WHERE id = ?
        ON CONFLICT (content_id) DO UPDATE SET times = times + 1
        """,
        [(photo_id,) for photo_id in photo_ids],
    )
    return LibraryChanges()


def put_annotations(session: WriteSession, photos: Iterable[ReadPhoto]) -> LibraryChanges:
    """Store what was read; these photos are no longer due. Photos for which nothing changed are in no change set."""
    changes = LibraryChanges()
    for photo in photos:
        photo_id = photo.due.photo_id
        session.connection.execute(
            "DELETE FROM annotations_due WHERE content_id = ? AND times = ?", [photo_id, photo.due.times]
        )
        if session.connection.execute("SELECT 1 FROM contents WHERE id = ?", [photo_id]).fetchone():
            changes |= _put_tags(session, photo) | _put_details(session, photo)
            changes |= _note_sidecars(session, photo)
    return changes


def _put_tags(session: WriteSession, photo: ReadPhoto) -> LibraryChanges:
    before = session.connection.execute("SELECT COUNT(*) FROM tags").fetchone()[0]
    ids = {_tag_at(session, path) for path in photo.annotations.tags}
    if not photo.complete:
        rows = session.connection.execute(
            "SELECT tag_id FROM tag_assignments WHERE content_id = ? AND in_file = 1", [photo.due.photo_id]
        )
        ids |= {TagId(row[0]) for row in rows}
    made = session.connection.execute("SELECT COUNT(*) FROM tags").fetchone()[0] != before
    return put_file_tags(session, photo.due.photo_id, sorted(ids)) | LibraryChanges(tags_changed=made)


def _tag_at(session: WriteSession, path: TagPath) -> TagId:
    """The tag that a keyword means; made where there is none, at its place in the hierarchy.

    Names mean one tag each, so the last one decides. A tag that only files brought in is put below what they say; one
    that the person made or placed stays where it is.
    """
    above: TagId | None = None
    for name in path:
        tag_id = tag_id_of(session, name)
        if tag_id is None:
            tag_id = _make_tag(session, name, above)
        elif above is not None and not is_below(session, above, tag_id):
            session.connection.execute(
                "UPDATE tags SET parent_id = ? WHERE id = ? AND parent_id IS NULL AND from_person = 0 AND looked_for = 0",
                [above, tag_id],
            )
        above = tag_id
    assert above is not None  # a path is never empty
    return above


def _make_tag(session: WriteSession, name: str, above: TagId | None) -> TagId:
    made = session.connection.execute(
        """
        INSERT INTO tags (name, group_name, parent_id)
        VALUES (?, COALESCE((SELECT group_name FROM tags WHERE id = ?), ?), ?)
        """,
        [name, above, PERSONAL_GROUP, above],
    )
    return TagId(made.lastrowid or 0)


def _put_details(session: WriteSession, photo: ReadPhoto) -> LibraryChanges:
    row = _details_of(session, photo.due.photo_id)
    said = photo.annotations
    after: dict[str, object] = {}
    for name, value, nothing in (
        ("rating", said.rating, 0),
        ("title", said.title, None),
        ("description", said.description, None),
    ):
        if not row[f"{name}_by_person"] and (value is not None or photo.complete):
            after[name] = nothing if value is None else value
    if said.label is not None or photo.complete:
        after["label"] = said.label
    if said.position is not None:
        place = said.position
        after |= {"latitude": place.latitude, "longitude": place.longitude, "altitude_m": place.altitude_m}
    elif photo.position_known and photo.complete:
        after |= {"latitude": None, "longitude": None, "altitude_m": None}
    changed = {name: value for name, value in after.items() if row[name] != value}
    if not changed:
        return LibraryChanges()
    session.connection.execute(
        f"UPDATE contents SET {', '.join(f'{name} = ?' for name in changed)} WHERE id = ?",
        [*changed.values(), photo.due.photo_id],
    )
    return LibraryChanges(updated=frozenset([photo.due.photo_id]))


def _details_of(session: WriteSession, photo_id: PhotoId) -> dict[str, object]:
    names = (
        "rating", "title", "description", "label", "latitude", "longitude", "altitude_m",
        "rating_by_person", "title_by_person", "description_by_person",
    )  # fmt: skip
    row = session.connection.execute(f"SELECT {', '.join(names)} FROM contents WHERE id = ?", [photo_id]).fetchone()
    return dict(zip(names, row, strict=True))


def _note_sidecars(session: WriteSession, photo: ReadPhoto) -> LibraryChanges:
    """Say of each sidecar, where files that are no photos are listed, that it is used, or why it is not."""
    changed = 0
    for key, problem in photo.sidecars:
        reason = f"The sidecar cannot be used: {problem}" if problem else _READ
        changed += session.connection.execute(
            "UPDATE skipped_files SET reason = ? WHERE root_id = ? AND relative_path = ? AND reason != ?",
            [reason, key.root_id, to_stored_name(key.relative_path), reason],
        ).rowcount
    return LibraryChanges(skipped_changed=changed > 0)
