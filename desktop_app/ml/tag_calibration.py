"""From cosine similarity to the probability that a tag is true of a photo.

A similarity is seen in five ways: its lead over the photo's mean similarity to a fixed bank of background captions, that
mean itself, the lead in standard deviations of the photo's background scores, and how far it stands above the leads that
the same tag has over the whole library, and below the best of them, in robust standard deviations. A logistic regression on
them (Platt 1999) is fitted once per model by packaging/fit_search.py; the library's part is fitted anew in each library.

A tag's own scale is learned from few photos at first. So its median, spread and best are drawn towards those of all tags
together, as if `PRIOR_PHOTOS` photos had said so: with one photo that is nearly all, with a thousand nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.matching import MAD_TO_SIGMA, sigmoid

Vectors = npt.NDArray[np.float32]

# Measured on libraries of 1 to 200 photos: from 20 on, no figure differs from the whole library's by more than 0.01.
PRIOR_PHOTOS = 20

# The best of more photos lies higher by chance alone: one in so many is the best, whatever the library's size. The fit saw
# some four hundred photos.
_BEST_OF = 500

# How high the best photo stands above the median, in spreads, for the middle one of the vocabulary's tags.
_USUAL_BEST = 4.0

# A spread below this is rounding, not knowledge: one photo has none at all.
_LEAST_SPREAD = 0.01


@dataclass(frozen=True, slots=True)
class TagBackground:
    """How tags score over a library: median, robust standard deviation and best of their leads, float32 [T] each."""

    location: Vectors
    spread: Vectors
    best: Vectors
    """The lead that one photo in `_BEST_OF` reaches; in a smaller library, the highest."""
    photos: int
    """How many photos this was learned from."""

    @classmethod
    def of(cls, leads: Vectors) -> TagBackground:
        """From the leads of photos [N, T], N at least 1."""
        count = len(leads)
        median = np.median(leads, axis=0)
        deviations = np.abs(leads - median)
        variance = (np.median(deviations, axis=0) * MAD_TO_SIGMA) ** 2
        common = float(np.median(median))
        # What all tags share of location and spread; of one photo, the tags' own differences are all there is.
        pooled = float(np.median(np.abs(leads - common))) * MAD_TO_SIGMA
        own = count / (count + PRIOR_PHOTOS)
        location = own * median + (1.0 - own) * common
        spread = np.sqrt(own * variance + (1.0 - own) * pooled**2)
        rank = -(-count // _BEST_OF)
        best = np.partition(leads, count - rank, axis=0)[count - rank]
        height = own * (best - location) + (1.0 - own) * _USUAL_BEST * spread
        return cls(
            location.astype(np.float32),
            np.maximum(spread, _LEAST_SPREAD).astype(np.float32),
            (location + height).astype(np.float32),
            count,
        )

    def column(self, tag: int) -> TagBackground:
        """One tag's own, as arrays of length 1."""
        one = slice(tag, tag + 1)
        return TagBackground(self.location[one], self.spread[one], self.best[one], self.photos)


@dataclass(frozen=True, slots=True)
class TagCalibration:
    """P(tag) = sigmoid(bias + weights . views)."""

    lead: float
    photo_mean: float
    by_photo: float
    by_library: float
    bias: float
    below_best: float = 0.0

    def log_odds(self, similarities: Vectors, photos: Background, tags: TagBackground) -> Vectors:
        """Log-odds of tags, float32 [N, T], from their cosine similarities [N, T]."""
        # All that multiplies the similarity taken together: one pass over the matrix instead of four.
        slope = np.float32(self.lead) + np.float32(self.by_library + self.below_best) / tags.spread
        by_photo = np.float32(self.by_photo) / photos.deviation
        zero = np.float32(self.by_library) * tags.location + np.float32(self.below_best) * tags.best
        rest = np.float32(self.bias) - zero / tags.spread
        lead = similarities - photos.mean[:, None]
        of_photo = np.float32(self.photo_mean) * photos.mean
        return np.asarray(lead * (slope[None, :] + by_photo[:, None]) + of_photo[:, None] + rest[None, :], np.float32)

    def probabilities(self, similarities: Vectors, photos: Background, tags: TagBackground) -> Vectors:
        """Probabilities of tags, 0 to 1, float32 [N, T]."""
        return sigmoid(self.log_odds(similarities, photos, tags))


def tag_views(similarities: Vectors, photos: Background, tags: TagBackground) -> Vectors:
    """The five views of similarities [N, T], as float32 [N, T, 5]: `TagCalibration`'s weights, `below_best` last."""
    lead = similarities - photos.mean[:, None]
    mean = np.broadcast_to(photos.mean[:, None], lead.shape)
    by_library = (lead - tags.location) / tags.spread
    below_best = (lead - tags.best) / tags.spread
    return np.stack([lead, mean, lead / photos.deviation[:, None], by_library, below_best], axis=-1).astype(np.float32)


# For models without fitted figures: only the views in units of spreads, which CLIP models have in common. A true label
# stands three to four standard deviations above a photo's background scores and above the library's for that label; so do
# a few wrong ones of many, so that it errs towards saying less.
DEFAULT_TAG_CALIBRATION = TagCalibration(lead=0.0, photo_mean=0.0, by_photo=1.1, by_library=0.9, bias=-7.0)
