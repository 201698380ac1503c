"""Words as the text index sees them (SQLite FTS5's unicode61 tokenizer with diacritics removed)."""

from __future__ import annotations

import unicodedata

SEPARATOR = "\ue000"
"""A word of its own between two texts of one field, so that no phrase reaches across. Private use: FTS5 takes it for a letter."""

# Words that say nothing of a picture; they would keep "a dog on the beach" from finding a file called dog-beach.jpg.
FILLERS = frozenset(
    "a an and are as at by for from in into is it its of off on or over photo photos picture pictures some that the their to "
    "under up with".split()
)


def words_of(text: str) -> list[str]:
    """Lower-case words without diacritics: letters, digits and private-use characters, whatever else separates them."""
    folded = "".join(
        char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.category(char).startswith("M")
    )
    spaced = "".join(
        char if unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "Co" else " " for char in folded
    )
    return spaced.split()


def telling_words(text: str) -> list[str]:
    """The words of a free text that can be looked for in names and tags; all of them when it has only fillers."""
    words = words_of(text)
    return [word for word in words if word not in FILLERS] or words
