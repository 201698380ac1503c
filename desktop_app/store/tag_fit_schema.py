"""What was fitted to tags in one library: statistics, thrown away and made again at any time. Decisions live elsewhere."""

from __future__ import annotations

TAG_FIT_SCHEMA: tuple[str, ...] = (
    # One row per model: from how many photos, by which calibration, and where lists may end at each strictness.
    """
    CREATE TABLE tag_fits (
        model_id INTEGER PRIMARY KEY REFERENCES models(id) ON DELETE CASCADE,
        photos INTEGER NOT NULL,
        made_with TEXT NOT NULL,
        floors TEXT NOT NULL
    ) STRICT
    """,
    # How a tag, asked for in these words, scores over the library, and the probability at which its list is best cut.
    """
    CREATE TABLE tag_backgrounds (
        model_id INTEGER NOT NULL REFERENCES tag_fits(model_id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
        location REAL NOT NULL,
        spread REAL NOT NULL,
        cut REAL NOT NULL,
        words TEXT NOT NULL,
        PRIMARY KEY (model_id, tag_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX backgrounds_by_tag ON tag_backgrounds(tag_id)",
    # Tags taught from examples: log-odds = blend * zero-shot + weights . embedding + bias. weights: float32 little-endian.
    """
    CREATE TABLE learned_tags (
        model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
        weights BLOB NOT NULL,
        bias REAL NOT NULL,
        blend REAL NOT NULL,
        accepted INTEGER NOT NULL,
        rejected INTEGER NOT NULL,
        precision REAL,
        recall REAL,
        learned_at TEXT NOT NULL,
        PRIMARY KEY (model_id, tag_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX learned_by_tag ON learned_tags(tag_id)",
)

BEST_OF_TAGS: tuple[str, ...] = (
    # Made again at once: what was fitted without it says nothing any more.
    "DELETE FROM tag_fits",
    "ALTER TABLE tag_backgrounds ADD COLUMN best REAL NOT NULL DEFAULT 0.0",
)
