"""Small facts about one library, kept inside its file."""

from __future__ import annotations

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.exclusion import Exclusion
from desktop_app.store.reader import Reader
from desktop_app.store.writer import WriteSession

ACTIVE_MODEL = "active_model"
"""Name of the model that serves searches."""

PENDING_MODEL = "pending_model"
"""Name of the model that is to serve next, once its embeddings are complete."""

_EXCLUDE_PATTERNS = "exclude_patterns"
_HIDDEN_FILES = "hidden_files"


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


def read_exclusion(reader: Reader) -> Exclusion:
    """What this library leaves out of its folders."""
    patterns, hidden = read_setting(reader, _EXCLUDE_PATTERNS), read_setting(reader, _HIDDEN_FILES) == "yes"
    if patterns is None:
        return Exclusion(hidden=hidden)
    return Exclusion(tuple(line for line in from_stored_name(patterns).split("\n") if line), hidden=hidden)


def write_exclusion(session: WriteSession, exclusion: Exclusion) -> LibraryChanges:
    """Leave out something else from now on; the next scan applies it."""
    write_setting(session, _EXCLUDE_PATTERNS, to_stored_name("\n".join(exclusion.patterns)))
    write_setting(session, _HIDDEN_FILES, "yes" if exclusion.hidden else "no")
    return LibraryChanges(roots_changed=True)
