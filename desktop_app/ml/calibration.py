"""From cosine similarity to probability.

CLIP's similarities have no fixed meaning: one picture scores 0.3 with everything, another 0.15. So a similarity is first
put in units of that picture's own scores against a fixed bank of background captions, then through a logistic curve
(Platt scaling, Platt 1999) whose two parameters are fitted once per model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(label is true) = sigmoid(slope * (z - offset)), z in standard deviations of the background scores."""

    slope: float
    offset: float

    def probabilities(self, z: Vectors) -> Vectors:
        """Probabilities, float32 of the same shape, 0 to 1."""
        logits = np.clip(self.slope * (z - self.offset), -60.0, 60.0)
        return np.asarray(1.0 / (1.0 + np.exp(-logits)), dtype=np.float32)


# For models without fitted figures. The z scale makes CLIP models alike: a true label stands about three standard
# deviations above an image's background scores, an absent one about at their mean.
DEFAULT_CALIBRATION = Calibration(slope=2.2, offset=2.6)


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation of each picture's similarity to the bank of background captions, float32 [N] each."""

    mean: Vectors
    deviation: Vectors

    def at(self, rows: npt.NDArray[np.int64]) -> Background:
        """That of some of the pictures."""
        return Background(self.mean[rows], self.deviation[rows])

    def standardise(self, similarities: Vectors) -> Vectors:
        """Standard scores z of similarities [N] or [N, L]."""
        mean, deviation = self.mean, self.deviation
        if similarities.ndim == 2:
            mean, deviation = mean[:, None], deviation[:, None]
        return np.asarray((similarities - mean) / deviation, dtype=np.float32)


def background_of(vectors: Vectors, bank: Vectors) -> Background:
    """Background statistics of pictures [N, D] against a bank of caption embeddings [B, D]."""
    similarities = vectors @ bank.T
    # A floor keeps a constant picture (all black) from turning rounding noise into huge z scores.
    deviation = np.maximum(similarities.std(axis=1), 1e-3)
    return Background(similarities.mean(axis=1).astype(np.float32), deviation.astype(np.float32))
