"""What the schema needs to take in what other programs wrote about photos, and to tell it from what the person says here."""

from __future__ import annotations


def _due_trigger(name: str, event: str, *, photos: str) -> str:
    # Counted up, so that a change is not lost that comes while the photo is read. As for search_stale: no "OR IGNORE",
    # which the statement that fires a trigger overrides.
    return f"""
    CREATE TRIGGER due_{name} {event} BEGIN
        UPDATE annotations_due SET times = times + 1 WHERE content_id IN ({photos});
        INSERT INTO annotations_due (content_id)
        SELECT DISTINCT content_id FROM ({photos}) WHERE content_id NOT IN (SELECT content_id FROM annotations_due);
    END
    """


def _photos_of_sidecar(row: str) -> str:
    """Photos that a sidecar may belong to: `a/b.jpg` of `a/b.jpg.xmp`, and `a/b.*` of `a/b.xmp` ("/" follows ".")."""
    base = f"substr({row}.relative_path, 1, length({row}.relative_path) - 4)"
    return f"""
        SELECT content_id FROM files WHERE root_id = {row}.root_id AND (relative_path = {base}
            OR (relative_path > {base} || '.' AND relative_path < {base} || '/'))
    """


ANNOTATION_SCHEMA: tuple[str, ...] = (
    "ALTER TABLE contents ADD COLUMN label TEXT",
    # Whether the person set it here: then no file changes it.
    "ALTER TABLE contents ADD COLUMN rating_by_person INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contents ADD COLUMN title_by_person INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contents ADD COLUMN description_by_person INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE contents SET rating_by_person = rating > 0, title_by_person = title IS NOT NULL,
        description_by_person = description IS NOT NULL
    """,
    # Photos whose own file and sidecars are to be read for annotations: new ones, and those whose sidecar changed.
    """
    CREATE TABLE annotations_due (
        content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
        times INTEGER NOT NULL DEFAULT 1
    ) STRICT
    """,
    "INSERT INTO annotations_due (content_id) SELECT id FROM contents",
    # Case-folded keywords that Keepsight itself wrote into a photo's sidecar. Found there again, they are not another
    # program's word; and when their tag is taken off the photo, they may be taken out.
    """
    CREATE TABLE written_keywords (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        keyword TEXT NOT NULL,
        PRIMARY KEY (content_id, keyword)
    ) STRICT, WITHOUT ROWID
    """,
    _due_trigger("file", "AFTER INSERT ON files", photos="SELECT new.content_id AS content_id"),
    _due_trigger(
        "other_content",
        "AFTER UPDATE OF content_id ON files WHEN old.content_id != new.content_id",
        photos="SELECT new.content_id AS content_id",
    ),
    # Sidecars are noticed as every file is that is no photo: by a row in skipped_files with their stamp.
    _due_trigger(
        "sidecar",
        "AFTER INSERT ON skipped_files WHEN new.relative_path LIKE '%.xmp'",
        photos=_photos_of_sidecar("new"),
    ),
    _due_trigger(
        "sidecar_gone",
        "AFTER DELETE ON skipped_files WHEN old.relative_path LIKE '%.xmp'",
        photos=_photos_of_sidecar("old"),
    ),
    """
    CREATE TRIGGER stale_label AFTER UPDATE OF label ON contents BEGIN
        INSERT INTO search_stale (content_id)
        SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM search_stale WHERE content_id = new.id);
    END
    """,
)
