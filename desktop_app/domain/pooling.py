"""Two opinions of a photo as one probability: it is like the example, and it shows what the words say.

"Like this one, but at night" asks for what both speak for, more or less: a photo that either is sure of and the other only
doubts is worth seeing too. So the evidence of both is added up, as a naive Bayes classifier does. A mean of their log-odds
would doubt everything: hardly any photo is sure to be both, so that nothing ever matched.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Probabilities = npt.NDArray[np.float32]

# So many of a library's photos match before anything is known of them: what an opinion must exceed to speak for a photo.
_EXPECTED = 0.02

# Keeps a probability of exactly 0 or 1 from outweighing every other opinion in a sum of log-odds.
_SUREST = 1e-4


def pooled(alike: Probabilities, meant: Probabilities, *, picture_weight: float) -> Probabilities:
    """Probabilities of what example and words ask for together, float32 [N].

    With `picture_weight` 1 the example decides alone, with 0 the words do; in the middle both count in full, and on either
    side of it one of them less and less.
    """
    expected = float(np.log(_EXPECTED / (1.0 - _EXPECTED)))
    odds = expected + min(1.0, 2.0 * picture_weight) * (_log_odds(alike) - expected)
    odds += min(1.0, 2.0 * (1.0 - picture_weight)) * (_log_odds(meant) - expected)
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)


def _log_odds(probabilities: Probabilities) -> Probabilities:
    bounded = np.clip(probabilities, _SUREST, 1.0 - _SUREST)
    return np.asarray(np.log(bounded / (1.0 - bounded)), dtype=np.float32)
