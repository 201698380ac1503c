"""Where in a photo something is to be seen: a heat map of one term of a question over one photo."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.domain.heat_map import HeatMap
from desktop_app.domain.language.printer import leaf_text
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query_terms import Meaning
from desktop_app.domain.question import Question
from desktop_app.imaging.decode import CloseLook, decode_closely
from desktop_app.ml.heat import LookedAt, leads
from desktop_app.services.active_model import ActiveModel
from desktop_app.services.asking import Asking
from desktop_app.services.models import Models
from desktop_app.services.viewing import Viewing

# Windows for the model at once. Between two such jobs a search slips in, and a photo that is no longer looked at is left.
_WINDOWS_AT_ONCE = 4

# Photos whose patches are kept, so that another term, or a step back, costs nothing: some 2 to 8 MB each.
_REMEMBERED = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A photo as one model saw it, patch by patch."""

    model: ActiveModel
    windows: tuple[LookedAt, ...]
    aspect: float


class Locating:
    """Draws heat maps. Blocks for a part of a second, for longer with large models: run it off the GUI thread."""

    def __init__(self, models: Models, asking: Asking, viewing: Viewing) -> None:
        self._viewing = viewing
        self._models = models
        self._asking = asking
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[PhotoId, float | None], _Seen] = OrderedDict()

    def heat_map(
        self,
        photo_id: PhotoId,
        term: str,
        *,
        second: float | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> HeatMap:
        """Where in a photo a term of meaning is to be seen, over the whole upright picture; in a video, at a second.

        Raises UserFacingError when the photo cannot be read or the model not be loaded, Cancelled when no longer wanted.
        """
        while True:
            model = self._models.active()
            try:
                seen = self._seen(photo_id, second, model, cancelled)
                text, bank = model.texts.query(term), model.tagger.bank()
            except UserFacingError:
                # Another model took this one's place while it was asked: ask that one.
                if self._models.active() is model:
                    raise
                continue
            found = leads(seen.windows, text, bank=bank, aspect=seen.aspect)
            return HeatMap.of(found, probability=self._probability(photo_id, term))

    def _seen(
        self, photo_id: PhotoId, second: float | None, model: ActiveModel, cancelled: Callable[[], bool]
    ) -> _Seen:
        key = (photo_id, second)
        with self._lock:
            kept = self._remembered.get(key)
            if kept is not None and kept.model is model:
                self._remembered.move_to_end(key)
                return kept
        spec = model.inference.spec()
        if cancelled():
            raise Cancelled
        look = self._viewing.decoded(photo_id, lambda path: decode_closely(path, spec, second=second))
        seen = _Seen(model, _looked_at(look, model, cancelled), look.aspect)
        with self._lock:
            self._remembered[key] = seen
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return seen

    def _probability(self, photo_id: PhotoId, term: str) -> float | None:
        """What the search itself says of the photo and the term; None for a photo without an embedding."""
        reasons = self._asking.why(Question(text=leaf_text(Meaning(term))), [photo_id]).get(photo_id, ())
        return reasons[0].probability if reasons and reasons[0].probability > 0.0 else None


def _looked_at(look: CloseLook, model: ActiveModel, cancelled: Callable[[], bool]) -> tuple[LookedAt, ...]:
    found: list[LookedAt] = []
    for start in range(0, len(look.windows), _WINDOWS_AT_ONCE):
        if cancelled():
            raise Cancelled
        some = look.windows[start : start + _WINDOWS_AT_ONCE]
        features = model.inference.embed_patches(np.stack([window.pixels for window in some])).result()
        found.extend(LookedAt(window.box, window.level, each) for window, each in zip(some, features, strict=True))
    return tuple(found)
