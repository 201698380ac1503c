"""Tags as things a person shapes: their definition, and assignments in layers that keep apart who said what.

An assignment holds up to three opinions: the person's decision, the file's own keywords, a machine's. `source` and
`state` are computed from them, so that a decision outranks a machine by the schema itself and not by the care of every
write, and taking a decision back shows what lies beneath it.
"""

from __future__ import annotations

from desktop_app.store.search_schema import stale_trigger

TAG_SCHEMA: tuple[str, ...] = (
    "CREATE TEMP TABLE old_tags AS SELECT id, name, group_name, parent_id, from_person FROM tags",
    "CREATE TEMP TABLE old_assignments AS SELECT * FROM tag_assignments",
    "DROP TABLE tag_assignments",
    "DROP TABLE tags",
    # AUTOINCREMENT: the undo log names tags by id, so the id of a deleted tag must never become another's.
    """
    CREATE TABLE tags (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        group_name TEXT NOT NULL,
        parent_id INTEGER REFERENCES tags(id) ON DELETE SET NULL,
        from_person INTEGER NOT NULL DEFAULT 0,
        -- "#rrggbb", or NULL for none.
        colour TEXT CHECK (colour IS NULL OR colour GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
        -- Probability from which a machine's word is accepted; NULL: the library's rule.
        threshold REAL CHECK (threshold IS NULL OR threshold BETWEEN 0 AND 1),
        -- JSON list of the person's own prompt templates; NULL: those of the vocabulary or the group.
        templates TEXT,
        -- Models score photos for it.
        looked_for INTEGER NOT NULL DEFAULT 0,
        -- Its photos can be blurred until they are asked for.
        sensitive INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX tags_by_parent ON tags(parent_id)",
    """
    INSERT INTO tags (id, name, group_name, parent_id, from_person, looked_for)
    SELECT id, name, group_name, NULL, from_person, NOT from_person FROM old_tags
    """,
    "UPDATE tags SET parent_id = (SELECT parent_id FROM old_tags o WHERE o.id = tags.id)",
    # Other words for a tag. No alias is a tag's name: whoever writes either looks into both.
    """
    CREATE TABLE tag_aliases (
        alias TEXT PRIMARY KEY COLLATE NOCASE,
        tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX aliases_by_tag ON tag_aliases(tag_id)",
    # Names and synonyms of the starter vocabulary that were brought in once. They are not brought in again, so that a
    # tag the person renamed, merged or deleted stays so. tag_id: the tag that carries this name's prompts now.
    """
    CREATE TABLE vocabulary_words (
        word TEXT PRIMARY KEY COLLATE NOCASE,
        tag_id INTEGER REFERENCES tags(id) ON DELETE SET NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX vocabulary_words_by_tag ON vocabulary_words(tag_id)",
    """
    CREATE TABLE tag_assignments (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
        decision TEXT CHECK (decision IN ('accepted', 'rejected')),
        decided_at TEXT,
        in_file INTEGER NOT NULL DEFAULT 0 CHECK (in_file IN (0, 1)),
        machine_source TEXT CHECK (machine_source IN ('zero-shot', 'learned')),
        machine_state TEXT CHECK (machine_state IN ('accepted', 'suggested')),
        probability REAL,
        model_id INTEGER REFERENCES models(id) ON DELETE SET NULL,
        scored_at TEXT,
        source TEXT GENERATED ALWAYS AS (
            CASE WHEN decision IS NOT NULL THEN 'person' WHEN in_file THEN 'file' ELSE machine_source END) STORED,
        state TEXT GENERATED ALWAYS AS (
            CASE WHEN decision IS NOT NULL THEN decision WHEN in_file THEN 'accepted' ELSE machine_state END) STORED,
        PRIMARY KEY (content_id, tag_id),
        CHECK ((machine_source IS NULL) = (machine_state IS NULL))
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO tag_assignments
        (content_id, tag_id, decision, decided_at, in_file, machine_source, machine_state, probability, model_id, scored_at)
    SELECT content_id, tag_id,
        CASE WHEN source = 'person' THEN state END, CASE WHEN source = 'person' THEN decided_at END, source = 'file',
        CASE WHEN source IN ('zero-shot', 'learned') AND state != 'rejected' THEN source END,
        CASE WHEN source IN ('zero-shot', 'learned') AND state != 'rejected' THEN state END,
        probability, model_id, CASE WHEN source IN ('zero-shot', 'learned') THEN decided_at END
    FROM old_assignments
    """,
    "DELETE FROM tag_assignments WHERE state IS NULL",
    "CREATE INDEX assignments_by_tag ON tag_assignments(tag_id, state, content_id)",
    # Nobody's opinion is left: such rows exist only within a transaction, which finds them by this index and drops them.
    "CREATE INDEX empty_assignments ON tag_assignments(content_id) WHERE state IS NULL",
    "DROP TABLE old_tags",
    "DROP TABLE old_assignments",
    # The dropped tables took their triggers along.
    stale_trigger("tagged", "AFTER INSERT ON tag_assignments", row="new.content_id"),
    stale_trigger(
        "retagged",
        "AFTER UPDATE OF decision, in_file, machine_source, machine_state ON tag_assignments "
        "WHEN old.state IS NOT new.state OR old.source IS NOT new.source",
        row="new.content_id",
    ),
    stale_trigger("untagged", "AFTER DELETE ON tag_assignments", row="old.content_id"),
    """
    CREATE TRIGGER stale_renamed AFTER UPDATE OF name ON tags BEGIN
        INSERT INTO search_stale (content_id) SELECT content_id FROM tag_assignments
        WHERE tag_id = new.id AND content_id NOT IN (SELECT content_id FROM search_stale);
    END
    """,
    # What a person did to tags, to be taken back and done again: one row per edit, the photos' rows packed into one value.
    """
    CREATE TABLE edits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        made_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        tag TEXT NOT NULL,
        other TEXT NOT NULL,
        photos INTEGER NOT NULL,
        undone INTEGER NOT NULL DEFAULT 0,
        changes BLOB NOT NULL
    ) STRICT
    """,
)
