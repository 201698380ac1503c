"""What the search filters need beyond the first schema: what a person says of a photo, albums, places, a text index."""

from __future__ import annotations

_TEXT_COLUMNS = "name, folder, title, description, tags, machine_tags, place, camera"

_NEW_COLUMNS = ", ".join(f"new.{name.strip()}" for name in _TEXT_COLUMNS.split(","))
_OLD_COLUMNS = ", ".join(f"old.{name.strip()}" for name in _TEXT_COLUMNS.split(","))


def stale_trigger(name: str, event: str, *, row: str) -> str:
    """A trigger that notes a photo whose texts are out of date from now on; `row` names its content id."""
    # Not "INSERT OR IGNORE": the statement that fires a trigger overrides its conflict clause (sqlite.org/lang_createtrigger.html).
    return f"""
    CREATE TRIGGER stale_{name} {event} BEGIN
        INSERT INTO search_stale (content_id)
        SELECT {row} WHERE NOT EXISTS (SELECT 1 FROM search_stale WHERE content_id = {row});
    END
    """


def _alias_trigger(name: str, event: str, *, tag: str) -> str:
    """A trigger that notes the photos of a tag whose other names change; `tag` names its id."""
    return f"""
    CREATE TRIGGER stale_{name} {event} ON tag_aliases BEGIN
        INSERT INTO search_stale (content_id) SELECT content_id FROM tag_assignments
        WHERE tag_id = {tag} AND content_id NOT IN (SELECT content_id FROM search_stale);
    END
    """


ALIASES_ARE_WORDS: tuple[str, ...] = (
    _alias_trigger("aliased", "AFTER INSERT", tag="new.tag_id"),
    _alias_trigger("unaliased", "AFTER DELETE", tag="old.tag_id"),
    _alias_trigger("alias_moved", "AFTER UPDATE OF tag_id", tag="new.tag_id"),
    """
    INSERT INTO search_stale (content_id) SELECT DISTINCT content_id FROM tag_assignments
    WHERE tag_id IN (SELECT tag_id FROM tag_aliases) AND content_id NOT IN (SELECT content_id FROM search_stale)
    """,
)
"""A photo is found by the other names of its tags, too."""

SEARCH_SCHEMA: tuple[str, ...] = (
    "ALTER TABLE contents ADD COLUMN rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5)",
    "ALTER TABLE contents ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contents ADD COLUMN title TEXT",
    "ALTER TABLE contents ADD COLUMN description TEXT",
    # Names of where it was taken, from near to far: "Montmartre, Paris, France".
    "ALTER TABLE contents ADD COLUMN place TEXT",
    "CREATE INDEX contents_by_latitude ON contents(latitude) WHERE latitude IS NOT NULL",
    """
    CREATE TABLE albums (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE album_photos (
        album_id INTEGER NOT NULL REFERENCES albums(id) ON DELETE CASCADE,
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        added_at TEXT NOT NULL,
        PRIMARY KEY (album_id, content_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX album_photos_by_content ON album_photos(content_id)",
    """
    CREATE TABLE saved_searches (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        query TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    # The texts of a photo as one row, for the index below and for saying which of them matched.
    """
    CREATE TABLE search_texts (
        content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        folder TEXT NOT NULL,
        title TEXT NOT NULL,
        description TEXT NOT NULL,
        tags TEXT NOT NULL,
        machine_tags TEXT NOT NULL,
        place TEXT NOT NULL,
        camera TEXT NOT NULL
    ) STRICT
    """,
    f"""
    CREATE VIRTUAL TABLE search_fts USING fts5(
        {_TEXT_COLUMNS}, content = 'search_texts', content_rowid = 'content_id',
        tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co'"
    )
    """,
    # External content is kept in step by three triggers (sqlite.org/fts5.html#external_content_tables).
    f"""
    CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN
        INSERT INTO search_fts (rowid, {_TEXT_COLUMNS}) VALUES (new.content_id, {_NEW_COLUMNS});
    END
    """,
    f"""
    CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN
        INSERT INTO search_fts (search_fts, rowid, {_TEXT_COLUMNS}) VALUES ('delete', old.content_id, {_OLD_COLUMNS});
    END
    """,
    f"""
    CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN
        INSERT INTO search_fts (search_fts, rowid, {_TEXT_COLUMNS}) VALUES ('delete', old.content_id, {_OLD_COLUMNS});
        INSERT INTO search_fts (rowid, {_TEXT_COLUMNS}) VALUES (new.content_id, {_NEW_COLUMNS});
    END
    """,
    # Triggers only note whose texts changed; the writer puts them together once, at the end of each transaction.
    "CREATE TABLE search_stale (content_id INTEGER PRIMARY KEY) STRICT",
    stale_trigger("content", "AFTER INSERT ON contents", row="new.id"),
    stale_trigger(
        "details",
        "AFTER UPDATE OF title, description, place, camera_make, camera_model, lens ON contents",
        row="new.id",
    ),
    stale_trigger("file", "AFTER INSERT ON files", row="new.content_id"),
    stale_trigger("file_gone", "AFTER DELETE ON files", row="old.content_id"),
    stale_trigger("file_left", "AFTER UPDATE OF content_id ON files", row="old.content_id"),
    stale_trigger("file_moved", "AFTER UPDATE OF content_id, root_id, relative_path ON files", row="new.content_id"),
    stale_trigger("tagged", "AFTER INSERT ON tag_assignments", row="new.content_id"),
    stale_trigger("retagged", "AFTER UPDATE OF state, source ON tag_assignments", row="new.content_id"),
    stale_trigger("untagged", "AFTER DELETE ON tag_assignments", row="old.content_id"),
    """
    CREATE TRIGGER stale_renamed AFTER UPDATE OF name ON tags BEGIN
        INSERT INTO search_stale (content_id) SELECT content_id FROM tag_assignments
        WHERE tag_id = new.id AND content_id NOT IN (SELECT content_id FROM search_stale);
    END
    """,
    "INSERT INTO search_stale (content_id) SELECT id FROM contents",
)
