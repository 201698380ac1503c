"""The present moment, as it is stored."""

from __future__ import annotations

from datetime import UTC, datetime


def now_text() -> str:
    """The present moment as stored in the library: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
