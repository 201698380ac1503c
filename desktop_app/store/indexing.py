"""The indexer's writes: one batch, one transaction. Identity rules live here (see DESIGN: what a photo is)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import UTC, datetime
from typing import Any

from desktop_app.base.paths import to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import (
    BatchCounts,
    FileKey,
    FindKind,
    FoundFile,
    FreshPhoto,
    IndexBatch,
    KnownPhoto,
    UnreadableFile,
)
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import FileStamp, Metadata, PhotoId
from desktop_app.store.assignments import hand_on_tag_decisions, put_machine_tags
from desktop_app.store.clock import now_text
from desktop_app.store.embeddings import put_embeddings
from desktop_app.store.moments import put_moments
from desktop_app.store.places import put_places
from desktop_app.store.writer import WriteSession

_INSERT_CONTENT = """
    INSERT INTO contents (hash, file_format, width, height, byte_size, sort_time, added_at, taken_at, camera_make,
        camera_model, lens, exposure_seconds, f_number, iso, focal_length_mm, latitude, longitude, altitude_m,
        duration_seconds, motion)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (hash) DO NOTHING
"""

_PUT_FILE = """
    INSERT INTO files (root_id, relative_path, content_id, size, mtime_ns) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (root_id, relative_path) DO UPDATE SET
        content_id = excluded.content_id, size = excluded.size, mtime_ns = excluded.mtime_ns, missing_since = NULL
"""


def store_batch(session: WriteSession, batch: IndexBatch) -> tuple[BatchCounts, LibraryChanges]:
    """Store what was read; return how many files ended as what, and what changed."""
    counts, changes = BatchCounts(), LibraryChanges()
    batch = _without_removed_roots(session, batch)
    for fresh in batch.fresh:
        outcome, change = _store_fresh(session, fresh, batch.model_id)
        counts, changes = _count(counts, outcome, embedded=1), changes | change
    for known in batch.known:
        outcome, change = _store_known(session, known)
        counts, changes = _count(counts, outcome), changes | change
    for unreadable in batch.unreadable:
        changes |= _store_unreadable(session, unreadable)
        counts = replace(counts, skipped=counts.skipped + 1)
    return counts, changes


def _without_removed_roots(session: WriteSession, batch: IndexBatch) -> IndexBatch:
    """A folder that the person removed while its files were being read is not put back."""
    there = {row[0] for row in session.connection.execute("SELECT id FROM roots")}
    fresh = tuple(item for item in batch.fresh if item.found.key.root_id in there)
    known = tuple(item for item in batch.known if item.found.key.root_id in there)
    unreadable = tuple(item for item in batch.unreadable if item.found.key.root_id in there)
    return replace(batch, fresh=fresh, known=known, unreadable=unreadable)


def _count(counts: BatchCounts, outcome: str, *, embedded: int = 0) -> BatchCounts:
    counted = replace(counts, embedded=counts.embedded + embedded)
    return replace(counted, **{outcome: getattr(counted, outcome) + 1})


def _store_fresh(session: WriteSession, fresh: FreshPhoto, model_id: ModelId) -> tuple[str, LibraryChanges]:
    photo_id, is_new = _put_content(session, fresh)
    put_embeddings(session, model_id, [photo_id], fresh.vector[None])
    if fresh.moments:
        put_moments(session, model_id, photo_id, fresh.moments)
    outcome, changes = _put_file(
        session, found=fresh.found, stamp=fresh.stamp, photo_id=photo_id, is_new=is_new, heir=is_new
    )
    put_machine_tags(session, photo_id, tags=fresh.tags, model_id=model_id)
    here = frozenset([photo_id])
    return outcome, changes | LibraryChanges(embedded=here, retagged=here)


def _store_known(session: WriteSession, known: KnownPhoto) -> tuple[str, LibraryChanges]:
    row = session.connection.execute("SELECT id FROM contents WHERE hash = ?", [known.content_hash]).fetchone()
    if row is None:
        # Its twin's folder was removed from the library while both were read: the next scan reads this one.
        return "skipped", LibraryChanges()
    photo_id = PhotoId(row[0])
    moved_from = [key for key in known.gone_from if _drop_file(session, key, photo_id)]
    moved_here = bool(moved_from)
    # An editor writes what it changed beside the photo and renames it into its place: the photo is still the same one.
    saved_over = moved_here and known.found.kind is FindKind.MODIFIED and not _has_decisions(session, photo_id)
    outcome, changes = _put_file(session, found=known.found, stamp=known.stamp, photo_id=photo_id, heir=saved_over)
    if moved_here and known.found.kind is FindKind.NEW:
        outcome = "moved"
    return outcome, changes


def _put_content(session: WriteSession, fresh: FreshPhoto) -> tuple[PhotoId, bool]:
    facts, connection = fresh.facts, session.connection
    session.thumbnails.execute(
        "INSERT OR REPLACE INTO thumbnails (hash, jpeg) VALUES (?, ?)", [facts.content_hash, facts.thumbnail]
    )
    values: list[Any] = [facts.content_hash, facts.file_format, facts.width, facts.height, fresh.stamp.size]
    values += [_sort_time(facts.metadata, fresh.stamp), now_text()]
    taken_at, *rest = astuple(facts.metadata)
    values += [taken_at.isoformat() if taken_at else None, *rest, facts.duration_seconds, facts.motion]
    is_new = connection.execute(_INSERT_CONTENT, values).rowcount == 1
    row = connection.execute("SELECT id FROM contents WHERE hash = ?", [facts.content_hash]).fetchone()
    photo_id = PhotoId(row[0])
    if fresh.place is not None:
        put_places(session, {photo_id: fresh.place})
    return photo_id, is_new


def _sort_time(metadata: Metadata, stamp: FileStamp) -> str:
    """When the photo was taken, or failing that when the file was last written: sorts as text."""
    if metadata.taken_at is not None:
        # Local wall-clock time orders a person's photos as they lived them, whatever the zone.
        return metadata.taken_at.replace(tzinfo=None).isoformat(timespec="seconds")
    seconds = min(max(stamp.mtime_ns // 1_000_000_000, 0), _LATEST_TIMESTAMP)
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="seconds")


# 9999-12-31, the last day `datetime` knows: damaged file systems do report later ones.
_LATEST_TIMESTAMP = 253_402_214_400


def _put_file(
    session: WriteSession, *, found: FoundFile, stamp: FileStamp, photo_id: PhotoId, heir: bool, is_new: bool = False
) -> tuple[str, LibraryChanges]:
    """Put a photo at a place. An heir takes over what the person said of the photo that was there."""
    key = found.key
    place = [key.root_id, to_stored_name(key.relative_path)]
    before = session.connection.execute(
        "SELECT content_id FROM files WHERE root_id = ? AND relative_path = ?", place
    ).fetchone()
    session.connection.execute(_PUT_FILE, [*place, photo_id, stamp.size, stamp.mtime_ns])
    unskipped = _forget_skip(session, key)
    changes = LibraryChanges(
        added=frozenset([photo_id]) if is_new else frozenset(), updated=frozenset([photo_id]), skipped_changed=unskipped
    )
    if before is None:
        return ("added" if is_new else "reused"), changes
    if before[0] == photo_id:
        return "reused", changes
    if heir:
        hand_on_decisions(session, old=PhotoId(before[0]), new=photo_id)
    return "modified", changes | LibraryChanges(updated=frozenset([PhotoId(before[0])]))


def _drop_file(session: WriteSession, key: FileKey, photo_id: PhotoId) -> bool:
    """Forget the place a photo was moved from. False when another move of this run took it already."""
    done = session.connection.execute(
        "DELETE FROM files WHERE root_id = ? AND relative_path = ? AND content_id = ?",
        [key.root_id, to_stored_name(key.relative_path), photo_id],
    )
    return done.rowcount == 1


def _has_decisions(session: WriteSession, photo_id: PhotoId) -> bool:
    """Whether the person said anything of a photo."""
    row = session.connection.execute(
        """
        SELECT EXISTS (SELECT 1 FROM tag_assignments WHERE content_id = c.id AND decision IS NOT NULL)
            OR EXISTS (SELECT 1 FROM album_photos WHERE content_id = c.id)
            OR c.rating > 0 OR c.favourite > 0 OR c.title IS NOT NULL OR c.description IS NOT NULL
        FROM contents c WHERE id = ?
        """,
        [photo_id],
    ).fetchone()
    return bool(row[0])


def hand_on_decisions(session: WriteSession, *, old: PhotoId, new: PhotoId) -> None:
    """An edited file keeps what the person said of it."""
    hand_on_tag_decisions(session, old=old, new=new)
    session.connection.execute(
        """
        UPDATE contents SET (rating, favourite, title, description, rating_by_person, title_by_person,
            description_by_person) = (SELECT rating, favourite, title, description, rating_by_person, title_by_person,
            description_by_person FROM contents WHERE id = ?) WHERE id = ?
        """,
        [old, new],
    )
    session.connection.execute(
        """
        INSERT OR IGNORE INTO written_keywords (content_id, keyword)
        SELECT ?, keyword FROM written_keywords WHERE content_id = ?
        """,
        [new, old],
    )
    session.connection.execute(
        """
        INSERT OR IGNORE INTO album_photos (album_id, content_id, added_at)
        SELECT album_id, ?, added_at FROM album_photos WHERE content_id = ?
        """,
        [new, old],
    )


def _store_unreadable(session: WriteSession, file: UnreadableFile) -> LibraryChanges:
    found = file.found
    session.connection.execute(
        """
        INSERT OR REPLACE INTO skipped_files (root_id, relative_path, size, mtime_ns, reason, is_photo, transient)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
            found.key.root_id,
            to_stored_name(found.key.relative_path),
            found.stamp.size,
            found.stamp.mtime_ns,
            file.reason,
            file.is_photo,
            file.transient,
        ],
    )
    if file.transient or found.kind is FindKind.UNEMBEDDED:
        return LibraryChanges(skipped_changed=True)
    # If there was a photo here its bytes are gone, and what stands in their place is no photo.
    _, changes = mark_gone(session, [found.key], keep_skips=True)
    return changes | LibraryChanges(skipped_changed=True)


def note_unlisted(session: WriteSession, places: Iterable[tuple[FileKey, str]]) -> LibraryChanges:
    """List folders and files that could not be looked at, with the reason, among what was skipped. Photos that are known
    below them stay as they are.
    """
    changed = 0
    for key, reason in places:
        changed += session.connection.execute(
            """
            INSERT INTO skipped_files (root_id, relative_path, size, mtime_ns, reason, is_photo, transient)
            SELECT id, ?2, 0, 0, ?3, 1, 1 FROM roots WHERE id = ?1
            ON CONFLICT (root_id, relative_path) DO UPDATE SET reason = excluded.reason
            WHERE skipped_files.reason != excluded.reason
            """,
            [key.root_id, to_stored_name(key.relative_path), reason],
        ).rowcount
    return LibraryChanges(skipped_changed=changed > 0)


def _forget_skip(session: WriteSession, key: FileKey) -> bool:
    done = session.connection.execute(
        "DELETE FROM skipped_files WHERE root_id = ? AND relative_path = ?",
        [key.root_id, to_stored_name(key.relative_path)],
    )
    return done.rowcount > 0


def mark_gone(
    session: WriteSession, keys: Iterable[FileKey], *, keep_skips: bool = False
) -> tuple[int, LibraryChanges]:
    """Mark files that are no longer there as missing (and forget skipped ones); return how many photos' files went.

    Where the photo has another file, nothing is missing: the place of a copy that is gone is forgotten.
    """
    touched: set[PhotoId] = set()
    gone, unskipped = 0, False
    for key in keys:
        unskipped |= not keep_skips and _forget_skip(session, key)
        touched |= _drop_spare(session, key)
        row = session.connection.execute(
            """
            UPDATE files SET missing_since = ? WHERE root_id = ? AND relative_path = ? AND missing_since IS NULL
            RETURNING content_id
            """,
            [now_text(), key.root_id, to_stored_name(key.relative_path)],
        ).fetchone()
        if row is not None:
            gone += 1
            touched.add(PhotoId(row[0]))
    return gone, LibraryChanges(
        updated=frozenset(touched), missing=_without_files(session, touched), skipped_changed=unskipped
    )


def _drop_spare(session: WriteSession, key: FileKey) -> set[PhotoId]:
    """Forget a file whose photo is in another file that is there; the photo, if so."""
    row = session.connection.execute(
        """
        DELETE FROM files WHERE root_id = ? AND relative_path = ? AND EXISTS (
            SELECT 1 FROM files other
            WHERE other.content_id = files.content_id AND other.id != files.id AND other.missing_since IS NULL)
        RETURNING content_id
        """,
        [key.root_id, to_stored_name(key.relative_path)],
    ).fetchone()
    return set() if row is None else {PhotoId(row[0])}


def _without_files(session: WriteSession, photo_ids: Iterable[PhotoId]) -> frozenset[PhotoId]:
    return frozenset(
        photo_id
        for photo_id in photo_ids
        if not session.connection.execute(
            "SELECT 1 FROM files WHERE content_id = ? AND missing_since IS NULL", [photo_id]
        ).fetchone()
    )


def mark_returned(session: WriteSession, files: Iterable[FoundFile]) -> LibraryChanges:
    """Files that were missing and are there again, unchanged."""
    back: set[PhotoId] = set()
    for found in files:
        row = session.connection.execute(
            "UPDATE files SET missing_since = NULL WHERE root_id = ? AND relative_path = ? RETURNING content_id",
            [found.key.root_id, to_stored_name(found.key.relative_path)],
        ).fetchone()
        if row is not None:
            back.add(PhotoId(row[0]))
    return LibraryChanges(updated=frozenset(back))
