"""The searches that a person keeps."""

from __future__ import annotations

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.saved_search import SavedSearch, SavedSearchId
from desktop_app.store.clock import now_text
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

SAVED_SEARCH_SETTINGS = (
    "ALTER TABLE saved_searches ADD COLUMN sensitivity REAL NOT NULL DEFAULT 0.5",
    "ALTER TABLE saved_searches ADD COLUMN words_weight REAL NOT NULL DEFAULT 0.5",
)
"""What a migration adds to the first shape of the table."""


def saved_searches(reader: Reader) -> list[SavedSearch]:
    """The searches the person keeps, by name."""
    rows = reader.rows(
        "SELECT id, name, query, sensitivity, words_weight FROM saved_searches ORDER BY name COLLATE NOCASE"
    )
    return [
        SavedSearch(
            SavedSearchId(row["id"]),
            row["name"],
            row["query"],
            sensitivity=row["sensitivity"],
            words_weight=row["words_weight"],
        )
        for row in rows
    ]


def save_search(
    session: WriteSession, name: str, query: str, *, sensitivity: float, words_weight: float
) -> LibraryChanges:
    """Keep a question under a name; one of that name is changed."""
    session.connection.execute(
        """
        INSERT INTO saved_searches (name, query, sensitivity, words_weight, created_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET name = excluded.name, query = excluded.query,
            sensitivity = excluded.sensitivity, words_weight = excluded.words_weight
        """,
        [name, query, sensitivity, words_weight, now_text()],
    )
    return LibraryChanges(saved_searches_changed=True)


def change_search(session: WriteSession, saved: SavedSearch) -> LibraryChanges:
    """Give the search with this id another name, question or settings. sqlite3.IntegrityError when the name is taken."""
    changed = session.connection.execute(
        "UPDATE saved_searches SET name = ?, query = ?, sensitivity = ?, words_weight = ? WHERE id = ?",
        [saved.name, saved.query, saved.sensitivity, saved.words_weight, saved.id],
    ).rowcount
    return LibraryChanges(saved_searches_changed=changed > 0)


def drop_search(session: WriteSession, name: str) -> LibraryChanges:
    """Keep a search no longer; no change when there is none of that name."""
    gone = session.connection.execute("DELETE FROM saved_searches WHERE name = ?", [name]).rowcount
    return LibraryChanges(saved_searches_changed=gone > 0)
