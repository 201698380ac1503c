"""Going through what a machine says, one photo after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import Tag, TagState
from desktop_app.domain.tag_quality import TagQuality

ENOUGH_TO_TEACH = 5
"""Accepted photos, and rejected ones, from which a lesson is worth while: with so many of each lessons are measured."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A photo that a machine says has a tag, waiting for the person's word."""

    photo_id: PhotoId
    probability: float
    state: TagState


class Verdict(StrEnum):
    """What the person says of one photo."""

    ACCEPT = "accept"
    REJECT = "reject"
    SKIP = "skip"
    """Nothing: it comes again in the next round."""


@dataclass(frozen=True, slots=True)
class ReviewRound:
    """How far the person has come. Steps return the round that follows."""

    items: tuple[ReviewItem, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    """Of the first items, in their order."""

    @property
    def current(self) -> ReviewItem | None:
        """The photo that is asked about; None at the end."""
        return self.items[len(self.verdicts)] if len(self.verdicts) < len(self.items) else None

    def said(self, verdict: Verdict) -> ReviewRound:
        """The person has spoken about the current photo."""
        return self if self.current is None else replace(self, verdicts=(*self.verdicts, verdict))

    def taken_back(self) -> ReviewRound:
        """The person wants to speak about the photo before once more."""
        return replace(self, verdicts=self.verdicts[:-1])

    def count(self, verdict: Verdict) -> int:
        """Of how many photos the person has said this."""
        return self.verdicts.count(verdict)

    def coming(self, number: int) -> tuple[PhotoId, ...]:
        """The photos after the current one."""
        start = len(self.verdicts) + 1
        return tuple(item.photo_id for item in self.items[start : start + number])


@dataclass(frozen=True, slots=True)
class OpenTag:
    """A tag with suggestions that nobody has decided about."""

    tag: Tag
    suggestions: int


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """How a tag stands after a round, and what could be done next."""

    quality: TagQuality
    """By all that the person ever decided about it."""
    waiting: int
    """Photos of this tag that still wait for the person's word."""
    following: OpenTag | None
    """Another tag to go through."""

    @property
    def can_teach(self) -> bool:
        """Whether there are enough decisions, and no lesson yet: a lesson keeps up with decisions by itself."""
        return not self.quality.taught and min(self.quality.accepted, self.quality.rejected) >= ENOUGH_TO_TEACH
