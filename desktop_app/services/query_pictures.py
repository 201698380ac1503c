"""Picture files that are searched by: each is embedded once, however often the sliders beside it are moved."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.base.errors import UserFacingError
from desktop_app.imaging.decode import decode_pixels
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.services.active_model import ActiveModel

Vectors = npt.NDArray[np.float32]

# A few pictures back and forth; a vector is 2 kB.
_REMEMBERED = 16


class QueryPictures:
    """Embeddings of picture files from anywhere, the latest few remembered. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Path, int], tuple[ActiveModel, Vectors]] = OrderedDict()

    def vector(self, image: Path, model: ActiveModel) -> Vectors:
        """The unit vector of a picture, float32 [D]. Raises UserFacingError when the file cannot be read."""
        try:
            key = (image, image.stat().st_mtime_ns)
        except OSError as error:
            raise UserFacingError(f"{image.name} cannot be searched for: it is not there.") from error
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] is model:
            return kept[1]
        vector = _embedded(image, model)
        with self._lock:
            self._kept[key] = (model, vector)
            self._kept.move_to_end(key)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return vector


def _embedded(image: Path, model: ActiveModel) -> Vectors:
    try:
        pixels = decode_pixels(image, model.inference.spec())
    except PhotoSkipped as skip:
        raise UserFacingError(f"{image.name} cannot be searched for: {skip.reason}") from skip
    vector: Vectors = model.inference.embed_images(pixels[None]).result()[0]
    return vector
