"""Small facts about one library, kept inside its file."""

from __future__ import annotations

from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

ACTIVE_MODEL = "active_model"
"""Name of the model that serves searches."""

PENDING_MODEL = "pending_model"
"""Name of the model that is to serve next, once its embeddings are complete."""


def read_setting(reader: Reader, key: str) -> str | None:
    """A setting's value, or None when it was never set."""
    value: str | None = reader.value("SELECT value FROM settings WHERE key = ?", [key])
    return value


def write_setting(session: WriteSession, key: str, value: str) -> None:
    """Set a setting."""
    session.connection.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


def drop_setting(session: WriteSession, key: str) -> None:
    """Forget a setting."""
    session.connection.execute("DELETE FROM settings WHERE key = ?", [key])
