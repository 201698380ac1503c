"""Photos weighed for one question, before the list is ended: moving the end of it asks no model again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY, FLOOR, CutOff
from desktop_app.domain.query import SearchResult
from desktop_app.domain.question import Answer, EndedBy

Ids = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float32]

NEAREST = 12
"""How many photos are offered when nothing matches."""

# The square root of a million: as many values in a stretch as there are stretches.
_STRETCH = 1024


def _no_values() -> Probabilities:
    return np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Every photo that passes the filters, and what was found out about each. The arrays are as long as `photos`."""

    photos: Ids
    searched: int
    """Photos that could be weighed (have an embedding)."""
    seconds: float
    probabilities: Probabilities = field(default_factory=_no_values)
    """That the photo is what was asked for; empty when only filters were asked for."""
    ranking: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    """What orders the list, higher is better."""
    cosines: Probabilities = field(default_factory=_no_values)
    """Cosine similarity to what was asked for; NaN where that is no single thing."""
    bar: float = 0.5
    """Probability that the best photo must reach for anything to match, for each uncertain term."""
    terms: int = 1
    """How many uncertain things must be true at once."""
    note: str = ""
    """Something the person should know of any answer to this question."""

    @property
    def has_end(self) -> bool:
        """Whether the list ends where matches end, so that a sensitivity can move its end."""
        return bool(len(self.probabilities))

    def answer(
        self,
        *,
        sensitivity: float = DEFAULT_SENSITIVITY,
        generosity: float | None = None,
        everything: bool = False,
        limit: int | None = None,
    ) -> Answer:
        """The list as it ends by this sensitivity (0 to 1), or with `everything` all photos, best first."""
        if not len(self.probabilities):
            return self._unranked(limit)
        within = np.arange(len(self.probabilities)) if everything else worth_ranking(self.probabilities)
        order = within[np.argsort(-self.ranking[within], kind="stable")]
        best_first = np.sort(self.probabilities[within])[::-1]
        end = CutOff(self.bar, sensitivity, generosity)
        matches = len(order) if everything else end.length(best_first, terms=self.terms)
        if not everything and matches:
            # The most probable ones are listed; the ranking orders them.
            order = order[self.probabilities[order] >= best_first[matches - 1]]
            matches = len(order)
        listed = order[: matches if limit is None else min(matches, limit)]
        result = self._result(listed, self.seconds)
        if not matches:
            nearest = order[:NEAREST]
            return Answer(result, EndedBy.NOTHING_MATCHES, 0, self.photos[nearest], self.probabilities[nearest])
        limited = len(listed) < matches or everything
        return Answer(result, EndedBy.LIMIT if limited else EndedBy.CUT_OFF, matches)

    def _result(self, listed: Ids, seconds: float) -> SearchResult:
        return SearchResult(
            self.photos[listed],
            self.cosines[listed],
            self.probabilities[listed],
            self.searched,
            len(self.photos),
            seconds,
            note=self.note,
        )

    def _unranked(self, limit: int | None) -> Answer:
        """Filters alone: every photo that passes, in the order given."""
        total = len(self.photos)
        shown = self.photos if limit is None else self.photos[:limit]
        result = SearchResult(shown, _no_values(), _no_values(), total, total, self.seconds)
        ended_by = EndedBy.LIMIT if len(shown) < total else EndedBy.CUT_OFF
        return Answer(result, ended_by if total else EndedBy.NOTHING_MATCHES, total)


def worth_ranking(
    probabilities: Probabilities, *, at_least: float = FLOOR, at_most: int | None = None
) -> npt.NDArray[np.int64]:
    """Photos that can be listed, or else offered as the nearest, as rising positions: sorting a whole library would cost more
    than weighing it. When there are more than `at_most`, the most probable ones.
    """
    likely = np.flatnonzero(probabilities >= at_least)
    if len(likely) < NEAREST < len(probabilities):
        return np.sort(_highest(probabilities, NEAREST))
    if len(likely) < NEAREST:
        return np.arange(len(probabilities))
    if at_most is not None and len(likely) > at_most:
        return likely[np.sort(np.argpartition(-probabilities[likely], at_most)[:at_most])]
    return likely


def _highest(values: Probabilities, count: int) -> npt.NDArray[np.int64]:
    """Where the highest values stand, in no order. They lie in the stretches with the highest maxima: one quick pass finds
    those, where partitioning a million values takes longer than ranking the few that count.
    """
    stretches = len(values) // _STRETCH
    if stretches <= count:
        return np.argpartition(-values, count)[:count]
    maxima = values[: stretches * _STRETCH].reshape(stretches, _STRETCH).max(axis=1)
    chosen = np.argpartition(-maxima, count)[:count]
    inside = (chosen[:, None] * _STRETCH + np.arange(_STRETCH)).ravel()
    among = np.concatenate([inside, np.arange(stretches * _STRETCH, len(values))])
    return among[np.argpartition(-values[among], count)[:count]]
