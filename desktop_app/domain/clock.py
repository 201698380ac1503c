"""How a place in a video, or its length, is written: as on a player."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """Whole seconds as "0:07", "12:34" or "1:02:03"."""
    whole = max(int(seconds), 0)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
