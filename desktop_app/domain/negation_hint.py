"""Say how to leave something out, to somebody who wrote "not" in plain words: no image-text model understands that."""

from __future__ import annotations

import re

# "no" is left out: "a no entry sign".
_LEFT_OUT = re.compile(r"\b(?:not|without|except)\s+(?:(?:a|an|the|any)\s+)?(\w+)", re.IGNORECASE)


def negation_hint(text: str) -> str:
    """One sentence when free text seems to say what should not be seen; else empty."""
    found = _LEFT_OUT.search(text)
    return f"To leave something out, put a minus before it: -{found.group(1)}." if found else ""
