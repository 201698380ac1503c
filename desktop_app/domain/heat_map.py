"""Where in a picture something is to be seen: a map of warmth over the whole picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Leads = npt.NDArray[np.float32]

LEAST_CONTRAST = 2.0
"""How far the warmest place must stand above the picture's mean to be shown in full warmth, in deviations of background
captions. Below, the whole map stays paler: where nothing is to be seen, the likeliest place must not glow. On everyday photos
the warmest place stood 1.2 above the mean for things that were not there (1.9 at most) and 2.5 for things that were."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """How much more of a term is in each part of an upright picture than in the picture on the whole."""

    warmth: npt.NDArray[np.float32]
    """[rows, columns] over the whole picture, 0 (no more than elsewhere) to 1 (the most)."""
    probability: float | None = None
    """That the picture shows the term at all; None where that is not known."""

    @classmethod
    def of(cls, leads: Leads, *, probability: float | None = None) -> HeatMap:
        """From each part's lead [rows, columns] over background captions, in deviations of theirs."""
        above = leads - float(leads.mean())
        scale = max(float(above.max()), LEAST_CONTRAST)
        return cls(np.asarray(np.clip(above / scale, 0.0, 1.0), np.float32), probability)

    @property
    def warmest(self) -> tuple[float, float]:
        """The middle of the warmest part, as parts of the picture's width and height."""
        row, column = np.unravel_index(int(self.warmth.argmax()), self.warmth.shape)
        return (int(column) + 0.5) / self.warmth.shape[1], (int(row) + 0.5) / self.warmth.shape[0]
