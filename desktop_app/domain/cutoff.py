"""Where a list of results ends: after the photos that are worth listing, or before the first one when nothing matches.

Given each photo's calibrated probability, the list is the one with the highest expected F measure (van Rijsbergen 1979):
    F(k) = (1 + b^2) * sum of the k best p / (k + b^2 * sum of all p)
An all-or-nothing list of one sure photo ends after one, a common thing's list goes on far below 50 %; no single threshold
does both. `b` weighs what is missed against what is listed in vain, and is what the sensitivity control moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Probabilities = npt.NDArray[np.float32]

DEFAULT_SENSITIVITY = 0.5

# A photo missed is worse than one listed in vain, which the eye passes over: b^2 with the control in the middle, and the
# factor that its ends multiply or divide it by. On labels kept out of fitting, 1 gave a mean F1 that was 0.01 higher, for
# things of one photo; 2 gave 0.02 less, and what three or more photos show gained nothing from it.
_B_SQUARED = 1.5
_FACTOR_AT_THE_ENDS = 16.0
# Less likely photos are not expected to match at all: in a large library their many small probabilities, which no
# calibration gets right to the last digit, would add up to matches that are not there, and no list would ever end.
FLOOR = 0.04
# How far the ends move the bar that the best photo must pass, in log-odds.
_BAR_SHIFT = 3.0


@dataclass(frozen=True, slots=True)
class CutOff:
    """How a list is ended. `bar` is the probability that the best photo must reach for anything to match at all."""

    bar: float
    sensitivity: float = DEFAULT_SENSITIVITY
    """0 (only the surest) to 1 (whatever might match)."""
    generosity: float | None = None
    """How far a list goes on once it has begun, on the scale of `sensitivity`; None: as far as that says."""

    @property
    def moved_bar(self) -> float:
        """The bar as the sensitivity moves it."""
        odds = math.log(self.bar / (1.0 - self.bar)) + (0.5 - self.sensitivity) * 2.0 * _BAR_SHIFT
        return 1.0 / (1.0 + math.exp(-odds))

    def length(self, probabilities: Probabilities, *, terms: int = 1) -> int:
        """How many of the probabilities, sorted from the highest down, to list; 0 when nothing matches.

        `terms` is how many uncertain things must be true at once: the bar is theirs each, so theirs together is its power.
        """
        if not len(probabilities) or probabilities[0] < self.moved_bar ** max(1, terms):
            return 0
        generosity = self.sensitivity if self.generosity is None else self.generosity
        b_squared = _B_SQUARED * _FACTOR_AT_THE_ENDS ** (2.0 * (generosity - 0.5))
        gained = np.cumsum(np.where(probabilities < FLOOR, 0.0, probabilities), dtype=np.float64)
        listed = np.arange(1, len(probabilities) + 1)
        return int(np.argmax(gained / (listed + b_squared * gained[-1]))) + 1
