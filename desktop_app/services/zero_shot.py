"""Zero-shot tags: every photo scored against every label of the vocabulary."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.domain.indexing import MachineTag
from desktop_app.domain.tag import Tag, TagId, TagState
from desktop_app.domain.tag_prompts import prompts_of
from desktop_app.domain.vocabulary import Vocabulary
from desktop_app.ml.calibration import Background, Calibration, background_of
from desktop_app.ml.prompts import prompts_key
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.store.tags import looked_for_tags
from desktop_app.store.vocabulary_tags import put_vocabulary

Vectors = npt.NDArray[np.float32]

# The built-in model's probabilities are fitted on words of captions, which leave most of what a photo shows unsaid, so the
# truth is rather higher: of the tags at 0.3 and above 57 %, at 0.6 and above 72 % agreed with everyday photos' labels, which
# leave things unsaid themselves. Near relatives do worse: of the animals suggested for photos of one, 26 % were right.
SUGGEST_AT = 0.3
ACCEPT_AT = 0.6

# A photo of everything is a photo of nothing: beyond a dozen tags the least probable ones only bury the good ones.
MOST_TAGS = 12


@dataclass(frozen=True, slots=True)
class Labels:
    """The vocabulary as a model sees it."""

    tags: tuple[Tag, ...]
    vectors: Vectors
    """Prompt ensembles, float32 [T, D]."""
    bank: Vectors
    """Background captions, float32 [B, D]."""

    @property
    def tag_ids(self) -> tuple[TagId, ...]:
        """The tags' ids, in order."""
        return tuple(tag.id for tag in self.tags)


class ZeroShotTagger:
    """Turns image embeddings into machine tags. The labels are embedded at first use and cached in the library."""

    def __init__(
        self,
        store: LibraryStore,
        texts: TextEmbedding,
        *,
        vocabulary: Vocabulary,
        background_captions: tuple[str, ...],
        calibration: Calibration,
    ) -> None:
        self._store = store
        self._texts = texts
        self._vocabulary = vocabulary
        self._captions = background_captions
        self._calibration = calibration
        self._labels: Labels | None = None
        self._lock = threading.Lock()

    def labels(self) -> Labels:
        """Tag ids with their embeddings; computed once."""
        with self._lock:
            if self._labels is None:
                self._store.writer.do(lambda session: put_vocabulary(session, self._vocabulary))
                tags = looked_for_tags(self._store.reader)
                vectors = self._texts.ensembles([prompts_of(tag, self._vocabulary) for tag in tags])
                self._labels = Labels(tuple(tag.tag for tag in tags), vectors, self.bank())
            return self._labels

    def forget_labels(self) -> None:
        """Have the tags read again at the next use: the person defined or changed some."""
        with self._lock:
            self._labels = None

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo could get other tags."""
        self._store.writer.do(lambda session: put_vocabulary(session, self._vocabulary))
        tags = looked_for_tags(self._store.reader)
        made_with = [(tag.tag.id, tag.tag.threshold, *prompts_of(tag, self._vocabulary)) for tag in tags]
        numbers = (self._calibration.slope, self._calibration.offset, SUGGEST_AT, ACCEPT_AT, MOST_TAGS)
        return prompts_key([repr(made_with), repr(self._captions), repr(numbers)])

    def bank(self) -> Vectors:
        """Embeddings of the background captions, float32 [B, D]."""
        return self._texts.ensembles([(caption,) for caption in self._captions])

    def vector_of(self, prompts: tuple[str, ...]) -> Vectors:
        """The unit vector [D] of a tag's prompts, for words that are no tag yet."""
        return np.asarray(self._texts.ensembles([prompts])[0], dtype=np.float32)

    def odds_of(self, vector: Vectors, tag: Tag | None, similarities: Vectors, photos: Background) -> Vectors:
        """Zero-shot log-odds [N] of a tag whose prompts' vector has these similarities [N] to photos."""
        del vector, tag  # the same curve serves all tags
        return np.asarray(
            self._calibration.slope * (photos.standardise(similarities) - self._calibration.offset), np.float32
        )

    def state_of(self, probability: float, tag: Tag | None) -> TagState | None:
        """What becomes of a tag of this probability: accepted, suggested, or nothing at all."""
        own = None if tag is None else tag.threshold
        if probability >= (ACCEPT_AT if own is None else own):
            return TagState.ACCEPTED
        return TagState.SUGGESTED if probability >= SUGGEST_AT else None

    def tags_for(self, vectors: Vectors) -> list[tuple[MachineTag, ...]]:
        """The tags of photos given as unit vectors [N, D], most probable first."""
        labels = self.labels()
        z = background_of(vectors, labels.bank).standardise(vectors @ labels.vectors.T)
        probabilities = self._calibration.probabilities(z)
        return [tuple(self._chosen(row, labels.tags)) for row in probabilities]

    def _chosen(self, probabilities: Vectors, tags: tuple[Tag, ...]) -> Iterator[MachineTag]:
        """The tags above their thresholds; at least the most probable one, so that no photo goes without a suggestion."""
        order = np.argsort(-probabilities, kind="stable")[:MOST_TAGS]
        for rank, row in enumerate(order.tolist()):
            probability = float(probabilities[row])
            state = self.state_of(probability, tags[row])
            if state is not None or rank == 0:
                yield MachineTag(tags[row].id, round(probability, 4), state or TagState.SUGGESTED)
