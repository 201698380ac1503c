"""Zero-shot multi-label classification of picture files, without a library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.domain.model import LabelScore
from desktop_app.imaging.decode import decode_pixels
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.ml.calibration import Calibration, background_of
from desktop_app.ml.inference import Inference
from desktop_app.ml.prompts import LABEL_TEMPLATES, ensemble_mean, fill_templates

Vectors = npt.NDArray[np.float32]

# More likely than not.
DEFAULT_THRESHOLD = 0.5

# Pictures per model call; a list of thousands is classified in constant memory.
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Labelling:
    """What to look for in a picture and when to call it present."""

    labels: tuple[str, ...]
    templates: tuple[str, ...] = LABEL_TEMPLATES
    threshold: float | None = None
    """Present when the probability is at least this; default 0.5 unless `top` is given."""
    top: int | None = None
    """Present are the so many most probable labels, whatever their probability."""


@dataclass(frozen=True, slots=True)
class Classified:
    """One picture's labels, most probable first; or why it could not be read."""

    path: Path
    labels: tuple[LabelScore, ...] = ()
    error: str = ""


class Classifier:
    """Scores pictures against any labels with one model."""

    def __init__(self, inference: Inference, *, calibration: Calibration, background_captions: Sequence[str]) -> None:
        self._inference = inference
        self._calibration = calibration
        self._captions = background_captions

    def classify(self, paths: Iterable[Path], labelling: Labelling) -> Iterator[Classified]:
        """One answer per path, in order; an unreadable picture is an answer with an error.

        Raises UserFacingError when the model cannot be loaded.
        """
        label_vectors = self._label_vectors(labelling)
        bank = self._inference.embed_texts(list(self._captions)).result()
        pending: list[Path] = []
        for path in paths:
            pending.append(path)
            if len(pending) == _BATCH:
                yield from self._batch(pending, labelling, label_vectors, bank)
                pending = []
        yield from self._batch(pending, labelling, label_vectors, bank)

    def close(self) -> None:
        """Let the model go."""
        self._inference.close()

    def _label_vectors(self, labelling: Labelling) -> Vectors:
        sets = [fill_templates(label, labelling.templates) for label in labelling.labels]
        flat = self._inference.embed_texts([text for prompts in sets for text in prompts]).result()
        count = len(labelling.templates)
        return np.stack([ensemble_mean(flat[row * count : (row + 1) * count]) for row in range(len(sets))])

    def _batch(
        self, paths: list[Path], labelling: Labelling, label_vectors: Vectors, bank: Vectors
    ) -> Iterator[Classified]:
        spec = self._inference.spec()
        readable: list[tuple[Path, npt.NDArray[np.uint8]]] = []
        errors: dict[int, str] = {}
        for position, path in enumerate(paths):
            try:
                readable.append((path, decode_pixels(path, spec)))
            except PhotoSkipped as skip:
                errors[position] = skip.reason
        scores = iter(self._scores([pixels for _, pixels in readable], labelling, label_vectors, bank))
        for position, path in enumerate(paths):
            if position in errors:
                yield Classified(path, error=errors[position])
            else:
                yield Classified(path, next(scores))

    def _scores(
        self, pixels: list[npt.NDArray[np.uint8]], labelling: Labelling, label_vectors: Vectors, bank: Vectors
    ) -> list[tuple[LabelScore, ...]]:
        if not pixels:
            return []
        images = self._inference.embed_images(np.stack(pixels)).result()
        similarities = images @ label_vectors.T
        probabilities = self._calibration.probabilities(background_of(images, bank).standardise(similarities))
        return [
            _ranked(labelling, image_similarities, image_probabilities)
            for image_similarities, image_probabilities in zip(similarities, probabilities, strict=True)
        ]


def _ranked(labelling: Labelling, similarities: Vectors, probabilities: Vectors) -> tuple[LabelScore, ...]:
    order = np.argsort(-probabilities, kind="stable")
    threshold = labelling.threshold
    if threshold is None:
        threshold = DEFAULT_THRESHOLD if labelling.top is None else 0.0
    return tuple(
        LabelScore(
            labelling.labels[row],
            similarity=float(similarities[row]),
            probability=float(probabilities[row]),
            present=bool(probabilities[row] >= threshold and (labelling.top is None or rank < labelling.top)),
        )
        for rank, row in enumerate(order)
    )
