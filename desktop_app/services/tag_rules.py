"""From which probability on a tag is suggested, and accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.tag import Tag, TagState
from desktop_app.domain.tag_choice import Strictness, TagChoice
from desktop_app.ml.tag_thresholds import blended
from desktop_app.store.tag_fits import TagFit

Vectors = npt.NDArray[np.float32]

# So many photos weigh as much as the first rule: a tag's best cut is told by its probabilities, which were smoothed for few
# photos already. More of them cost what is gained by a cut for each tag.
PRIOR_PHOTOS = 5

# Where lists end in a library that has no photos yet. A few dozen photos of its own replace them.
FIRST_FLOORS: Mapping[Strictness, float] = {
    Strictness.CAUTIOUS: 0.6,
    Strictness.BALANCED: 0.15,
    Strictness.GENEROUS: 0.06,
}


@dataclass(frozen=True, slots=True)
class TagRules:
    """The library's rule for each tag; a tag's own threshold goes before it."""

    suggest: Vectors
    """Probability from which each tag is suggested, float32 [T]."""
    typical: float
    """The same for words that are no tag yet."""
    floor: float
    """No list of a tag fitted to a large library ends below it."""
    first: float
    """Where the lists of a library without photos end."""
    accept: float
    """Probability from which any tag is accepted."""
    top: int | None
    """The person wants so many tags for each photo, whatever their probability."""

    @classmethod
    def of(cls, choice: TagChoice, fit: TagFit | None, tags: Sequence[Tag]) -> TagRules:
        """The rules by what the person chose and what was fitted to the library."""
        first = FIRST_FLOORS[choice.strictness]
        photos = 0 if fit is None else fit.photos
        floor = first if fit is None else fit.floors.get(choice.strictness, first)
        fitted = {} if fit is None else fit.tags
        # A tag that was not fitted yet ends at the floor.
        cuts = np.array([fitted[tag.id].cut if tag.id in fitted else floor for tag in tags], np.float32)
        ends = np.maximum(cuts, np.float32(floor))
        return cls(
            suggest=blended(ends, first, photos=photos, prior_photos=PRIOR_PHOTOS),
            typical=float(blended(floor, first, photos=photos, prior_photos=PRIOR_PHOTOS)),
            floor=floor,
            first=first,
            accept=choice.strictness.accept_at,
            top=choice.top,
        )

    def ends(self, cuts: Vectors, *, photos: int) -> Vectors:
        """From which probability on labels would be suggested whose best cuts over so many photos are these, float32 [L]."""
        own = np.maximum(cuts, np.float32(self.floor))
        return blended(own, self.first, photos=photos, prior_photos=PRIOR_PHOTOS)

    def thresholds(self, place: int | None, *, own: float | None) -> tuple[float, float]:
        """From which probability on the tag at `place` (None: new words) is suggested, and from which accepted.

        `own` is the tag's own threshold for being accepted. Who lowers it wants no suggestions between; who raises it is
        still shown what may be right.
        """
        suggest = self.typical if place is None else float(self.suggest[place])
        accept = self.accept if own is None else own
        return min(suggest, accept), accept


def state_at(probability: float, *, suggest: float, accept: float) -> TagState | None:
    """What becomes of a tag of this probability."""
    if probability >= accept:
        return TagState.ACCEPTED
    return TagState.SUGGESTED if probability >= suggest else None
