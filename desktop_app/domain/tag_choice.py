"""How the person wants machine tags chosen: by how many of them may be wrong, or so many for each photo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_TAGS = 12
"""A photo of everything is a photo of nothing: beyond a dozen tags the least probable ones only bury the good ones."""


class Strictness(StrEnum):
    """How sure a tag must be: mostly right, as often right as complete, or missing little."""

    CAUTIOUS = "cautious"
    BALANCED = "balanced"
    GENEROUS = "generous"

    @property
    def precision(self) -> float:
        """The least share of suggested and accepted tags, taken together, that is to be right.

        Balanced and generous hold a little back only: there, each tag's own best cut decides.
        """
        return {"cautious": 0.8, "balanced": 0.25, "generous": 0.12}[self.value]

    @property
    def accept_at(self) -> float:
        """Probability from which a tag is accepted without being asked about."""
        return {"cautious": 0.9, "balanced": 0.8, "generous": 0.7}[self.value]


@dataclass(frozen=True, slots=True)
class TagChoice:
    """One of the three ways by precision, or the `top` most probable tags of every photo."""

    strictness: Strictness = Strictness.BALANCED
    top: int | None = None
    """1 to `MOST_TAGS`; None: by precision."""

    def __str__(self) -> str:
        return self.strictness.value if self.top is None else f"top-{self.top}"


def parse_tag_choice(text: str) -> TagChoice:
    """Read "cautious", "balanced", "generous" or "top-5". Raises ValueError that names what there is."""
    word = text.strip().lower()
    if word.startswith("top-") and word[4:].isdecimal() and 1 <= int(word[4:]) <= MOST_TAGS:
        return TagChoice(top=int(word[4:]))
    if word in {each.value for each in Strictness}:
        return TagChoice(Strictness(word))
    raise ValueError(f"{text!r} is none of cautious, balanced, generous, top-1 to top-{MOST_TAGS}")
